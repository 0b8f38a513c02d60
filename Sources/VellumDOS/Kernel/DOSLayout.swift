/// Where DOS's own data lies in memory.  Programs find it through AH=52h, 34h and 5Dh.
enum DOSLayout {
    static let segment: UInt16 = 0x0070
    static let base = UInt32(segment) << 4

    /// The list of lists (R. Brown's Interrupt List, INT 21h AH=52h); the word before it is the first arena header.
    static let listOfLists: UInt16 = 0x0026
    /// The NUL device's header stands within it.
    static let nullDevice: UInt16 = 0x0048
    static let drivers: UInt16 = 0x0080
    static let diskBuffers: UInt16 = 0x00F0
    static let country: UInt16 = 0x0110
    static let tables: UInt16 = 0x0150
    /// The swappable data area; InDOS is its second byte.
    static let swappable: UInt16 = 0x0320
    static let swappableSize: UInt16 = 0x80
    static let inDOS: UInt16 = swappable + 1
    static let parameters: UInt16 = 0x03A0
    static let deviceDrivers: UInt16 = 0x0500
    static let files: UInt16 = 0x0600
    static let fileCount = 40
    static let fileSize: UInt16 = 0x3B
    static let directories: UInt16 = 0x1000
    static let directorySize: UInt16 = 0x58
    static let directoryCount = 26

    /// The first arena header.
    static let firstArena: UInt16 = 0x0280
    /// Upper memory: behind option ROMs, before the segment that page frames use.
    static let upperStart: UInt16 = 0xD000
    static let upperEnd: UInt16 = 0xE000

    static func address(_ offset: UInt16) -> UInt32 { base + UInt32(offset) }
}
