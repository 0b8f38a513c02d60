import VellumIA32

/// Decodes IA-32 instructions for one processor.
///
/// Prefixes are scanned by our own rules, the instruction table says what an opcode is, and Capstone reads the addressing
/// form of canonical bytes and names the instruction.  What comes out is kept as a template for the next instruction
/// with the same prefixes, opcode, ModRM and SIB; only its displacement and immediates are read anew.
///
/// A decoder holds a Capstone handle and is not to be shared between threads.
package final class Decoder {
    /// The longest instruction, in bytes (SDM vol. 2, section 2.3.11).
    package static let longestInstruction = 15

    package let level: CPULevel
    /// Whether instructions newer than `level` are recognised, with `InstructionTable.laterRow`, instead of invalid.
    /// For disassembly.
    package let recognisesLater: Bool
    /// How often the table and Capstone did not agree on the length of an instruction that both know.
    package internal(set) var disagreements: UInt64 = 0
    /// How many instructions were not found among the templates.
    package private(set) var misses: UInt64 = 0

    private let shapes: OpcodeShapes
    private let memo = TemplateMemo()
    let capstone: CapstoneHandle
    var canonical = CanonicalBytes()

    package init(level: CPULevel, recognisesLater: Bool = false) throws(DecoderError) {
        self.level = level
        self.recognisesLater = recognisesLater
        shapes = OpcodeShapes(level: level)
        capstone = try CapstoneHandle()
    }

    /// Decodes the instruction at the start of `bytes`, reading at most 15 of them and none past the end.
    ///
    /// - Parameter codeSize32: the D bit of the code segment: whether operands and addresses are 32 bits by default.
    package func decode(_ bytes: UnsafeRawBufferPointer, codeSize32: Bool) -> DecodeResult {
        guard let start = bytes.baseAddress else { return .truncated }
        let count = min(bytes.count, Self.longestInstruction)
        var head = InstructionHead()
        switch head.read(start, count: count, codeSize32: codeSize32, shapes: shapes) {
        case .complete: break
        case .short: return Self.outOfBytes(count)
        case .unknown: return recognisesLater ? decodeLater(head, bytes) : .invalid
        }
        let key = TemplateKey(head)
        let template = memo.slot(key)
        if template.pointee.key != key.value {
            misses &+= 1
            guard var made = makeTemplate(head, UnsafeRawBufferPointer(start: start, count: head.length)) else {
                return recognisesLater ? decodeLater(head, bytes) : .invalid
            }
            made.key = key.value
            template.pointee = made
        }
        return Self.complete(template, head, start, count)
    }

    /// The head of an instruction that `decode` accepted.
    func head(_ bytes: UnsafeRawBufferPointer, codeSize32: Bool) -> InstructionHead? {
        guard let start = bytes.baseAddress else { return nil }
        var head = InstructionHead()
        let count = min(bytes.count, Self.longestInstruction)
        let result = head.read(start, count: count, codeSize32: codeSize32, shapes: shapes)
        return result == .short ? nil : head
    }

    /// The instruction needs a byte that is not there: the sixteenth, or one that the caller did not give.
    static func outOfBytes(_ count: Int) -> DecodeResult { count >= longestInstruction ? .tooLong : .truncated }

    /// Reads what a template leaves open.
    @inline(__always)
    private static func complete(
        _ template: UnsafeMutablePointer<Template>, _ head: InstructionHead, _ start: UnsafeRawPointer, _ count: Int
    ) -> DecodeResult {
        let length = head.prefixes.count + template.pointee.length
        guard length <= count else { return outOfBytes(count) }
        var instruction = template.pointee.instruction
        instruction.length = UInt8(truncatingIfNeeded: length)
        instruction.prefixes = head.prefixes.set
        if template.pointee.isOverridable && head.prefixes.set.contains(.segment) {
            instruction.segment = head.prefixes.segment
        }
        var field = start + head.length
        instruction.displacement = template.pointee.displacement.read(field)
        instruction.displacementFormat = template.pointee.displacement
        field += template.pointee.displacement.size
        instruction.immediate = template.pointee.immediate.read(field)
        instruction.immediateFormat = template.pointee.immediate
        field += template.pointee.immediate.size
        instruction.immediate2 = UInt16(truncatingIfNeeded: template.pointee.immediate2.read(field))
        return .instruction(instruction)
    }
}
