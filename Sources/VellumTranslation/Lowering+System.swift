import VellumIA32
import VellumMicroOps

extension Lowering {
    mutating func call(_ call: HypervisorCall, _ arguments: CallArguments = CallArguments()) {
        emit(MicroOp(call, arguments))
    }

    /// Ends the unit after a call where the row says so.
    private mutating func endIfNeeded() {
        if row.attributes.contains(.endsUnit) { finish(.exit(next)) }
    }

    /// True after raising #GP(0) for an instruction that needs CPL 0.
    private mutating func raisesUnlessSupervisor() -> Bool {
        guard mode.cpl != 0 else { return false }
        finish(.fault(.generalProtection, errorCode: 0))
        return true
    }

    // MARK: Far transfers and interrupts

    mutating func lowerFarTransfer() {
        let plain = CallArguments(size: size, immediate: instruction.immediate & 0xFFFF)
        switch instruction.operation {
        case .jmpFar, .callFar:
            loadFarPointer()
            call(instruction.operation == .jmpFar ? .jmpFar : .callFar, plain)
        case .retFar:
            call(.retFar, CallArguments(size: size, immediate: row.operands.first == .iw ? instruction.immediate : 0))
        case .iret: call(.iret, plain)
        case .int: call(.int, CallArguments(size: size, immediate: instruction.immediate & 0xFF))
        case .int3: call(.int3, plain)
        case .into: call(.into, plain)
        case .icebp: call(.icebp, plain)
        case .sysenter: call(.sysenter, plain)
        default: call(.sysexit, plain)
        }
        finish(.exit(next))
    }

    /// t0 = offset, t1 = selector.
    private mutating func loadFarPointer() {
        if row.operands.first == .ap {
            emit(MicroOp(.set32, a: .t0, immediate: instruction.immediate))
            emit(MicroOp(.set32, a: .t1, immediate: UInt32(instruction.immediate2)))
        } else {
            let pointer = memoryReference()
            loadZeroExtended(.t0, from: pointer, size: size)
            loadZeroExtended(.t1, from: second(of: pointer, after: UInt32(size)), size: 2)
        }
    }

    // MARK: Segment registers

    mutating func lowerSegment() {
        switch instruction.operation {
        case .pushSegment:
            call(.readSegment, CallArguments(index: fixedSegment.rawValue, first: .t0))
            push(.t0, size: size)
        case .popSegment:
            load(.t0, from: stackReference(0), size: size)
            call(.loadSegment, CallArguments(index: fixedSegment.rawValue, first: .t0))
            adjustStack(by: UInt32(size))
            endIfNeeded()
        case .movFromSegment:
            call(.readSegment, CallArguments(index: instruction.reg, first: .t0))
            writeSelector(.t0)
        case .movToSegment:
            let source = value(operand(.ew), size: 2, in: .t0)
            call(.loadSegment, CallArguments(index: instruction.reg, first: source))
            endIfNeeded()
        default:
            let pointer = memoryReference()
            load(.t0, from: pointer, size: size)
            loadZeroExtended(.t1, from: second(of: pointer, after: UInt32(size)), size: 2)
            call(.loadSegment, CallArguments(index: pointerSegment.rawValue, first: .t1))
            move(RegisterSlot(encoded: instruction.reg, size: instruction.operandSize), .t0, size: size)
            endIfNeeded()
        }
    }

    private var fixedSegment: SegmentRegister {
        switch row.operands.first {
        case .cs: .cs
        case .ss: .ss
        case .ds: .ds
        case .fs: .fs
        case .gs: .gs
        default: .es
        }
    }

    private var pointerSegment: SegmentRegister {
        switch instruction.operation {
        case .lds: .ds
        case .lss: .ss
        case .lfs: .fs
        case .lgs: .gs
        default: .es
        }
    }

    /// A selector goes to memory as a word and to a register at the operand size.
    private mutating func writeSelector(_ slot: RegisterSlot) {
        switch operand(.evw, writing: true) {
        case .memory(let memory): store(slot, to: memory, size: 2)
        case let place: write(slot, to: place, size: size)
        }
    }

    // MARK: Calls without operands

