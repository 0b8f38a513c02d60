import VellumIA32

/// An instruction up to its displacement: what identifies the template.
struct InstructionHead {
    var prefixes = PrefixScan()
    var operandSize = OperandSize.dword
    var addressSize = OperandSize.dword
    /// The mandatory prefix; always `.none` in the one-byte map.
    var mandatory = MandatoryPrefix.none
    var map = OpcodeMap.primary
    var opcode: UInt8 = 0
    var shape = OpcodeShape.missing
    var modRM: UInt8 = 0
    var sib: UInt8 = 0
    /// Bytes read so far, prefixes included.
    var length = 0

    var isMemory: Bool { shape == .modRM && modRM < 0xC0 }
    /// Bytes of opcode, ModRM and SIB.
    var bodyLength: Int { length - prefixes.count }
}

/// How reading a head ended.
enum HeadResult {
    case complete
    /// The bytes end within the head.
    case short
    /// The opcode has no row at this level; `length` counts the opcode.
    case unknown
}

extension InstructionHead {
    /// Reads prefixes, opcode, ModRM and SIB from at most `count` bytes.
    @inline(__always)
    mutating func read(
        _ bytes: UnsafeRawPointer, count: Int, codeSize32: Bool, shapes: borrowing OpcodeShapes
    ) -> HeadResult {
        var byte: UInt8
        repeat {
            guard let taken = next(bytes, count) else { return .short }
            byte = taken
        } while prefixes.take(byte)
        operandSize = codeSize32 == prefixes.set.contains(.operandSize) ? .word : .dword
        addressSize = codeSize32 == prefixes.set.contains(.addressSize) ? .word : .dword
        opcode = byte
        shape = shapes[.primary, byte]
        while shape == .escape {
            guard let second = next(bytes, count) else { return .short }
            enterMap(second, shapes)
        }
        switch shape {
        case .missing, .escape: return .unknown
        case .plain: return .complete
        case .modRM, .modRMRegisters: return readModRM(bytes, count) ? .complete : .short
        }
    }

    /// Takes the byte after an escape.
    private mutating func enterMap(_ byte: UInt8, _ shapes: borrowing OpcodeShapes) {
        switch (map, opcode) {
        case (.primary, _): map = .escape0F
        case (_, 0x38): map = .escape0F38
        default: map = .escape0F3A
        }
        mandatory = prefixes.mandatory
        opcode = byte
        shape = shapes[map, byte]
    }

    @inline(__always)
    private mutating func readModRM(_ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
        guard let byte = next(bytes, count) else { return false }
        modRM = byte
        guard isMemory && modRM & 7 == 4 && addressSize == .dword else { return true }
        guard let second = next(bytes, count) else { return false }
        sib = second
        return true
    }

    @inline(__always)
    private mutating func next(_ bytes: UnsafeRawPointer, _ count: Int) -> UInt8? {
        guard length < count else { return nil }
        length += 1
        return bytes.load(fromByteOffset: length - 1, as: UInt8.self)
    }
}
