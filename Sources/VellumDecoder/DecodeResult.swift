import VellumIA32

/// What decoding one instruction came to.
package enum DecodeResult: Equatable, Sendable {
    case instruction(DecodedInstruction)
    /// The bytes end before the instruction does.  With more bytes it may turn out to be any of the other cases.
    case truncated
    /// No instruction of the processor: #UD.
    case invalid
    /// Longer than 15 bytes: #GP(0) (SDM vol. 3, section 6.15, interrupt 13).
    case tooLong
}

/// A decoder could not be set up.
package enum DecoderError: Error, Equatable, Sendable {
    /// Capstone refused to open; the number is its `cs_err`.
    case capstone(UInt32)
}
