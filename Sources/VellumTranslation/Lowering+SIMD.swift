import VellumIA32
import VellumMicroOps

/// MMX, SSE and FXSAVE: each instruction names itself to one of three micro-ops.
extension Lowering {
    mutating func lowerSIMD() {
        // SFENCE orders stores, which are in order here; it needs none of the permissions.
        if instruction.opcode == 0xAE, !instruction.isMemory { return }
        if let fault = simdFault { return finish(.fault(fault, errorCode: 0)) }
        var code = CoprocessorCode(
            opcode: instruction.opcode, modRM: instruction.modRM, size: simdSize, immediate: instruction.immediate)
        if isScalar { code.rawValue |= CoprocessorCode.scalar }
        if instruction.opcode == 0xF7 {
            lowerMaskedMove(code)
        } else if instruction.isMemory {
            emitOnMemory(isSIMDStore ? .simdWrite : .simdRead, code, writing: isSIMDStore, slot: simdSlot)
        } else {
            emit(MicroOp(.simd, a: simdSlot, immediate: code.rawValue))
        }
        // FXRSTOR and LDMXCSR change nothing that translation depends on.
    }

    private var isScalar: Bool { instruction.prefixes.contains(.rep) }

    /// FXSAVE and FXRSTOR, LDMXCSR and STMXCSR.
    private var isStateGroup: Bool { instruction.opcode == 0xAE }

    /// SDM vol. 3, section 13.1 (SSE), section 12.1 (MMX); vol. 2, FXSAVE.
    private var simdFault: ExceptionVector? {
        let switched = mode.contains(.taskSwitched)
        let emulated = mode.contains(.emulation)
        if isStateGroup, instruction.reg < 2 { return switched || emulated ? .deviceNotAvailable : nil }
        if emulated || usesXMM && !mode.contains(.osfxsr) { return .invalidOpcode }
        return switched ? .deviceNotAvailable : nil
    }

    /// The instruction belongs to SSE proper; those that SSE added to MMX do not.
    private var usesXMM: Bool {
        switch instruction.opcode {
        case 0x10...0x17, 0x28...0x2F, 0x50...0x5F, 0xAE, 0xC2, 0xC6: true
        default: false
        }
    }

    private var isSIMDStore: Bool {
        switch instruction.opcode {
        case 0x11, 0x13, 0x17, 0x29, 0x2B, 0x7E, 0x7F, 0xE7: true
        case 0xAE: instruction.reg == 0 || instruction.reg == 3
        default: false
        }
    }

    /// Bytes of the memory operand.
    private var simdSize: Int {
        switch instruction.opcode {
        case 0x12, 0x13, 0x16, 0x17: 8
        case 0x2A: isScalar ? 4 : 8
        case 0x2C, 0x2D: isScalar ? 4 : 8
        case 0x2E, 0x2F: 4
        case 0x10...0x15, 0x28...0x2B, 0x50...0x5F, 0xC2, 0xC6: isScalar ? 4 : 16
        case 0x60...0x62, 0x6E, 0x7E: 4
        case 0xC4: 2
        case 0xAE: instruction.reg < 2 ? 512 : 4
        default: 8
        }
    }

    /// The general register that MOVD, PINSRW, PEXTRW, PMOVMSKB, MOVMSKPS, CVTSI2SS and CVTSS2SI name.
    private var simdSlot: RegisterSlot {
        switch instruction.opcode {
        case 0x2C, 0x2D, 0x50, 0xC5, 0xD7: RegisterSlot(encoded: instruction.reg, size: .dword)
        default: RegisterSlot(encoded: instruction.rm, size: .dword)
        }
    }

    /// MASKMOVQ: the operand is DS:(E)DI, whatever ModRM says.
    private mutating func lowerMaskedMove(_ code: CoprocessorCode) {
        let segment = instruction.prefixes.contains(.segment) ? instruction.segment : .ds
        let memory = reference(segment: segment, base: RegisterSlot(.edi), writing: true)
        let field = SegmentField.make(memory.segment, flat: memory.form != .segmented)
        emit(
            MicroOp(
                .simdWrite, b: memory.base, e: field, immediate: code.rawValue, displacement: memory.displacement))
    }
}
