/// The 64 configuration registers of a PCI function (PCI Local Bus Specification 2.2, chapter 6).
package struct PCIRegisters: Codable, Equatable, Sendable {
    private var words: [UInt32]

    /// 64 registers.
    var isWellFormed: Bool { words.count == 64 }

    fileprivate init(words: [UInt32]) { self.words = words }

    /// The register that byte `offset` lies in.
    subscript(offset: UInt8) -> UInt32 {
        get { words[Int(offset >> 2)] }
        set { words[Int(offset >> 2)] = newValue }
    }

    subscript(byte offset: UInt8) -> UInt8 {
        UInt8(truncatingIfNeeded: self[offset] >> (UInt32(offset & 3) * 8))
    }

    subscript(word offset: UInt8) -> UInt16 {
        UInt16(truncatingIfNeeded: self[offset] >> (UInt32(offset & 2) * 8))
    }
}

/// What a function's configuration space holds after a reset, and which of its bits software may change.
struct PCILayout: Sendable {
    /// Bits of the command register (offset 04h).
    enum Command {
        static let io: UInt16 = 1, memory: UInt16 = 2, master: UInt16 = 4
    }

    private var values = [UInt32](repeating: 0, count: 64)
    private var writable = [UInt32](repeating: 0, count: 64)
    /// Status bits, which a one that is written clears.
    private var clearable = [UInt32](repeating: 0, count: 64)

    /// - Parameters:
    ///   - classCode: base class, subclass and programming interface in 24 bits.
    ///   - command: the command register after a reset; `commandMask` says what of it may change.
    init(
        vendor: UInt16 = 0x8086, device: UInt16, revision: UInt8 = 0, classCode: UInt32, header: UInt8 = 0,
        command: UInt16 = 0, commandMask: UInt16 = 0, status: UInt16 = 0x0200
    ) {
        set(0x00, UInt32(device) << 16 | UInt32(vendor))
        set(0x04, UInt32(status) << 16 | UInt32(command), writable: UInt32(commandMask))
        clearable[1] = 0xF900_0000
        set(0x08, classCode << 8 | UInt32(revision))
        set(0x0C, UInt32(header) << 16)
        // Subsystem as QEMU's machines have it: firmware tells by it that it runs in a virtual machine.
        set(0x2C, 0x1100_1AF4)
        // The interrupt line is the system's to remember.
        set(0x3C, 0, writable: 0xFF)
    }

    /// Sets a whole register.
    mutating func set(_ offset: UInt8, _ value: UInt32, writable mask: UInt32 = 0) {
        values[Int(offset >> 2)] = value
        writable[Int(offset >> 2)] = mask
    }

    /// Sets one byte of a register.
    mutating func set(byte offset: UInt8, _ value: UInt8, writable mask: UInt8 = 0) {
        let shift = UInt32(offset & 3) * 8
        let index = Int(offset >> 2)
        values[index] = values[index] & ~(0xFF << shift) | UInt32(value) << shift
        writable[index] = writable[index] & ~(0xFF << shift) | UInt32(mask) << shift
    }

    /// The registers after a reset.
    var registers: PCIRegisters { PCIRegisters(words: values) }

    /// Writes what `mask` selects of a register, as far as software may.
    func write(_ registers: inout PCIRegisters, offset: UInt8, value: UInt32, mask: UInt32) {
        let index = Int(offset >> 2)
        let changed = mask & writable[index]
        registers[offset] = registers[offset] & ~changed | value & changed
        registers[offset] &= ~(value & mask & clearable[index])
    }
}
