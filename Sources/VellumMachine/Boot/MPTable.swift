import VellumDevices
import VellumHypervisor

/// What firmware decides about the APICs.
enum APICSetup {
    /// The I/O APIC's identity on the bus; the processor's is 0.
    static let ioIdentity: UInt8 = 1
}

/// The tables of Intel's MultiProcessor Specification 1.4 (chapter 4), by which kernels from before ACPI find the APICs:
/// a floating pointer in the firmware's area, and the configuration of the processor, buses and interrupts.
package struct MPTable: Sendable {
    /// Physical address of the floating pointer; the configuration follows it.
    package static let address: UInt32 = 0xF0800

    private let model: ProcessorModel

    package init(_ model: ProcessorModel) { self.model = model }

    package var region: BootPlan.Region {
        BootPlan.Region(address: MPTable.address, bytes: pointer + configuration)
    }

    private var pointer: [UInt8] {
        var bytes = ByteWriter(count: 16)
        bytes.set("_MP_".utf8, at: 0)
        bytes.put32(MPTable.address + 16, at: 4)
        // One paragraph, version 1.4.
        bytes.set([1, 4], at: 8)
        bytes.put8(ACPITables.checksum(bytes.bytes), at: 10)
        return bytes.bytes
    }

    private var configuration: [UInt8] {
        let entries = [processor] + buses + [ioAPIC] + interrupts
        let body = Array(entries.joined())
        var table = ByteWriter(count: 44)
        table.set("PCMP".utf8, at: 0)
        table.put16(UInt16(44 + body.count), at: 4)
        table.put8(4, at: 6)
        table.set("VELLUM  ".utf8, at: 8)
        table.set("VELLUM PC   ".utf8, at: 16)
        table.put16(UInt16(entries.count), at: 34)
        table.put32(UInt32(truncatingIfNeeded: LocalAPIC.standardBase) & ~0xFFF, at: 36)
        table.set(body, at: 44)
        table.put8(ACPITables.checksum(table.bytes), at: 7)
        return table.bytes
    }

    private var processor: [UInt8] {
        let identity = model.cpuid(1, apicEnabled: true)
        var entry = ByteWriter(count: 20)
        // The APIC's identity and version; enabled, and the one that starts.
        entry.set([0, 0, 0x11, 3], at: 0)
        entry.put32(identity.eax, at: 4)
        entry.put32(identity.edx, at: 8)
        return entry.bytes
    }

    private static let pci: UInt8 = 0, isa: UInt8 = 1

    private var buses: [[UInt8]] {
        [[1, MPTable.pci] + Array("PCI   ".utf8), [1, MPTable.isa] + Array("ISA   ".utf8)]
    }

    private var ioAPIC: [UInt8] {
        var entry = ByteWriter(count: 8)
        entry.set([2, APICSetup.ioIdentity, 0x11, 1], at: 0)
        entry.put32(IOAPIC.window.lowerBound, at: 4)
        return entry.bytes
    }

    /// The lines of the ISA bus as they conform to it, but for the levels of power management and PCI; the 8259 pair at
    /// input 0 and LINT0; the non-maskable interrupt at LINT1.
    private var interrupts: [[UInt8]] {
        let conforming: UInt8 = 0, activeHighLevel: UInt8 = 0xD
        let vectored: UInt8 = 0, nonMaskable: UInt8 = 1, external: UInt8 = 3
        let lines = (UInt8(0)..<16).filter { $0 != 2 }.map { line in
            let flags = (9...11).contains(line) ? activeHighLevel : conforming
            return [3, vectored, flags, 0, MPTable.isa, line, APICSetup.ioIdentity, line == 0 ? 2 : line]
        }
        return lines + [
            [3, external, conforming, 0, MPTable.isa, 0, APICSetup.ioIdentity, 0],
            [4, external, conforming, 0, MPTable.isa, 0, 0xFF, 0],
            [4, nonMaskable, conforming, 0, MPTable.isa, 0, 0xFF, 1],
        ]
    }
}
