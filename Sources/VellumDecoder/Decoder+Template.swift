import VellumIA32

extension Decoder {
    /// Builds the template of a complete head, or nil where the processor has no such instruction.
    ///
    /// - Parameter bytes: the head's bytes and no more, so that the template does not depend on what follows.
    func makeTemplate(_ head: InstructionHead, _ bytes: UnsafeRawBufferPointer) -> Template? {
        let found = InstructionTable.lookup(
            map: head.map, opcode: head.opcode, modRM: head.modRM, mandatory: head.mandatory)
        guard let found else { return nil }
        let row = InstructionTable.rows[found]
        guard row.since <= level, Self.allowsLock(row, head) else { return nil }

        var template = Template()
        template.head = UInt8(truncatingIfNeeded: head.bodyLength)
        template.instruction = Self.instruction(row, number: found, head)
        template.setFields(row.operands, operandSize: head.operandSize, addressSize: head.addressSize)
        template.setImpliedMemory(row)
        guard takeCapstone(row, head, bytes, &template) else { return nil }
        return template
    }

    /// LOCK is #UD but on read-modify-write instructions with their destination in memory (SDM vol. 2, LOCK).
    private static func allowsLock(_ row: InstructionRow, _ head: InstructionHead) -> Bool {
        !head.prefixes.set.contains(.lock) || row.attributes.contains(.lockable) && head.isMemory
    }

    private static func instruction(_ row: InstructionRow, number: Int, _ head: InstructionHead) -> DecodedInstruction {
        var instruction = DecodedInstruction(operation: row.operation)
        instruction.row = UInt16(truncatingIfNeeded: number)
        instruction.map = head.map
        instruction.opcode = head.opcode
        instruction.operandSize = head.operandSize
        instruction.addressSize = head.addressSize
        instruction.modRM = head.modRM
        instruction.isMemory = head.isMemory
        return instruction
    }

    /// Adds what Capstone says: its id and the addressing form.  Where Capstone rejects an instruction of the table, a
    /// MOV with the same ModRM stands in for the addressing form.
    private func takeCapstone(
        _ row: InstructionRow, _ head: InstructionHead, _ bytes: UnsafeRawBufferPointer, _ template: inout Template
    ) -> Bool {
        writeCanonical(row, head, bytes)
        if !Self.isOurs(row), let decoding = capstone.decode(canonical) {
            template.instruction.capstoneID = decoding.id
            if template.take(decoding, prefixes: canonical.prefixCount) { return true }
            disagreements &+= 1
        }
        guard head.isMemory else { return true }
        writeStandIn(head, bytes)
        guard let decoding = capstone.decode(canonical) else { return false }
        return template.takeMemory(decoding)
    }

    /// Capstone takes UD0 and UD1 for instructions without ModRM.
    private static func isOurs(_ row: InstructionRow) -> Bool { row.operation == .undefined && row.mod != .none }

    /// The instruction itself, in canonical form.
    func writeCanonical(_ row: InstructionRow, _ head: InstructionHead, _ bytes: UnsafeRawBufferPointer) {
        let isSIMD = row.operation == .simd
        canonical.begin(
            isAddress16: head.addressSize == .word, isOperand16: !isSIMD && head.operandSize == .word,
            mandatory: isSIMD ? head.mandatory : .none)
        if head.shape == .modRMRegisters {
            canonical.append(0x0F)
            canonical.append(head.opcode)
            canonical.append(head.modRM | 0xC0)
        } else {
            canonical.append(UnsafeRawBufferPointer(rebasing: bytes[head.prefixes.count...]))
        }
    }

    /// MOV Gv,Ev with the ModRM, SIB and displacement of the instruction.
    func writeStandIn(_ head: InstructionHead, _ bytes: UnsafeRawBufferPointer) {
        canonical.begin(isAddress16: head.addressSize == .word, isOperand16: head.operandSize == .word)
        canonical.append(0x8B)
        let opcodeBytes = head.map == .primary ? 1 : head.map == .escape0F ? 2 : 3
        let modRM = head.prefixes.count + opcodeBytes
        canonical.append(UnsafeRawBufferPointer(rebasing: bytes[modRM...]))
    }
}

extension Template {
    /// Takes over Capstone's id and addressing form if it agrees with the table on the length.
    fileprivate mutating func take(_ decoding: CapstoneDecoding, prefixes: Int) -> Bool {
        if instruction.isMemory && !takeMemory(decoding) { return false }
        return decoding.length == prefixes + length
    }

    fileprivate mutating func takeMemory(_ decoding: CapstoneDecoding) -> Bool {
        guard decoding.hasMemory else { return false }
        instruction.base = decoding.base
        instruction.index = decoding.index
        instruction.scale = decoding.scale
        // EBP, ESP and BP as base default to SS (SDM vol. 1, table 3-5).
        let isStack = decoding.base == GeneralRegister.ebp.rawValue || decoding.base == GeneralRegister.esp.rawValue
        instruction.segment = isStack ? .ss : .ds
        isOverridable = true
        switch decoding.displacementSize {
        case 0: displacement = .none
        case 1: displacement = .signedByte
        case 2: displacement = .signedWord
        default: displacement = .dword
        }
        return true
    }

    /// Sets the formats of immediates and of memory offsets from the operand kinds.
    fileprivate mutating func setFields(_ operands: RowOperands, operandSize: OperandSize, addressSize: OperandSize) {
        for kind in [operands.first, operands.second, operands.third] {
            switch kind {
            case .ib: addImmediate(.byte)
            case .iw: addImmediate(.word)
            case .iv: addImmediate(operandSize == .word ? .word : .dword)
            case .ibs, .jb: addImmediate(.signedByte)
            case .jv: addImmediate(operandSize == .word ? .signedWord : .dword)
            case .ap:
                addImmediate(operandSize == .word ? .word : .dword)
                addImmediate(.word)
            case .ob, .ov: displacement = addressSize == .word ? .word : .dword
            default: break
            }
        }
    }

    private mutating func addImmediate(_ format: FieldFormat) {
        if immediate == .none { immediate = format } else { immediate2 = format }
    }

    /// The segment of strings, memory offsets, XLAT and MASKMOVQ, which have no ModRM for it.  ES:(E)DI cannot be
    /// overridden.
    fileprivate mutating func setImpliedMemory(_ row: InstructionRow) {
        let kinds = [row.operands.first, row.operands.second]
        if kinds.contains(.xb) || kinds.contains(.xv) || kinds.contains(.ob) || kinds.contains(.ov)
            || row.operation == .xlat || row.operation == .simd && instruction.opcode == 0xF7
        {
            isOverridable = true
        } else if kinds.contains(.yb) || kinds.contains(.yv) {
            instruction.segment = .es
        }
    }
}
