import CVellumSupport
import VellumIA32
import VellumMicroOps

/// MMX, SSE and FXSAVE.
extension Interpreter {
    @inline(never)
    func simd(_ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) -> SlowOutcome {
        announce(ip, fragment)
        let code = CoprocessorCode(rawValue: ip.pointee.immediate)
        let isMMX = code.usesMMX
        do throws(GuestFault) {
            // An instruction that touches MMX registers waits for what x87 left pending.
            if isMMX, cpu.floating.isErrorPending, try !meetNumericError(ip, fragment) { return .retry }
            switch ip.pointee.opcode {
            case .simdRead:
                try readVector(code, ip)
                if isMMX { cpu.floating.enterMMX() }
                try execute(code, ip)
            case .simdWrite: try storeVector(code, ip)
            default:
                copyOperand(code)
                if isMMX { cpu.floating.enterMMX() }
                try execute(code, ip)
            }
        } catch {
            pending = error
            return .fault
        }
        return cpu.pointee.engine.endRequested ? .endFragment : .next
    }

    // MARK: Operands

    private var buffer: UnsafeMutableRawPointer { UnsafeMutableRawPointer(vellum_fpu_operand(cpu.floating)) }

    private func readVector(_ code: CoprocessorCode, _ ip: UnsafePointer<MicroOp>) throws(GuestFault) {
        buffer.initializeMemory(as: UInt64.self, repeating: 0, count: 2)
        try requireAligned(code, ip)
        try readOperand(ip, code.size, alignment: code.vectorAlignment)
    }

    /// 16-byte operands in memory must be aligned, but for MOVUPS (SDM vol. 1, section 11.3).
    private func requireAligned(_ code: CoprocessorCode, _ ip: UnsafePointer<MicroOp>) throws(GuestFault) {
        guard code.mustBeAligned else { return }
        let base = cpu.visible.window(SegmentRegister(rawValue: ip.pointee.e & 7) ?? .ds).pointee.base
        if (base &+ RegisterFile(cpu.visible).indexed(ip)) & 15 != 0 { throw .generalProtection() }
    }

    /// The register that ModRM.rm names, as if it had been read from memory.
    private func copyOperand(_ code: CoprocessorCode) {
        let unit = cpu.floating
        if code.readsMMX {
            buffer.storeBytes(of: vellum_fpu_register(unit, code.rm).pointee.significand, as: UInt64.self)
        } else {
            buffer.storeBytes(of: vellum_fpu_xmm(unit, code.rm).pointee, as: vellum_xmm.self)
        }
    }

    private var source: UInt64 { buffer.load(as: UInt64.self) }

    private func storeVector(_ code: CoprocessorCode, _ ip: UnsafePointer<MicroOp>) throws(GuestFault) {
        if code.opcode == 0xF7 { return try maskedMove(code, ip) }
        let unit = cpu.floating
        try requireAligned(code, ip)
        let address = try writableOperand(ip, code.size, alignment: code.vectorAlignment)
        var size = code.size
        switch code.opcode {
        case 0xAE where code.reg == 0:
            unit.storeImage()
            size = FloatingPointUnit.imageSize
        case 0xAE: buffer.storeBytes(of: unit.pointee.mxcsr, as: UInt32.self)
        case 0x7E, 0x7F, 0xE7:
            unit.enterMMX()
            buffer.storeBytes(of: vellum_fpu_register(unit, code.reg).pointee.significand, as: UInt64.self)
        case 0x17: buffer.storeBytes(of: vellum_fpu_xmm(unit, code.reg).pointee.high, as: UInt64.self)
        default: buffer.storeBytes(of: vellum_fpu_xmm(unit, code.reg).pointee, as: vellum_xmm.self)
        }
        try writeOperand(address, size)
    }

    /// MASKMOVQ stores the bytes whose mask has bit 7 set.
    private func maskedMove(_ code: CoprocessorCode, _ ip: UnsafePointer<MicroOp>) throws(GuestFault) {
        let unit = cpu.floating
        let address = try writableOperand(ip, 8, alignment: 8)
        unit.enterMMX()
        let value = vellum_fpu_register(unit, code.reg).pointee.significand
        let mask = vellum_fpu_register(unit, code.rm).pointee.significand
        for byte in 0..<8 as Range<UInt32> where mask >> UInt64(byte * 8 + 7) & 1 != 0 {
            let chosen = UInt32(truncatingIfNeeded: value >> UInt64(byte * 8)) & 0xFF
            try mmu.write(address &+ byte, value: chosen, width: 1, user: cpu.pointee.privileged.cpl == 3)
        }
    }

    // MARK: Execution

    private func execute(_ code: CoprocessorCode, _ ip: UnsafePointer<MicroOp>) throws(GuestFault) {
        switch code.opcode {
        case 0x10...0x17, 0x28, 0x29: moveXMM(code)
        case 0x50, 0x54...0x57, 0xC6: logicXMM(code, ip)
        case 0x2A, 0x2C...0x2F, 0x51...0x53, 0x58...0x5F, 0xC2: try arithmeticXMM(code, ip)
        case 0xAE: try loadState(code)
        default: executeMMX(code, ip)
        }
    }

    private func loadState(_ code: CoprocessorCode) throws(GuestFault) {
        let unit = cpu.floating
        if code.reg == 1 {
            guard unit.loadImage() else { throw .generalProtection() }
            return
        }
        let value = buffer.load(as: UInt32.self)
        guard value & ~FloatingPointUnit.mxcsrMask == 0 else { throw .generalProtection() }
        unit.pointee.mxcsr = value
    }

    private func executeMMX(_ code: CoprocessorCode, _ ip: UnsafePointer<MicroOp>) {
        let unit = cpu.floating
        let registers = RegisterFile(cpu.visible)
        let target = vellum_fpu_register(unit, code.reg)
        let slot = ip.pointee.a
        switch code.opcode {
        case 0x6E: target.pointee.significand = code.isMemory ? source : UInt64(registers.get(slot, UInt32.self))
        case 0x6F: target.pointee.significand = source
        case 0x7E: registers.set(slot, UInt32(truncatingIfNeeded: target.pointee.significand))
        case 0x7F: vellum_fpu_register(unit, code.rm).pointee.significand = target.pointee.significand
        case 0x70: target.pointee.significand = Vectors.shuffleWords(source, code.immediate)
        case 0x71...0x73:
            let shifted = vellum_fpu_register(unit, code.rm)
            // The shift by an immediate is the shift by a register, four rows of the map further down.
            let opcode = UInt32(code.opcode) - 0x71 + [0xD1, 0xE1, 0xF1][Int(code.reg >> 1 - 1)]
            shifted.pointee.significand = vellum_mmx(opcode, shifted.pointee.significand, UInt64(code.immediate))
        case 0x77: unit.pointee.tags = 0
        case 0xC4:
            let word = code.isMemory ? source : UInt64(registers.get(slot, UInt32.self))
            target.pointee.significand = Vectors.insertWord(target.pointee.significand, word, code.immediate)
        case 0xC5: registers.set(slot, UInt32(truncatingIfNeeded: source >> UInt64((code.immediate & 3) * 16)) & 0xFFFF)
        case 0xD7: registers.set(slot, Vectors.signs(source))
        default: target.pointee.significand = vellum_mmx(UInt32(code.opcode), target.pointee.significand, source)
        }
        unit.markMMX(code)
    }
}
