import CVellumSupport
import VellumIA32
import VellumMicroOps

/// How an out-of-line operation leaves the micro-op.
enum SlowOutcome {
    case next
    /// The fragment ends after the instruction.
    case endFragment
    /// The instruction has not run; the run loop comes first, and `engine.eip` is the instruction's.
    case retry
    /// `pending` is raised.
    case fault
}

/// x87 beyond what the loop does in line.
extension Interpreter {
    /// Any x87 micro-op, with the guest's whole state.
    @inline(never)
    func float(_ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) -> SlowOutcome {
        announce(ip, fragment)
        let unit = cpu.floating
        let code = CoprocessorCode(rawValue: ip.pointee.immediate)
        _ = vellum_x87_enter(unit)
        do throws(GuestFault) {
            if code.isWaiting, unit.isErrorPending, try !meetNumericError(ip, fragment) { return .retry }
            switch ip.pointee.opcode {
            case .floatLoad32, .floatLoad64, .floatMemory32, .floatMemory64, .floatRead:
                try readOperand(ip, code.size, alignment: code.alignment)
                perform(code, ip, fragment)
            case .floatStore32, .floatStore64, .floatWrite: try store(code, ip, fragment)
            default: perform(code, ip, fragment)
            }
        } catch {
            pending = error
            return .fault
        }
        if unit.pointee.reported, !unit.isErrorPending {
            unit.pointee.reported = false
            host.numericErrorCleared()
        }
        return cpu.pointee.engine.endRequested ? .endFragment : .next
    }

    /// WAIT: raises what is pending.
    @inline(never)
    func wait(_ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) -> SlowOutcome {
        announce(ip, fragment)
        do throws(GuestFault) {
            return try meetNumericError(ip, fragment) ? .next : .retry
        } catch {
            pending = error
            return .fault
        }
    }

    /// A waiting instruction meets a pending error: throws #MF, or returns false when an interrupt comes first.
    func meetNumericError(
        _ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer
    ) throws(GuestFault) -> Bool {
        if try host.meetNumericError() { return true }
        giveBack(fragment.pointee.count &- Int64(ip.pointee.instruction), tried: true, cpu)
        cpu.pointee.engine.eip = fragment.eip(ofInstruction: ip.pointee.instruction)
        return false
    }

    // MARK: Memory operands

    private var isUser: Bool { cpu.pointee.privileged.cpl == 3 }

    /// Bytes of an 80-bit number: what is longer is an environment.
    private static var longestNumber: Int { 10 }

    /// Offset of the operand in its segment.
    private func offset(_ ip: UnsafePointer<MicroOp>) -> UInt32 { RegisterFile(cpu.visible).indexed(ip) }

    private func linear(
        _ ip: UnsafePointer<MicroOp>, _ size: Int, alignment: UInt32, write: Bool
    ) throws(GuestFault) -> UInt32 {
        let segment = SegmentRegister(rawValue: ip.pointee.e & 7) ?? .ds
        let address = try mmu.linear(segment, offset: offset(ip), width: size, write: write)
        try mmu.checkBlock(address, alignment: alignment, user: isUser)
        return address
    }

    func readOperand(_ ip: UnsafePointer<MicroOp>, _ size: Int, alignment: UInt32) throws(GuestFault) {
        if size <= Self.longestNumber, let host = cpu.visible.source(ip, offset(ip), UInt32(size), mmu.currentEntries) {
            UnsafeMutableRawPointer(vellum_fpu_operand(cpu.floating)).copyMemory(from: host, byteCount: size)
            return
        }
        let address = try linear(ip, size, alignment: alignment, write: false)
        try mmu.readBlock(address, into: vellum_fpu_operand(cpu.floating), count: size, user: isUser)
    }

    /// The linear address of an operand that can be written without a fault.
    func writableOperand(_ ip: UnsafePointer<MicroOp>, _ size: Int, alignment: UInt32) throws(GuestFault) -> UInt32 {
        let address = try linear(ip, size, alignment: alignment, write: true)
        try mmu.probeWrite(address, length: UInt32(size), user: isUser)
        return address
    }

    func writeOperand(_ address: UInt32, _ size: Int) throws(GuestFault) {
        try mmu.writeBlock(address, from: vellum_fpu_operand(cpu.floating), count: size, user: isUser)
    }

    /// An unmasked exception may withhold the store: then the buffer keeps what it held, whatever that was.
    private func store(
        _ code: CoprocessorCode, _ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer
    ) throws(GuestFault) {
        let unit = cpu.floating
        if unit.pointee.live, code.size <= Self.longestNumber,
            let host = cpu.visible.target(ip, offset(ip), UInt32(code.size), mmu.currentEntries)
        {
            perform(code, ip, fragment)
            host.copyMemory(from: vellum_fpu_operand(unit), byteCount: code.size)
            return
        }
        let address = try writableOperand(ip, code.size, alignment: code.alignment)
        let mayWithhold = unit.pointee.control & FloatingPointStatus.exceptions != FloatingPointStatus.exceptions
        guard mayWithhold, !code.isControl else {
            perform(code, ip, fragment)
            return try writeOperand(address, code.size)
        }
        let before = unit.pointee
        fillOperand(0x55)
        perform(code, ip, fragment)
        if unit.isErrorPending {
            let first = operandByte
            unit.pointee = before
            fillOperand(0xAA)
            perform(code, ip, fragment)
            if operandByte != first { return }
        }
        try writeOperand(address, code.size)
    }

    private var operandByte: UInt8 { vellum_fpu_operand(cpu.floating).pointee }

