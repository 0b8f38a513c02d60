/// The memory that a generated case sees, in linear addresses; `host-oracle.c` lays out the same.
package enum Arena {
    /// One page of code, not writable; base of the 16-bit code segment.
    package static let code: UInt32 = 0x2000_0000
    package static let codeSize: UInt32 = 4096
    /// Base of the 16-bit data segment.
    package static let dataSegment: UInt32 = 0x1000_0000
    /// Two writable pages, then one that can only be read.
    package static let data: UInt32 = 0x1000_4000
    package static let writableSize: UInt32 = 8192
    package static let dataSize: UInt32 = 12288
    /// What belongs to the system on one side and to the helper on the other: cases that touch it are dropped.
    package static let reserved: Range<UInt32> = 0x6000_0000..<0x6100_0000

    /// Limit of FS and GS, whose base is `data`; GS cannot be written.
    package static let smallLimit: UInt32 = 0xFFF

    /// Where cases start in the code page, and where pointers to code point: at bytes that are INT3.
    package static let start: UInt32 = 0x100
    package static let landing: UInt32 = 0xF00
    package static let longestCode = 116

    /// How many different contents the data pages may have.
    package static let patternCount = 16

    /// The contents of the data pages: random words with edge values, and pointers to data and code among them.  The
    /// read-only page is the same in all.
    package static let patterns: [[UInt8]] = (0..<patternCount).map { number in
        var random = RandomSource(seed: 0x5EED + UInt64(number))
        var common = RandomSource(seed: 0xC0)
        return (0..<Int(dataSize / 4)).flatMap { word in
            let value = word < Int(writableSize / 4) ? patternWord(&random) : patternWord(&common)
            return (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) }
        }
    }

    private static func patternWord(_ random: inout RandomSource) -> UInt32 {
        switch random.below(16) {
        case 0: data + UInt32(random.below(Int(writableSize)))
        case 1: code + landing + UInt32(random.below(64))
        case 2: landing | 0x4800 << 16
        case 3: 0
        default: random.edge()
        }
    }
}
