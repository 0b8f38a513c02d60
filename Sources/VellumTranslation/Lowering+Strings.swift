import VellumIA32
import VellumMicroOps

extension Lowering {
    private var counter: RegisterSlot { RegisterSlot(.ecx) }
    private var addressBytes: UInt8 { instruction.addressSize.rawValue }

    /// One iteration of a string instruction; under a REP prefix the unit ends with it and branches back to itself, so
    /// that every iteration is an instruction of its own: it counts one, and may be interrupted after.
    mutating func lowerString() {
        let repeated = !instruction.prefixes.isDisjoint(with: [.rep, .repne])
        if instruction.operation == .ins || instruction.operation == .outs { return lowerPortString(repeated) }
        guard repeated else { return lowerIteration() }
        emit(MicroOp(addressBytes == 2 ? .skipIfZero16 : .skipIfZero32, a: counter))
        emitBulk()
        lowerIteration()
        decrementCounter()
        if row.attributes.contains(.repeatsWhile) {
            finish(
                .loopWhile(
                    counter, size: addressBytes, zero: instruction.prefixes.contains(.rep), taken: eip, next: next))
        } else {
            finish(.slotBranch(counter, size: addressBytes, ifZero: false, taken: eip, next: next))
        }
    }

    mutating func decrementCounter() {
        if addressBytes == 4 {
            emit(MicroOp(.leaB, a: counter, b: counter, displacement: ~0))
        } else {
            emit(MicroOp(.add16in, a: counter, immediate: ~0))
        }
    }

    /// Lets the backend do many iterations at once; the last one is always left to the micro-ops that follow.
    private mutating func emitBulk() {
        guard mode.isDisjoint(with: [.singleStep, .breakpoints]) else { return }
        let hasSource = [.movs, .cmps].contains(instruction.operation)
        let source = hasSource ? instruction.segment : .es
        let whileEqual = row.attributes.contains(.repeatsWhile) && instruction.prefixes.contains(.rep)
        let shape = BulkShape(
            shift: UInt8(width.trailingZeroBitCount), isShort: addressBytes == 2, whileEqual: whileEqual,
            source: mode.isFlat(source) ? nil : source, destination: mode.isFlat(.es) ? nil : .es)
        switch instruction.operation {
        case .movs: emit(MicroOp(.bulkMove, d: shape.kind, e: shape.segments))
        case .stos: emit(MicroOp(.bulkFill, d: shape.kind, e: shape.segments))
        case .scas: emit(MicroOp(.bulkScan, d: shape.kind, e: shape.segments))
        case .cmps: emit(MicroOp(.bulkCompare, d: shape.kind, e: shape.segments))
        default: break
        }
    }

    private mutating func source() -> MemoryReference {
        reference(segment: instruction.segment, base: RegisterSlot(.esi), temporary: .t5)
    }

    private mutating func destination(writing: Bool) -> MemoryReference {
        reference(segment: .es, base: RegisterSlot(.edi), writing: writing, temporary: .t6)
    }

    private mutating func step(_ register: GeneralRegister) {
        emit(
            MicroOp(addressBytes == 2 ? .step16 : .step32, a: RegisterSlot(register), immediate: UInt32(width)))
    }

    private mutating func lowerIteration() {
        let size = width
        switch instruction.operation {
        case .movs:
            load(.t0, from: source(), size: size)
            store(.t0, to: destination(writing: true), size: size)
            step(.esi)
            step(.edi)
        case .cmps:
            load(.t0, from: source(), size: size)
            load(.t1, from: destination(writing: false), size: size)
            emit(MicroOp(MicroOpcode.cmp8.sized(size), a: .t0, b: .t1))
            step(.esi)
            step(.edi)
        case .stos:
            store(RegisterSlot(.eax), to: destination(writing: true), size: size)
            step(.edi)
        case .lods:
            load(RegisterSlot(.eax), from: source(), size: size)
            step(.esi)
        default:
            load(.t1, from: destination(writing: false), size: size)
            emit(MicroOp(MicroOpcode.cmp8.sized(size), a: RegisterSlot(.eax), b: .t1))
            step(.edi)
        }
    }

    /// INS and OUTS: the hypervisor does one iteration and, under a prefix, says where to go on.
    private mutating func lowerPortString(_ repeated: Bool) {
        let isInput = instruction.operation == .ins
        let bytes: UInt8 = row.operands.first.isByte || row.operands.second.isByte ? 1 : size
        let arguments = CallArguments(
            size: bytes, addressSize: addressBytes,
            index: isInput ? SegmentRegister.es.rawValue : instruction.segment.rawValue, repeats: repeated)
        emit(MicroOp(isInput ? .ins : .outs, arguments))
        if repeated { finish(.exit(next)) }
    }
}
