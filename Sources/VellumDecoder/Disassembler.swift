import VellumIA32

/// Gives the text of instructions in Intel syntax, for reports.  It knows more instructions than any modelled processor:
/// what a guest may not run can still be shown.
package final class Disassembler {
    /// One line of a listing.
    package struct Line: Equatable, Sendable {
        package var text: String
        /// In bytes; 1 where the bytes are no instruction, and the number of bytes where they end too early.
        package var length: Int

        package init(text: String, length: Int) {
            self.text = text
            self.length = length
        }
    }

    private let decoder: Decoder

    package init() throws(DecoderError) {
        decoder = try Decoder(level: .pentium3, recognisesLater: true)
    }

    /// The text of the instruction at the start of `bytes`.
    ///
    /// - Parameters:
    ///   - codeSize32: the D bit of the code segment.
    ///   - address: EIP of the first byte; branch targets are shown absolute.
    package func disassemble(_ bytes: UnsafeRawBufferPointer, codeSize32: Bool, address: UInt32 = 0) -> Line {
        switch decoder.decode(bytes, codeSize32: codeSize32) {
        case .instruction(let instruction):
            let own = UnsafeRawBufferPointer(rebasing: bytes.prefix(Int(instruction.length)))
            let text = text(instruction, own, codeSize32: codeSize32, address: address)
            return Line(text: Self.prefix(instruction) + text, length: Int(instruction.length))
        case .truncated:
            return Line(text: "(truncated)", length: bytes.count)
        case .invalid, .tooLong:
            let byte = bytes.first.map { String($0, radix: 16) } ?? ""
            return Line(text: "db 0x\(byte)", length: min(1, bytes.count))
        }
    }

    /// LOCK and the repeat prefixes where they mean something; canonical bytes do not hold them.
    private static func prefix(_ instruction: DecodedInstruction) -> String {
        if instruction.prefixes.contains(.lock) { return "lock " }
        let attributes = InstructionTable.rows[Int(instruction.row)].attributes
        guard attributes.contains(.repeats) else { return "" }
        if instruction.prefixes.contains(.repne) { return "repne " }
        if instruction.prefixes.contains(.rep) { return attributes.contains(.repeatsWhile) ? "repe " : "rep " }
        return ""
    }

    private func text(
        _ instruction: DecodedInstruction, _ bytes: UnsafeRawBufferPointer, codeSize32: Bool, address: UInt32
    ) -> String {
        guard let (mnemonic, operands) = decoder.text(instruction, bytes, codeSize32: codeSize32) else {
            return "\(instruction.operation)"
        }
        let shown = Self.ownOperands(instruction, address) ?? Self.withSegment(instruction, operands)
        return shown.isEmpty ? mnemonic : "\(mnemonic) \(shown)"
    }

    /// Operands that Capstone shows wrongly or not at all: branch targets under 66, and the base of AAM and AAD.
    private static func ownOperands(_ instruction: DecodedInstruction, _ address: UInt32) -> String? {
        switch instruction.operation {
        case .jcc, .loop, .loope, .loopne, .jcxz: return target(instruction, address)
        case .jmp, .call:
            let isRelative = instruction.opcode != 0xFF
            return isRelative ? target(instruction, address) : nil
        case .aam, .aad: return hexadecimal(instruction.immediate)
        case .enter: return "\(hexadecimal(instruction.immediate)), \(hexadecimal(UInt32(instruction.immediate2)))"
        default: return nil
        }
    }

    private static func target(_ instruction: DecodedInstruction, _ address: UInt32) -> String {
        let next = address &+ UInt32(instruction.length)
        return hexadecimal((next &+ instruction.immediate) & instruction.operandSize.mask)
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        value < 10 ? String(value) : "0x" + String(value, radix: 16)
    }

    /// Puts a segment override before the first bracket that has none; canonical bytes do not hold the override.
    private static func withSegment(_ instruction: DecodedInstruction, _ operands: String) -> String {
        guard instruction.prefixes.contains(.segment) else { return operands }
        var previous: Character = " "
        for (position, character) in zip(operands.indices, operands) {
            if character == "[" && previous != ":" {
                return operands[..<position] + "\(instruction.segment):" + operands[position...]
            }
            previous = character
        }
        return operands
    }
}

extension Decoder {
    /// Capstone's mnemonic and operands of an instruction that this decoder decoded from `bytes`; for those of our own
    /// rules a name of ours.
    fileprivate func text(
        _ instruction: DecodedInstruction, _ bytes: UnsafeRawBufferPointer, codeSize32: Bool
    ) -> (mnemonic: String, operands: String)? {
        guard let head = head(bytes, codeSize32: codeSize32) else { return nil }
        if Int(instruction.row) == InstructionTable.laterIndex {
            writeLater(head, UnsafeRawBufferPointer(rebasing: bytes[head.prefixes.count...]), mandatory: true)
            return capstone.text(canonical)
        }
        if instruction.capstoneID == 0 { return ownText(instruction, head, bytes) }
        writeCanonical(InstructionTable.rows[Int(instruction.row)], head, bytes)
        return capstone.text(canonical)
    }

    /// Hint NOPs, UD0, UD1, SFENCE with a register that is ignored, and reserved x87 escapes.
    private func ownText(
        _ instruction: DecodedInstruction, _ head: InstructionHead, _ bytes: UnsafeRawBufferPointer
    ) -> (mnemonic: String, operands: String)? {
        if instruction.operation == .simd { return ("sfence", "") }
        guard head.shape == .modRM else { return nil }
        writeStandIn(head, bytes)
        guard let (_, both) = capstone.text(canonical) else { return nil }
        let memory = both.split(separator: ", ", maxSplits: 1).last.map(String.init) ?? both
        switch (instruction.operation, instruction.opcode) {
        case (.nop, _): return ("nop", memory)
        case (.undefined, 0xFF): return ("ud0", both)
        case (.undefined, _): return ("ud1", both)
        default: return ("esc", "0x\(String(instruction.opcode, radix: 16)), \(instruction.reg), \(memory)")
        }
    }
}
