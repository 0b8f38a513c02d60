import VellumIA32

extension Decoder {
    /// Recognises an instruction newer than the modelled processors, by Capstone alone and without a template.  Only its
    /// length, prefixes and Capstone id are filled in.
    func decodeLater(_ head: InstructionHead, _ bytes: UnsafeRawBufferPointer) -> DecodeResult {
        guard !head.prefixes.set.contains(.lock), !Self.isRejected(head) else { return .invalid }
        let count = min(bytes.count, Self.longestInstruction)
        let body = UnsafeRawBufferPointer(rebasing: bytes[head.prefixes.count..<count])
        writeLater(head, body, mandatory: true)
        guard let decoding = capstone.decode(canonical) else {
            return head.shape == .missing && head.length >= count ? Self.outOfBytes(count) : .invalid
        }
        let length = decoding.length - canonical.prefixCount + head.prefixes.count
        guard length <= count else { return Self.outOfBytes(count) }
        if head.mandatory != .none && !Self.ignoresPrefix(head) {
            writeLater(head, body, mandatory: false)
            if capstone.decode(canonical)?.id == decoding.id { return .invalid }
        }
        return .instruction(laterInstruction(head, id: decoding.id, length: length))
    }

    private func laterInstruction(_ head: InstructionHead, id: UInt16, length: Int) -> DecodedInstruction {
        var instruction = DecodedInstruction(operation: InstructionTable.laterRow.operation)
        instruction.row = UInt16(truncatingIfNeeded: InstructionTable.laterIndex)
        instruction.map = head.map
        instruction.opcode = head.opcode
        instruction.prefixes = head.prefixes.set
        instruction.operandSize = head.operandSize
        instruction.addressSize = head.addressSize
        instruction.length = UInt8(truncatingIfNeeded: length)
        instruction.capstoneID = id
        return instruction
    }

    /// - Parameter mandatory: whether the mandatory prefix is written, if there is one.
    func writeLater(_ head: InstructionHead, _ body: UnsafeRawBufferPointer, mandatory: Bool) {
        let isSized = Self.takesOperandSize(head)
        let isRepeat = head.mandatory == .rep || head.mandatory == .repne
        canonical.begin(
            isAddress16: head.addressSize == .word, isOperand16: isSized && head.operandSize == .word,
            mandatory: mandatory && (isRepeat || !isSized) ? head.mandatory : .none)
        if Self.isFence(head) {
            canonical.append([0x0F, 0xAE, head.modRM & 0xF8])
        } else {
            canonical.append(body)
        }
    }

    /// LFENCE, MFENCE and SFENCE ignore r/m; Capstone wants it to be zero.
    private static func isFence(_ head: InstructionHead) -> Bool {
        head.map == .escape0F && head.opcode == 0xAE && head.modRM >= 0xE8
    }

    /// POPCNT, TZCNT, LZCNT, MOVBE and CRC32 have an operand size besides their mandatory prefix.
    private static func takesOperandSize(_ head: InstructionHead) -> Bool {
        switch (head.map, head.opcode) {
        case (.escape0F, 0xB8), (.escape0F, 0xBC), (.escape0F, 0xBD): true
        case (.escape0F38, 0xF0), (.escape0F38, 0xF1): true
        default: false
        }
    }

    /// Opcodes whose prefixes do not choose between instructions, so that the same id with and without is no misuse.
    private static func ignoresPrefix(_ head: InstructionHead) -> Bool {
        switch (head.map, head.opcode) {
        case (.primary, _): true
        case (.escape0F, 0x01), (.escape0F, 0x37), (.escape0F, 0x78), (.escape0F, 0xAE): true
        case (.escape0F38, 0xF0), (.escape0F38, 0xF1): true
        default: false
        }
    }

    /// What Capstone accepts in 32-bit mode though no processor does: SWAPGS, MOV to CS, to and from CR1 and CR5 to CR7,
    /// and PadLock, which only VIA's processors have.
    private static func isRejected(_ head: InstructionHead) -> Bool {
        switch (head.map, head.opcode) {
        case (.primary, 0xC4), (.primary, 0xC5), (.primary, 0x62), (.primary, 0x8F):
            // VEX, EVEX and XOP hold their mandatory prefix themselves.
            !head.prefixes.set.isDisjoint(with: [.operandSize, .rep, .repne])
        case (.primary, 0x8E), (.escape0F, 0x20), (.escape0F, 0x22): true
        case (.escape0F, 0xA6), (.escape0F, 0xA7): true
        case (.escape0F, 0x01): head.modRM == 0xF8
        default: false
        }
    }
}
