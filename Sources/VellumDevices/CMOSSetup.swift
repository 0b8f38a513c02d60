/// What a PC's set-up program would have written into CMOS memory, in the layout that SeaBIOS and its like read.
package struct CMOSSetup: Equatable, Sendable {
    /// A floppy drive's type as CMOS byte 10h names it.
    package enum Floppy: UInt8, Codable, Sendable {
        case none = 0, kilobytes360 = 1, megabytes1_2 = 2, kilobytes720 = 3, megabytes1_44 = 4, megabytes2_88 = 5
    }

    /// A boot device as CMOS bytes 3Dh and 38h name it.
    package enum BootDevice: UInt8, Codable, Sendable { case floppy = 1, hardDisk = 2, cd = 3 }

    /// Bytes of memory, without what lies above 4 GiB.
    package var memory: UInt64
    /// Bytes of memory above 4 GiB.
    package var highMemory: UInt64 = 0
    package var floppyA = Floppy.none
    package var floppyB = Floppy.none
    /// Up to three devices in the order in which they are tried.
    package var bootOrder: [BootDevice] = []
    package var hasCoprocessor = false

    package init(memory: UInt64) { self.memory = memory }

    /// Fills the memory.  Shutdown code (0Fh) and processor count (5Fh) are zero; the century is the clock's own.
    package func fill(_ clock: RealTimeClock) {
        clock[cmos: 0x0F] = 0
        clock[cmos: 0x5F] = 0
        fillMemorySizes(clock)
        fillDrives(clock)
        fillChecksum(clock)
    }

    private func fillMemorySizes(_ clock: RealTimeClock) {
        let mebibyte: UInt64 = 1 << 20
        let extended = memory > mebibyte ? (memory - mebibyte) >> 10 : 0
        let above16 = memory > 16 * mebibyte ? (memory - 16 * mebibyte) >> 16 : 0
        setWord(clock, 0x15, min(640, memory >> 10))
        setWord(clock, 0x17, extended)
        setWord(clock, 0x30, extended)
        setWord(clock, 0x34, above16)
        setWord(clock, 0x5B, highMemory >> 16)
        clock[cmos: 0x5D] = UInt8(truncatingIfNeeded: min(highMemory >> 32, 0xFF))
    }

    /// Little-endian; sizes that do not fit saturate, except those above 4 GiB, whose third byte follows.
    private func setWord(_ clock: RealTimeClock, _ address: UInt8, _ value: UInt64) {
        let word = address == 0x5B ? value & 0xFFFF : min(value, 0xFFFF)
        clock[cmos: address] = UInt8(truncatingIfNeeded: word)
        clock[cmos: address + 1] = UInt8(truncatingIfNeeded: word >> 8)
    }

    /// Byte 14h: drives present (bit 0), coprocessor (1), display by its own firmware (bits 4–5 zero), drive count.
    private func fillDrives(_ clock: RealTimeClock) {
        let drives: UInt8 = (floppyA == .none ? 0 : 1) + (floppyB == .none ? 0 : 1)
        clock[cmos: 0x10] = floppyA.rawValue << 4 | floppyB.rawValue
        clock[cmos: 0x14] = (drives > 0 ? 1 | (drives - 1) << 6 : 0) | (hasCoprocessor ? 2 : 0) | 4
        let order = bootOrder.map(\.rawValue) + [0, 0, 0]
        clock[cmos: 0x3D] = order[0] | order[1] << 4
        clock[cmos: 0x38] = order[2] << 4
    }

    /// Bytes 2Eh/2Fh: the sum of 10h–2Dh, high byte first.
    private func fillChecksum(_ clock: RealTimeClock) {
        let sum = (UInt8(0x10)...0x2D).reduce(UInt16(0)) { $0 &+ UInt16(clock[cmos: $1]) }
        clock[cmos: 0x2E] = UInt8(sum >> 8)
        clock[cmos: 0x2F] = UInt8(sum & 0xFF)
    }
}
