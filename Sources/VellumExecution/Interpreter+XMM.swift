import CVellumSupport
import VellumIA32
import VellumMicroOps

/// SSE on XMM registers; the source operand stands in the buffer.
extension Interpreter {
    private var source: vellum_xmm {
        UnsafeRawPointer(vellum_fpu_operand(cpu.floating)).load(as: vellum_xmm.self)
    }

    private var low32: UInt64 { 0xFFFF_FFFF }

    /// MOVUPS, MOVSS, MOVLPS, MOVHPS, MOVHLPS, MOVLHPS, UNPCKxPS, MOVAPS.
    func moveXMM(_ code: CoprocessorCode) {
        let target = vellum_fpu_xmm(cpu.floating, code.reg)
        let source = self.source
        switch code.opcode {
        case 0x10 where code.isScalar && !code.isMemory:
            target.pointee.low = target.pointee.low & ~low32 | source.low & low32
        case 0x10, 0x28: target.pointee = source
        case 0x11, 0x29:
            let other = vellum_fpu_xmm(cpu.floating, code.rm)
            if code.opcode == 0x11, code.isScalar {
                other.pointee.low = other.pointee.low & ~low32 | target.pointee.low & low32
            } else {
                other.pointee = target.pointee
            }
        case 0x12: target.pointee.low = code.isMemory ? source.low : source.high
        case 0x14: target.pointee = interleave(target.pointee.low, source.low)
        case 0x15: target.pointee = interleave(target.pointee.high, source.high)
        default: target.pointee.high = source.low
        }
    }

    private func interleave(_ target: UInt64, _ source: UInt64) -> vellum_xmm {
        vellum_xmm(low: target & low32 | source << 32, high: target >> 32 | source & ~low32)
    }

    /// MOVMSKPS, ANDPS, ANDNPS, ORPS, XORPS, SHUFPS.
    func logicXMM(_ code: CoprocessorCode, _ ip: UnsafePointer<MicroOp>) {
        let target = vellum_fpu_xmm(cpu.floating, code.reg)
        let a = target.pointee
        let b = source
        switch code.opcode {
        case 0x50: RegisterFile(cpu.visible).set(ip.pointee.a, Vectors.signs(b))
        case 0x54: target.pointee = vellum_xmm(low: a.low & b.low, high: a.high & b.high)
        case 0x55: target.pointee = vellum_xmm(low: ~a.low & b.low, high: ~a.high & b.high)
        case 0x56: target.pointee = vellum_xmm(low: a.low | b.low, high: a.high | b.high)
        case 0x57: target.pointee = vellum_xmm(low: a.low ^ b.low, high: a.high ^ b.high)
        default: target.pointee = Vectors.shuffle(a, b, code.immediate)
        }
    }

    /// What rounds or reports: runs on a copy, and takes effect unless an unmasked exception came up.
    func arithmeticXMM(_ code: CoprocessorCode, _ ip: UnsafePointer<MicroOp>) throws(GuestFault) {
        let unit = cpu.floating
        var result = vellum_fpu_xmm(unit, code.reg).pointee
        var operand = source
        if code.opcode == 0x2A, code.isScalar, !code.isMemory {
            operand.low = UInt64(RegisterFile(cpu.visible).get(ip.pointee.a, UInt32.self))
        }
        let before = result
        let control = StreamingControl(unit.pointee.mxcsr)
        let raised = vellum_sse(
            UInt32(code.opcode), code.isScalar, code.immediate, control.effective, &result, &operand)
        let flags = control.flags(raised, code, before, operand, result)
        unit.pointee.mxcsr |= flags
        if flags & control.unmasked != 0 { throw host.simdNumericFault }
        switch code.opcode {
        case 0x2C where code.isScalar, 0x2D where code.isScalar:
            RegisterFile(cpu.visible).set(ip.pointee.a, UInt32(truncatingIfNeeded: result.low))
        case 0x2C, 0x2D:
            vellum_fpu_register(unit, code.reg).pointee.significand = result.low
            vellum_fpu_register(unit, code.reg).pointee.exponent = 0xFFFF
        case 0x2E, 0x2F:
            cpu.visible.arithmeticFlags = EFlags(rawValue: UInt32(truncatingIfNeeded: result.low) & 0x45)
        default: vellum_fpu_xmm(unit, code.reg).pointee = result
        }
    }
}
