/// Every opcode of four maps with every ModRM, some SIBs and typical prefix strings.
struct SweepSpace {
    /// 35 strings: none, each prefix alone, and mixtures in which order or repetition matters.
    static let prefixStrings: [[UInt8]] = [
        [], [0x66], [0x67], [0x66, 0x67], [0x67, 0x66], [0xF0], [0xF2], [0xF3],
        [0x26], [0x2E], [0x36], [0x3E], [0x64], [0x65],
        [0x66, 0xF2], [0x66, 0xF3], [0xF2, 0x66], [0xF3, 0x66], [0xF2, 0xF3], [0xF3, 0xF2],
        [0x67, 0xF2], [0x67, 0xF3], [0x66, 0xF0], [0xF0, 0x66], [0xF0, 0x67], [0xF0, 0xF2], [0xF3, 0xF0],
        [0x2E, 0x64], [0x64, 0x2E], [0x66, 0x65], [0x36, 0x66], [0xF3, 0x2E], [0x66, 0x67, 0xF3],
        [0x66, 0x66], [0x26, 0x67, 0x66, 0xF0],
    ]
    static let escapes: [[UInt8]] = [[], [0x0F], [0x0F, 0x38], [0x0F, 0x3A]]
    /// No index, no base, both, each scale, ESP as base.
    static let sibs: [UInt8] = [0x00, 0x24, 0x25, 0x65, 0xAC, 0xED, 0xCC]
    /// Displacement and immediates: every byte and word negative and different.
    static let tail: [UInt8] = [0x82, 0x93, 0xA4, 0xB5, 0xC6, 0xD7, 0xE8, 0xF9, 0x8A, 0x9B, 0xAC, 0xBD]

    /// On average one in how many encodings is taken, by a generator with a fixed seed.
    private let stride: UInt32
    private var random: UInt32 = 0x2545_F491
    /// Encodings still to be left out.
    private var skip: UInt32 = 0

    init(stride: UInt32) {
        self.stride = stride
    }

    /// Calls `body` with 15 bytes or more that begin with each encoding.
    mutating func forEach(_ body: (UnsafeRawBufferPointer) -> Void) {
        for escape in Self.escapes {
            for prefixes in Self.prefixStrings {
                for opcode in UInt8.min...UInt8.max { sweepModRM(prefixes + escape + [opcode], body) }
            }
        }
    }

    /// Plain loops: in a debug build most of the time would go into iterators otherwise.
    private mutating func sweepModRM(_ head: [UInt8], _ body: (UnsafeRawBufferPointer) -> Void) {
        let bytes = head + [0] + Self.tail
        var modRM: UInt32 = 0
        while modRM < 0x100 {
            let hasSIB = modRM < 0xC0 && modRM & 7 == 4
            var number = 0
            while number < (hasSIB ? Self.sibs.count : 1) {
                if isTaken() {
                    Self.visit(bytes, at: head.count, UInt8(modRM), hasSIB ? Self.sibs[number] : nil, body)
                }
                number &+= 1
            }
            modRM &+= 1
        }
    }

    private static func visit(
        _ template: [UInt8], at position: Int, _ modRM: UInt8, _ sib: UInt8?, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        var bytes = template
        bytes[position] = modRM
        if let sib { bytes[position + 1] = sib }
        bytes.withUnsafeBytes(body)
    }

    private mutating func isTaken() -> Bool {
        if skip > 0 {
            skip &-= 1
            return false
        }
        random ^= random << 13
        random ^= random >> 17
        random ^= random << 5
        skip = random % (2 * stride - 1)
        return true
    }
}