    mutating func lowerPlainCall() {
        let arguments = CallArguments(size: size)
        switch instruction.operation {
        case .pushf: call(.pushf, arguments)
        case .popf: call(.popf, arguments)
        case .cli: call(.cli)
        case .sti: call(.sti)
        case .clts: call(.clts)
        case .invd: call(.invd)
        case .wbinvd: call(.wbinvd)
        case .rdtsc: call(.rdtsc)
        case .rdpmc: call(.rdpmc)
        case .rdmsr: call(.rdmsr)
        case .wrmsr: call(.wrmsr)
        case .cpuid: call(.cpuid)
        default: call(.hlt)
        }
        endIfNeeded()
    }

    // MARK: Tables, control registers

    mutating func lowerSystem() {
        switch instruction.operation {
        case .sgdt, .sidt:
            call(instruction.operation == .sgdt ? .sgdt : .sidt, CallArguments(first: .t0, second: .t1))
            let place = memoryReference(writing: true)
            let base = second(of: place, after: 2)
            loadForUpdate(.t2, from: base, size: 4)
            store(.t0, to: place, size: 2)
            store(.t1, to: base, size: 4)
        case .lgdt, .lidt:
            if raisesUnlessSupervisor() { return }
            let place = memoryReference()
            loadZeroExtended(.t0, from: place, size: 2)
            load(.t1, from: second(of: place, after: 2), size: 4)
            call(
                instruction.operation == .lgdt ? .lgdt : .lidt, CallArguments(size: size, first: .t0, second: .t1))
        case .sldt: storeSelector(.sldt)
        case .str: storeSelector(.str)
        case .smsw: storeSelector(.smsw)
        case .lldt: loadSelector(.lldt)
        case .ltr: loadSelector(.ltr)
        case .lmsw: loadSelector(.lmsw)
        case .lar, .lsl: lowerAccessRights()
        case .verr, .verw:
            let source = value(operand(.ew), size: 2, in: .t0)
            call(instruction.operation == .verr ? .verr : .verw, CallArguments(first: source))
        case .invlpg:
            if raisesUnlessSupervisor() { return }
            let place = memoryReference()
            emit(
                MicroOp(
                    .leaX, a: .t0, b: place.base, c: place.index, d: place.scale, displacement: place.displacement))
            emit(MicroOp(.linear, a: .t0, b: .t0, e: place.segment.rawValue))
            call(.invlpg, CallArguments(first: .t0))
        default: lowerSpecialRegister()
        }
        if !isFinished { endIfNeeded() }
    }

    private mutating func storeSelector(_ kind: HypervisorCall) {
        call(kind, CallArguments(first: .t0))
        writeSelector(.t0)
    }

    private mutating func loadSelector(_ kind: HypervisorCall) {
        if raisesUnlessSupervisor() { return }
        let source = value(operand(.ew), size: 2, in: .t0)
        call(kind, CallArguments(first: source))
    }

    private mutating func lowerAccessRights() {
        let source = value(operand(.ew), size: 2, in: .t0)
        call(
            instruction.operation == .lar ? .lar : .lsl,
            CallArguments(
                size: size, first: source,
                second: RegisterSlot(encoded: instruction.reg, size: instruction.operandSize)))
    }

    private mutating func lowerSpecialRegister() {
        let register = RegisterSlot(encoded: instruction.rm, size: .dword)
        let arguments = CallArguments(index: instruction.reg, first: register)
        switch instruction.operation {
        case .movFromControl: call(.readControl, arguments)
        case .movToControl: call(.writeControl, arguments)
        case .movFromDebug: call(.readDebug, arguments)
        default: call(.writeDebug, arguments)
        }
    }

    // MARK: Ports

    mutating func lowerPort() {
        let isInput = instruction.operation == .in
        let portKind = isInput ? row.operands.second : row.operands.first
        let dataKind = isInput ? row.operands.first : row.operands.second
        let bytes: UInt8 = dataKind.isByte ? 1 : size
        if portKind == .dx {
            emit(MicroOp(.zeroExtend16, a: .t0, b: RegisterSlot(.edx)))
        } else {
            emit(MicroOp(.set32, a: .t0, immediate: instruction.immediate & 0xFF))
        }
        let accumulator = RegisterSlot(.eax)
        if isInput {
            call(.portIn, CallArguments(size: bytes, first: .t0, second: .t1))
            move(accumulator, .t1, size: bytes)
        } else {
            move(.t1, accumulator, size: 4)
            call(.portOut, CallArguments(size: bytes, first: .t0, second: .t1))
        }
        endIfNeeded()
    }
}
