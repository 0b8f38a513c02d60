import VellumIA32
import VellumMicroOps

/// x87 (SDM vol. 1, chapter 8).  The frequent instructions have micro-ops of their own; the others name themselves to one.
extension Lowering {
    mutating func lowerCoprocessor() {
        if trapsCoprocessor {
            finish(.fault(.deviceNotAvailable, errorCode: 0))
        } else if !hasFPU {
            // Nobody answers, and nothing happens.
        } else if instruction.operation == .wait {
            emit(MicroOp(.wait))
        } else if instruction.isMemory {
            lowerEscapeOnMemory()
        } else {
            lowerEscapeOnRegisters()
        }
    }

    /// #NM by TS, MP and EM (SDM vol. 3, table 2-2).
    private var trapsCoprocessor: Bool {
        let taskSwitched = mode.contains(.taskSwitched)
        if instruction.operation == .wait { return taskSwitched && mode.contains(.monitorCoprocessor) }
        return taskSwitched || mode.contains(.emulation)
    }

    private var escape: UInt8 { instruction.opcode & 7 }

    // MARK: Memory

    private mutating func lowerEscapeOnMemory() {
        guard let size = instruction.memorySize else { return finish(.fault(.invalidOpcode, errorCode: 0)) }
        var code = CoprocessorCode(opcode: escape, modRM: instruction.modRM, size: size)
        if instruction.operandSize == .word { code.rawValue |= CoprocessorCode.word }
        if !isProtected { code.rawValue |= CoprocessorCode.real }
        emitOnMemory(memoryMicroOp, code, writing: isStore)
    }

    private var memoryMicroOp: MicroOpcode {
        switch (escape, instruction.reg) {
        case (1, 0): .floatLoad32
        case (5, 0): .floatLoad64
        case (1, 2), (1, 3): .floatStore32
        case (5, 2), (5, 3): .floatStore64
        case (0, 0), (0, 1), (0, 4...7): .floatMemory32
        case (4, 0), (4, 1), (4, 4...7): .floatMemory64
        default: isStore ? .floatWrite : .floatRead
        }
    }

    /// FST, FSTP, FIST, FISTP, FBSTP, FNSTENV, FNSTCW, FNSAVE, FNSTSW.
    private var isStore: Bool {
        switch escape {
        case 1: instruction.reg == 2 || instruction.reg == 3 || instruction.reg >= 6
        case 3: instruction.reg == 2 || instruction.reg == 3 || instruction.reg == 7
        case 5: instruction.reg == 2 || instruction.reg == 3 || instruction.reg >= 6
        case 7: instruction.reg == 2 || instruction.reg == 3 || instruction.reg >= 6
        default: false
        }
    }

    /// One micro-op with an operand in memory.
    mutating func emitOnMemory(
        _ opcode: MicroOpcode, _ code: CoprocessorCode, writing: Bool, slot: RegisterSlot = .zero
    ) {
        let memory = memoryReference(writing: writing)
        let field = SegmentField.make(memory.segment, flat: memory.form != .segmented)
        emit(
            MicroOp(
                opcode, a: slot, b: memory.base, c: memory.index, d: memory.scale, e: field, immediate: code.rawValue,
                displacement: memory.displacement))
    }

    // MARK: Registers

    private mutating func lowerEscapeOnRegisters() {
        guard let modRM = Lowering.canonical(escape, instruction.modRM) else {
            return finish(.fault(.invalidOpcode, errorCode: 0))
        }
        let opcode: MicroOpcode
        switch (escape, modRM >> 3 & 7) {
        case (0, 0), (0, 1), (0, 4...7), (4, 0), (4, 1), (4, 4...7), (6, 0), (6, 1), (6, 4...7): opcode = .floatRegister
        case (1, 0): opcode = .floatDuplicate
        case (1, 1): opcode = .floatExchange
        default: opcode = .float
        }
        let code = CoprocessorCode(opcode: escape, modRM: modRM)
        emit(MicroOp(opcode, a: RegisterSlot(.eax), immediate: code.rawValue))
    }

    /// The register forms that exist: nil for the reserved ones, and for the undocumented aliases themselves (FXCH4,
    /// FCOM2, FSTP8… behave as their originals but keep their own opcode).
    private static func canonical(_ escape: UInt8, _ modRM: UInt8) -> UInt8? {
        let valid: UInt64
        switch escape {
        // FNOP; FCHS FABS FTST FXAM; constants; the transcendental and the stack instructions.
        case 1: valid = 0xFFFF_7F33_FF01_FFFF
        // FCMOV; FUCOMPP.
        case 2: valid = 0x0000_0200_FFFF_FFFF
        // FCMOV; FNENI FNDISI FNCLEX FNINIT FNSETPM; FUCOMI FCOMI.
        case 3: valid = 0x00FF_FF1F_FFFF_FFFF
        // FFREE FXCH4 FST FSTP FUCOM FUCOMP.
        case 5: valid = 0x0000_FFFF_FFFF_FFFF
        // FADDP FMULP FCOMP5 FCOMPP FSUBRP…
        case 6: valid = 0xFFFF_FFFF_02FF_FFFF
        // FFREEP FXCH7 FSTP8 FSTP9; FNSTSW AX; FUCOMIP FCOMIP.
        case 7: valid = 0x00FF_FF01_FFFF_FFFF
        default: valid = ~0
        }
        return valid >> UInt64(modRM & 63) & 1 != 0 ? modRM : nil
    }
}
