import VellumDevices

/// The smallest set of ACPI tables with which a kernel can find the PCI bus and the interrupt controllers, and power the
/// machine off (ACPI Specification 1.0b, chapter 5): RSDP, RSDT, FADT, FACS, MADT and a DSDT that holds `_S5` and the
/// host bridge.
package struct ACPITables: Sendable {
    /// Physical address of the RSDP; the other tables follow it, in the firmware's reserved area.
    package static let address: UInt32 = 0xF0000
    /// The power-management registers: events, control, timer.
    package static let eventPort: UInt16 = 0x600
    package static let controlPort: UInt16 = 0x604
    package static let timerPort: UInt16 = 0x608

    private static let rsdt = address + 0x40
    private static let fadt = address + 0x80
    /// The FACS stands on a multiple of 64.
    private static let facs = address + 0x100
    private static let madt = address + 0x140
    private static let dsdt = address + 0x1C0

    private let hasAPIC: Bool

    /// - Parameter hasAPIC: the processor has a local APIC, and the MADT says so.
    package init(hasAPIC: Bool = true) { self.hasAPIC = hasAPIC }

    package var region: BootPlan.Region {
        let dsdt = ACPITables.dsdtBytes
        var block = ByteWriter(count: 0x1C0 + dsdt.count)
        block.set(ACPITables.rsdp, at: 0)
        block.set(rsdtBytes, at: 0x40)
        block.set(fadtBytes, at: 0x80)
        block.set(ACPITables.facsBytes, at: 0x100)
        if hasAPIC { block.set(ACPITables.madtBytes, at: 0x140) }
        block.set(dsdt, at: 0x1C0)
        return BootPlan.Region(address: ACPITables.address, bytes: block.bytes)
    }

    /// A byte that makes the sum of all bytes zero.
    package static func checksum(_ bytes: [UInt8]) -> UInt8 { 0 &- bytes.reduce(0, &+) }

    private static var rsdp: [UInt8] {
        var table = ByteWriter(count: 20)
        table.set("RSD PTR ".utf8, at: 0)
        table.set("VELLUM".utf8, at: 9)
        table.put32(rsdt, at: 16)
        table.put8(checksum(table.bytes), at: 8)
        return table.bytes
    }

    /// A system description table: the 36-byte header and its body.
    private static func table(_ signature: String, revision: UInt8, body: [UInt8]) -> [UInt8] {
        var table = ByteWriter(count: 36)
        table.set(signature.utf8, at: 0)
        table.put32(UInt32(36 + body.count), at: 4)
        table.put8(revision, at: 8)
        table.set("VELLUM".utf8, at: 10)
        table.set("VELLUMPC".utf8, at: 16)
        table.put32(1, at: 24)
        table.set("VLLM".utf8, at: 28)
        table.put32(1, at: 32)
        table.set(body, at: 36)
        table.put8(checksum(table.bytes), at: 9)
        return table.bytes
    }

    private var rsdtBytes: [UInt8] {
        var body = ByteWriter(count: 4)
        body.put32(ACPITables.fadt, at: 0)
        if hasAPIC { body.put32(ACPITables.madt, at: 4) }
        return ACPITables.table("RSDT", revision: 1, body: body.bytes)
    }

    /// Offsets are the table's less 36 (section 5.2.5).
    private var fadtBytes: [UInt8] {
        var body = ByteWriter(count: 116 - 36)
        body.put32(ACPITables.facs, at: 0)
        body.put32(ACPITables.dsdt, at: 4)
        // The interrupt model: the 8259 pair alone, or APICs too.
        body.put8(hasAPIC ? 1 : 0, at: 8)
        // SCI on line 9; SMI_CMD stays zero: the machine is in ACPI mode from the start.
        body.put16(9, at: 10)
        body.put32(UInt32(ACPITables.eventPort), at: 20)
        body.put32(UInt32(ACPITables.controlPort), at: 28)
        body.put32(UInt32(ACPITables.timerPort), at: 40)
        // Lengths of the event, control and timer blocks.
        body.put8(4, at: 52)
        body.put8(2, at: 53)
        body.put8(4, at: 55)
        // C2 and C3 are not there: latencies above 100 and 1000 µs.
        body.put16(101, at: 60)
        body.put16(1001, at: 62)
        // CMOS index of the century.
        body.put8(0x32, at: 72)
        // WBINVD works; neither button is a fixed-hardware one.
        body.put32(1 << 0 | 1 << 4 | 1 << 5, at: 76)
        return ACPITables.table("FACP", revision: 1, body: body.bytes)
    }

    /// The local APIC, the I/O APIC, and where lines of the ISA bus lead elsewhere or are no edges (section 5.2.8): the
    /// timer's input is number 2, power management and PCI's interrupts are levels.
    private static var madtBytes: [UInt8] {
        var body = ByteWriter(count: 8)
        body.put32(UInt32(truncatingIfNeeded: LocalAPIC.standardBase) & ~0xFFF, at: 0)
        // The 8259 pair is there as well.
        body.put32(1, at: 4)
        body.set([0, 8, 0, 0, 1, 0, 0, 0], at: 8)
        body.set([1, 12, APICSetup.ioIdentity, 0], at: 16)
        body.put32(IOAPIC.window.lowerBound, at: 20)
        body.put32(0, at: 24)
        var place = 28
        for (source, input, flags) in [(0, 2, 0), (9, 9, 0xD), (10, 10, 0xD), (11, 11, 0xD)] as [(UInt8, UInt8, UInt8)]
        {
            body.set([2, 10, 0, source, input, 0, 0, 0, flags, 0], at: place)
            place += 10
        }
        // LINT1 is the non-maskable interrupt.
        body.set([4, 6, 0xFF, 0, 0, 1], at: place)
        return table("APIC", revision: 1, body: body.bytes)
    }

    private static var facsBytes: [UInt8] {
        var table = ByteWriter(count: 64)
        table.set("FACS".utf8, at: 0)
        table.put32(64, at: 4)
        return table.bytes
    }

    /// SLP_TYP 0 is soft off; and a kernel that has ACPI looks for PCI buses nowhere else.  No function of the board uses
    /// the bus's interrupts, so there is no routing table.
    private static var dsdtBytes: [UInt8] {
        let softOff = AML.name("_S5_", AML.package([AML.zero, AML.zero, AML.zero, AML.zero]))
        let bridge = AML.device(
            "PCI0",
            AML.name("_HID", AML.identifier("PNP0A03")) + AML.name("_ADR", AML.zero) + AML.name("_BBN", AML.zero)
                + AML.name("_CRS", AML.resources(bridgeResources)))
        return table("DSDT", revision: 1, body: softOff + AML.scope("_SB_", bridge))
    }

    /// What the host bridge takes for itself and passes on: all ports but its own, the display adapter's window, and
    /// the addresses above memory.
    private static let bridgeResources: [[UInt8]] = [
        AML.wordWindow(.bus, 0...0xFF), AML.ports(0xCF8, count: 8), AML.wordWindow(.io, 0...0xCF7),
        AML.wordWindow(.io, 0xD00...0xFFFF), AML.memoryWindow(0xA_0000...0xB_FFFF),
        AML.memoryWindow(0xE000_0000...0xFEBF_FFFF),
    ]
}
