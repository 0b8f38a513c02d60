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

    /// One in how many encodings is taken; chosen by a hash of the encoding, so that each run takes the same.
    var stride: UInt64 = 1

    /// Calls `body` with 15 bytes or more that begin with each encoding.
    func forEach(_ body: (UnsafeRawBufferPointer) -> Void) {
        for escape in Self.escapes {
            for prefixes in Self.prefixStrings {
                for opcode in UInt8.min...UInt8.max { sweepModRM(prefixes + escape + [opcode], body) }
            }
        }
    }

    private func sweepModRM(_ head: [UInt8], _ body: (UnsafeRawBufferPointer) -> Void) {
        var bytes = head + [0] + Self.tail
        let identity = head.reduce(UInt64(head.count)) { $0 << 8 | UInt64($1) }
        for modRM in UInt8.min...UInt8.max {
            bytes[head.count] = modRM
            let hasSIB = modRM < 0xC0 && modRM & 7 == 4
            for (number, sib) in Self.sibs.enumerated() where hasSIB || number == 0 {
                if !isTaken(identity << 16 | UInt64(modRM) << 8 | UInt64(sib)) { continue }
                bytes[head.count + 1] = hasSIB ? sib : Self.tail[0]
                bytes.withUnsafeBytes(body)
            }
        }
    }

    private func isTaken(_ identity: UInt64) -> Bool {
        if stride == 1 { return true }
        let mixed = (identity ^ identity >> 29) &* 0x9E37_79B9_7F4A_7C15
        return (mixed >> 40) % stride == 0
    }
}
