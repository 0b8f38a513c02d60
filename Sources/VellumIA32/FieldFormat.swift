/// How many bytes a displacement or an immediate has and how they extend to 32 bits.
package enum FieldFormat: UInt8, Sendable {
    case none, byte, signedByte, word, signedWord, dword

    /// In bytes.
    @inline(__always)
    package var size: Int {
        switch self {
        case .none: 0
        case .byte, .signedByte: 1
        case .word, .signedWord: 2
        case .dword: 4
        }
    }

    /// The value of a field whose bytes stand in the low end of a word.
    @inline(__always)
    package func extended(_ bytes: UInt32) -> UInt32 {
        switch self {
        case .none: 0
        case .byte: bytes & 0xFF
        case .signedByte: UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: bytes)))
        case .word: bytes & 0xFFFF
        case .signedWord: UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: bytes)))
        case .dword: bytes
        }
    }
}
