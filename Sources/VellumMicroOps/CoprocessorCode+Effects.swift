import VellumIA32

extension MicroOpcode {
    /// The operand in memory has all fields of an address, and `e` is a `SegmentField`.
    package var hasCoprocessorOperand: Bool {
        switch self {
        case .floatLoad32, .floatLoad64, .floatStore32, .floatStore64, .floatMemory32, .floatMemory64, .floatRead,
            .floatWrite, .simdRead, .simdWrite:
            true
        default: false
        }
    }
}

extension OpcodeEffects {
    /// An operand in memory; its width is in the code unless given.
    static func coprocessor(_ memory: MemoryUse, _ width: UInt8 = 1) -> OpcodeEffects {
        var effects = OpcodeEffects(b: .read(4), c: .read(4), flow: .access)
        effects.memory = memory
        effects.memoryWidth = width
        effects.usesScale = true
        return effects
    }
}

extension MicroOp {
    /// What a `float` or `simd` micro-op does with slot `a`.
    var coprocessorSlotUse: SlotUse {
        let code = CoprocessorCode(rawValue: immediate)
        switch opcode {
        case .float: return code.escape == 0x7E0 ? .write(2) : .none
        case .simd, .simdRead: return code.vectorSlotUse
        default: return .none
        }
    }

    /// FCOMI and its kin, COMISS and UCOMISS.
    var coprocessorFlagsWritten: EFlags {
        let code = CoprocessorCode(rawValue: immediate)
        switch opcode {
        case .float: return code.comparesToFlags ? .arithmetic : []
        case .simd, .simdRead: return code.opcode == 0x2E || code.opcode == 0x2F ? .arithmetic : []
        default: return []
        }
    }

    /// FCMOVcc.
    var coprocessorFlagsRead: EFlags {
        let code = CoprocessorCode(rawValue: immediate)
        guard opcode == .float, code.opcode & 7 == 2 || code.opcode & 7 == 3, !code.isMemory else { return [] }
        switch code.reg {
        case 0: return .carry
        case 1: return .zero
        case 2: return [.carry, .zero]
        case 3: return .parity
        default: return []
        }
    }
}

extension CoprocessorCode {
    /// FUCOMI, FCOMI and their popping forms.
    package var comparesToFlags: Bool {
        (opcode & 7 == 3 || opcode & 7 == 7) && !isMemory && (reg == 5 || reg == 6)
    }

    /// The general register of MOVD, PINSRW, PEXTRW, PMOVMSKB, MOVMSKPS, CVTSI2SS, CVTTSS2SI and CVTSS2SI.
    fileprivate var vectorSlotUse: SlotUse {
        switch opcode {
        case 0x2A: isScalar && !isMemory ? .read(4) : .none
        case 0x2C, 0x2D: isScalar ? .write(4) : .none
        case 0x6E, 0xC4: isMemory ? .none : .read(4)
        case 0x50, 0x7E, 0xC5, 0xD7: .write(4)
        default: .none
        }
    }
}
