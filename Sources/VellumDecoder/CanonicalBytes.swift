import VellumIA32

/// An instruction rewritten so that Capstone 4 in 32-bit mode reads it right: 67 and 66 only where they count, no
/// segment, LOCK or repeat prefix, and at most one mandatory prefix last.  A filler follows, so that an instruction cut
/// off before its displacement or immediate shows its whole length.
struct CanonicalBytes: ~Copyable {
    static let capacity = 40
    /// As the immediate of CMPPS it is no predicate, so Capstone gives CMPPS and not an id for each predicate.
    private static let filler: UInt8 = 0xFF
    private let storage = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    /// Bytes that stand before the opcode.
    private(set) var prefixCount = 0
    private var count = 0

    var start: UnsafePointer<UInt8> { UnsafePointer(storage) }

    deinit { storage.deallocate() }

    init() {
        storage.initialize(repeating: Self.filler, count: Self.capacity)
    }

    /// Starts again with the prefixes that count.
    mutating func begin(isAddress16: Bool, isOperand16: Bool, mandatory: MandatoryPrefix = .none) {
        storage.update(repeating: Self.filler, count: Self.capacity)
        count = 0
        if isAddress16 { append(0x67) }
        if isOperand16 { append(0x66) }
        appendMandatory(mandatory)
        prefixCount = count
    }

    private mutating func appendMandatory(_ prefix: MandatoryPrefix) {
        switch prefix {
        case .none: break
        case .operandSize: append(0x66)
        case .repne: append(0xF2)
        case .rep: append(0xF3)
        }
    }

    mutating func append(_ byte: UInt8) {
        guard count < Self.capacity else { return }
        storage[count] = byte
        count += 1
    }

    mutating func append(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { append(byte) }
    }
}
