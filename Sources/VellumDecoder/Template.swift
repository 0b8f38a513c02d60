import Glibc
import VellumIA32

/// Everything about an instruction but the values of its displacement and immediates.
struct Template {
    /// `TemplateKey.value`, or zero where there is none.
    var key: UInt32 = 0
    var instruction = DecodedInstruction(operation: .undefined)
    /// Bytes of opcode, ModRM and SIB.
    var head: UInt8 = 0
    var displacement = FieldFormat.none
    var immediate = FieldFormat.none
    var immediate2 = FieldFormat.none
    /// Whether a segment override applies.
    var isOverridable = false

    /// Bytes after the prefixes.
    @inline(__always)
    var length: Int { Int(head) + displacement.size + immediate.size + immediate2.size }
}

/// What a template is found by: prefix class, map, opcode, ModRM and SIB.
struct TemplateKey {
    /// Never zero.
    let value: UInt32

    @inline(__always)
    init(_ head: InstructionHead) {
        var prefixes: UInt32 = head.operandSize == .word ? 1 : 0
        if head.addressSize == .word { prefixes |= 2 }
        if head.prefixes.set.contains(.lock) { prefixes |= 4 }
        prefixes |= UInt32(head.mandatory.rawValue) << 3
        let code = UInt32(head.opcode) << 16 | UInt32(head.modRM) << 8 | UInt32(head.sib)
        value = 1 << 31 | prefixes << 26 | UInt32(head.map.rawValue) << 24 | code
    }

    /// The place in a table of `1 << bits` templates.
    @inline(__always)
    func slot(bits: UInt32) -> Int { Int((value &* 0x9E37_79B1) >> (32 - bits)) }
}

/// A direct-mapped memory of templates.  A guest repeats a few thousand of them; a clash costs one call of Capstone.
struct TemplateMemo: ~Copyable {
    private static let bits: UInt32 = 14
    private let storage: UnsafeMutablePointer<Template>

    /// Zeros are no key, and cost the host no memory until a template is put there.
    init() {
        let count = 1 << Int(Self.bits)
        guard let zeros = calloc(count, MemoryLayout<Template>.stride) else { preconditionFailure("out of memory") }
        storage = zeros.bindMemory(to: Template.self, capacity: count)
    }

    deinit { free(storage) }

    /// The slot for a key; it holds another key's template where `key` differs.
    @inline(__always)
    func slot(_ key: TemplateKey) -> UnsafeMutablePointer<Template> { storage + key.slot(bits: Self.bits) }
}

extension FieldFormat {
    /// Reads the field; the caller has checked that `size` bytes are there.
    @inline(__always)
    func read(_ bytes: UnsafeRawPointer) -> UInt32 {
        switch self {
        case .none: 0
        case .byte, .signedByte: extended(UInt32(bytes.load(as: UInt8.self)))
        case .word, .signedWord: extended(UInt32(UInt16(littleEndian: bytes.loadUnaligned(as: UInt16.self))))
        case .dword: UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
        }
    }
}