    private func fillOperand(_ byte: UInt8) {
        vellum_fpu_operand(cpu.floating).update(repeating: byte, count: 16)
    }

    // MARK: Execution

    private func perform(_ code: CoprocessorCode, _ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) {
        let unit = cpu.floating
        if code.isControl {
            vellum_x87_settle(unit)
            control(code, ip)
            return
        }
        if code.modRM < 0xC0 { note(ip, offset(ip), fragment, unit, cpu) } else { note(ip, fragment, unit, cpu) }
        var flags: UInt32 = 0
        if !vellum_x87_quick(unit, code.escape, &flags) {
            vellum_x87_settle(unit)
            flags = vellum_x87_execute(unit, code.escape, cpu.visible.arithmeticFlags.rawValue)
        }
        if code.comparesToFlags { cpu.visible.arithmeticFlags = EFlags(rawValue: flags).intersection(.arithmetic) }
    }

    /// The instructions that move control and state about; none computes.
    private func control(_ code: CoprocessorCode, _ ip: UnsafePointer<MicroOp>) {
        let unit = cpu.floating
        let buffer = UnsafeMutableRawPointer(vellum_fpu_operand(unit))
        switch code.controlKind {
        case .clear:
            unit.pointee.status &= 0x7F00
            unit.controlChanged()
        case .initialize: unit.initialize()
        case .storeStatus:
            if code.modRM >= 0xC0 {
                cpu.visible.write(UInt32(unit.statusWord), to: RegisterSlot(.eax), size: 2)
            } else {
                buffer.storeBytes(of: unit.statusWord, as: UInt16.self)
            }
        case .storeControl: buffer.storeBytes(of: unit.controlWord, as: UInt16.self)
        case .loadControl: unit.controlWord = buffer.load(as: UInt16.self)
        case .storeEnvironment:
            unit.storeEnvironment(code)
            unit.controlWord = unit.controlWord | FloatingPointStatus.exceptions
        case .loadEnvironment: unit.loadEnvironment(code)
        case .save: unit.save(code)
        case .restore: unit.restore(code)
        case .nothing, nil: break
        }
    }

    /// Where this instruction is, for x87's pointers: one without a memory operand.
    @inline(__always)
    func note(_ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer, _ unit: FloatingPointUnit, _ cpu: CPU) {
        unit.pointee.instruction = fragment.eip(ofInstruction: ip.pointee.instruction)
        unit.pointee.instruction_selector = cpu.selector(SegmentRegister.cs.rawValue)
        unit.pointee.opcode = UInt16(truncatingIfNeeded: ip.pointee.immediate & 0x7FF)
    }

    /// Likewise for one whose operand is at an offset in its segment.
    @inline(__always)
    func note(
        _ ip: UnsafePointer<MicroOp>, _ offset: UInt32, _ fragment: FragmentPointer, _ unit: FloatingPointUnit,
        _ cpu: CPU
    ) {
        note(ip, fragment, unit, cpu)
        noteData(ip, offset, unit, cpu)
    }

    /// The operand alone, where an instruction without one is done with it.
    @inline(__always)
    func noteData(_ ip: UnsafePointer<MicroOp>, _ offset: UInt32, _ unit: FloatingPointUnit, _ cpu: CPU) {
        unit.pointee.data = offset
        unit.pointee.data_selector = cpu.selector(ip.pointee.e & 7)
    }
}

/// The instructions that are no arithmetic (SDM vol. 2, table "x87 FPU control instructions").
enum FloatingPointControl {
    case nothing, clear, initialize, storeStatus, storeControl, loadControl
    case storeEnvironment, loadEnvironment, save, restore
}

extension CoprocessorCode {
    var controlKind: FloatingPointControl? {
        switch escape {
        // FNENI, FNDISI, FNSETPM: nothing since the 387.
        case 0x3E0, 0x3E1, 0x3E4: return .nothing
        case 0x3E2: return .clear
        case 0x3E3: return .initialize
        case 0x7E0: return .storeStatus
        default: break
        }
        guard modRM < 0xC0 else { return nil }
        switch (escape >> 8, reg) {
        case (1, 4): return .loadEnvironment
        case (1, 5): return .loadControl
        case (1, 6): return .storeEnvironment
        case (1, 7): return .storeControl
        case (5, 4): return .restore
        case (5, 6): return .save
        case (5, 7): return .storeStatus
        default: return nil
        }
    }

    var isControl: Bool { controlKind != nil }

    /// All but the FN instructions wait for what is pending (SDM vol. 1, section 8.3.12).
    var isWaiting: Bool {
        switch controlKind {
        case nil, .loadControl, .loadEnvironment, .restore: true
        default: false
        }
    }

    /// The multiple that #AC asks for (SDM vol. 3, table 6-7).
    var alignment: UInt32 {
        switch size {
        case 2, 14, 94: 2
        case 8, 10: 8
        default: 4
        }
    }
}

extension Interpreter {
    /// The next micro-op, or nil when the fragment must be left: see `leave`.
    @inline(__always)
    func step(
        _ outcome: SlowOutcome, _ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer
    ) -> UnsafePointer<MicroOp>? {
        switch outcome {
        case .next: return ip + 1
        case .endFragment: return endAfter(ip, fragment)
        case .retry:
            isRetrying = true
            return nil
        case .fault: return nil
        }
    }

    /// Leaves after `step` returned nil.
    @inline(never)
    func leave(_ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) -> BackendExit {
        if isRetrying {
            isRetrying = false
            return .fragmentEnd
        }
        return raise(pending, ip, fragment)
    }
}
