import VellumDevices
import VellumHypervisor

// What a PC's firmware leaves behind for the kernel it starts, for images that are started without one.
extension Board {
    /// Programs the chips as SeaBIOS does: vectors 08h and 70h with the timer, the keyboard and the cascade unmasked,
    /// 18.2 ticks a second, a keyboard whose codes are translated, and a serial port with 8 data bits.
    package func initializeLikeFirmware() {
        let program: [(UInt16, UInt8)] = [
            (0x20, 0x11), (0x21, 0x08), (0x21, 0x04), (0x21, 0x01), (0xA0, 0x11), (0xA1, 0x70), (0xA1, 0x02),
            (0xA1, 0x01), (0x21, 0xB8), (0xA1, 0x8F),
            (0x43, 0x34), (0x40, 0x00), (0x40, 0x00), (0x43, 0x54), (0x41, 0x12),
            (0x64, 0x60), (0x60, 0x65),
            (0x3FB, 0x03),
        ]
        for (port, value) in program { writePort(port, value: UInt32(value), width: 1) }
        initializePCI()
        initializeAPIC()
    }

    /// The 8259's request passes through the local APIC ("virtual wire mode", MultiProcessor Specification 1.4, section
    /// 3.6.2.2).
    private func initializeAPIC() {
        writeMemory(IOAPIC.window.lowerBound, value: 0, width: 4)
        writeMemory(IOAPIC.window.lowerBound + 0x10, value: UInt32(APICSetup.ioIdentity) << 24, width: 4)
        guard let registers = chips.localAPIC.window?.lowerBound else { return }
        for (offset, value) in [(0xF0, 0x10F), (0x350, 0x8700), (0x360, 0x8400)] as [(UInt32, UInt32)] {
            writeMemory(registers + offset, value: value, width: 4)
        }
    }

    /// The tables in which kernels look for what the board has.
    func firmwareTables(for model: ProcessorModel) -> [BootPlan.Region] {
        [ACPITables(hasAPIC: model.hasAPIC).region] + (model.hasAPIC ? [MPTable(model).region] : [])
    }

    /// RAM from C0000h to FFFFFh, PCI interrupts on lines 10 and 11, the bus master's ports, and power management in
    /// ACPI mode where the board's tables say; the display adapter's memory at E0000000h.
    private func initializePCI() {
        let host: UInt32 = 0, isa: UInt32 = 0x0800, ide: UInt32 = 0x0900, power: UInt32 = 0x0B00
        let display: UInt32 = 0x1000
        let program: [(UInt32, UInt32)] = [
            (host + 0x58, 0x3333_3000), (host + 0x5C, 0x3333_3333),
            (isa + 0x60, 0x0B0B_0A0A),
            (ide + 0x20, 0xC000), (ide + 0x04, 5),
            (power + 0x40, UInt32(ACPITables.eventPort)), (power + 0x80, 1), (power + 0x04, 1), (power + 0x3C, 9),
            (display + 0x10, 0xE000_0000), (display + 0x04, 3),
        ]
        for (register, value) in program {
            writePort(0xCF8, value: 0x8000_0000 | register, width: 4)
            writePort(0xCFC, value: value, width: 4)
        }
        writePort(0xCF8, value: 0, width: 4)
        writePort(0x4D1, value: 0x0C, width: 1)
        writePort(0xB2, value: 0xF1, width: 1)
    }

    /// The BIOS data area (addresses 400h–4FFh) as far as kernels look at it.
    package static var dataArea: [UInt8] {
        var area = ByteWriter(count: 0x100)
        // COM1, the segment of the extended area, equipment (80 × 25 colour, one serial port), KiB of memory.
        area.put16(0x3F8, at: 0x00)
        area.put16(UInt16(MemoryMap.conventionalEnd >> 4), at: 0x0E)
        area.put16(0x0220, at: 0x10)
        area.put16(UInt16(MemoryMap.conventionalEnd >> 10), at: 0x13)
        // The keyboard's ring buffer is empty.
        for offset in [0x1A, 0x1C] { area.put16(0x1E, at: offset) }
        area.put16(0x1E, at: 0x80)
        area.put16(0x3E, at: 0x82)
        // Video: mode 3, 80 columns, page size, cursor shape, CRTC at 3D4h, 25 rows, 16 lines a character.
        area.put8(3, at: 0x49)
        area.put16(80, at: 0x4A)
        area.put16(4096, at: 0x4C)
        area.put16(0x0607, at: 0x60)
        area.put16(0x3D4, at: 0x63)
        area.put8(24, at: 0x84)
        area.put16(16, at: 0x85)
        return area.bytes
    }
}
