import VellumIA32
import VellumMicroOps

/// Turns decoded instructions into micro-ops: what each instruction means, said once.
///
/// Rules that keep faults precise: whatever can fault comes before the first architectural write; a read-modify-write
/// starts with a `modify` load, after which its store cannot fault; results that must wait stand in temporaries.
/// Temporaries: t0 to t4 for values, t5 and t6 for addresses.
package struct Lowering {
    package var builder = UnitBuilder()
    package let mode: FragmentMode
    /// Highest valid EIP of the code segment.
    package let codeLimit: UInt32
    /// There is an x87 unit.
    package let hasFPU: Bool

    /// The instruction at hand, its row, its address and the next one's.
    var instruction = DecodedInstruction(operation: .nop)
    var row = InstructionTable.rows[0]
    var eip: UInt32 = 0
    var next: UInt32 = 0
    /// Nil except in mutation tests.
    var mutation: TranslationMutation?
    /// Take down the fields of the code that `settleOperands` looks for.
    var notesFields = false
    /// The unit has got its terminal.
    package private(set) var isFinished = false
    /// The instruction lowered last was STI: interrupts wait for one more (SDM vol. 2, STI).
    private(set) var opensShadow = false

    package init(mode: FragmentMode, codeLimit: UInt32, hasFPU: Bool = true) {
        self.mode = mode
        self.codeLimit = codeLimit
        self.hasFPU = hasFPU
    }

    /// Lowers one instruction that lies at `eip` and is number `index` of the unit.
    package mutating func lower(_ instruction: DecodedInstruction, at eip: UInt32, index: Int) {
        self.instruction = instruction
        self.eip = eip
        next = eip &+ UInt32(instruction.length)
        row = InstructionTable.rows[Int(instruction.row)]
        if let mutation { mutation.row(&row) }
        builder.begin(instruction: index)
        if row.attributes.contains(.protectedOnly), !isProtected {
            finish(.fault(.invalidOpcode, errorCode: 0))
        } else {
            lowerOperation()
            if notesFields { noteFields() }
        }
        builder.end(length: instruction.length, sensitivity: row.sensitivity)
        opensShadow = instruction.operation == .sti
    }

    /// Where an immediate or a displacement is an operand and decides nothing else, it can be changed in place.
    private mutating func noteFields() {
        guard instruction.operation.takesAnyFields else { return }
        var end = instruction.length
        if instruction.immediateFormat != .none {
            end -= UInt8(instruction.immediateFormat.size)
            builder.noteField(.immediate, at: end, instruction.immediateFormat, instruction.immediate)
        }
        // PUSH has a second address, on the stack.
        guard instruction.displacementFormat != .none, instruction.operation != .push else { return }
        end -= UInt8(instruction.displacementFormat.size)
        let isAbsolute =
            instruction.base == DecodedInstruction.noRegister
            && instruction.index == DecodedInstruction.noRegister
        if !isAbsolute || instruction.addressSize == .dword {
            builder.noteField(.displacement, at: end, instruction.displacementFormat, instruction.displacement)
        } else if instruction.operation != .lea {
            // 16-bit addresses end at 64 KiB.
            builder.noteField(.displacement, at: end, .word, instruction.displacement & 0xFFFF)
        }
    }

    /// Ends the unit behind the instruction that STI's shadow covers, so that the run loop sees waiting interrupts.
    mutating func endShadow() {
        if !isFinished { finish(.exit(next)) }
    }

    /// Lowers a place where no instruction can be: a fault of `length` bytes.
    package mutating func lowerFault(_ vector: ExceptionVector, errorCode: UInt32, length: UInt8, index: Int) {
        builder.begin(instruction: index)
        finish(.fault(vector, errorCode: errorCode))
        builder.end(length: length, sensitivity: .innocuous)
    }

    mutating func finish(_ terminal: Terminal) {
        builder.finish(terminal)
        isFinished = true
    }

    /// Ends the unit before the next instruction.
    package mutating func fallThrough(to eip: UInt32) { finish(.jump(eip)) }

    mutating func emit(_ operation: MicroOp) { builder.emit(operation) }

    // MARK: Facts of the instruction at hand

    /// Protected mode proper, without virtual-8086.
    var isProtected: Bool { mode.contains(.protected) && !mode.contains(.virtual8086) }

    /// The v operand size in bytes, 2 or 4.
    var size: UInt8 { instruction.operandSize.rawValue }

    /// The size of the operands of a row whose first operand is a byte or a v kind.
    var width: UInt8 { row.operands.first.isByte ? 1 : row.operands.first.isWord ? 2 : size }

    private mutating func lowerOperation() {
        switch instruction.operation {
        case .add, .or, .and, .sub, .xor, .adc, .sbb, .cmp, .test, .inc, .dec, .neg, .not: lowerArithmetic()
        case .mul, .imul, .imulTwo, .imulThree, .div, .idiv: lowerMultiply()
        case .daa, .das, .aaa, .aas, .aam, .aad: lowerDecimal()
        case .rol, .ror, .rcl, .rcr, .shl, .shr, .sar, .shld, .shrd: lowerShift()
        case .bt, .bts, .btr, .btc, .bsf, .bsr: lowerBits()
        case .mov, .movzx, .movsx, .lea, .xchg, .bswap, .xlat, .cbw, .cwd, .lahf, .sahf, .salc, .cmov, .setcc:
            lowerMove()
        case .xadd, .cmpxchg, .cmpxchg8b: lowerExchange()
        case .push, .pop, .pusha, .popa, .enter, .leave: lowerStack()
        case .movs, .cmps, .stos, .lods, .scas, .ins, .outs: lowerString()
        case .jcc, .jmp, .call, .ret, .loop, .loope, .loopne, .jcxz: lowerBranch()
        case .clc: emit(MicroOp(.clc))
        case .stc: emit(MicroOp(.stc))
        case .cmc: emit(MicroOp(.cmc))
        case .cld: emit(MicroOp(.cld))
        case .std: emit(MicroOp(.std))
        case .nop: break
        case .wait, .escape: lowerCoprocessor()
        case .simd: lowerSIMD()
        case .undefined, .rsm: finish(.fault(.invalidOpcode, errorCode: 0))
        case .bound: lowerBound()
        case .arpl: lowerARPL()
        case .jmpFar, .callFar, .retFar, .iret, .int, .int3, .into, .icebp, .sysenter, .sysexit: lowerFarTransfer()
        case .pushSegment, .popSegment, .movFromSegment, .movToSegment, .les, .lds, .lss, .lfs, .lgs: lowerSegment()
        case .pushf, .popf, .cli, .sti, .clts, .invd, .wbinvd, .rdtsc, .rdpmc, .rdmsr, .wrmsr, .cpuid, .hlt:
            lowerPlainCall()
        case .sgdt, .sidt, .sldt, .str, .smsw, .lgdt, .lidt, .lldt, .ltr, .lmsw, .lar, .lsl, .verr, .verw,
            .movFromControl, .movToControl, .movFromDebug, .movToDebug, .invlpg:
            lowerSystem()
        case .in, .out: lowerPort()
        }
    }
}

extension Operation {
    /// What the instruction becomes does not depend on the values of its displacement and its one immediate, the last
    /// of its bytes.
    var takesAnyFields: Bool {
        switch self {
        case .mov, .add, .or, .adc, .sbb, .and, .sub, .xor, .cmp, .test, .push, .imulThree: true
        case .movzx, .movsx, .lea, .inc, .dec, .neg, .not, .imulTwo, .mul, .imul, .div, .idiv, .cmov: true
        default: false
        }
    }

    /// May follow STI in its unit: all but what ends a unit with a link, which would pass the run loop by.
    var fitsInShadow: Bool {
        switch self {
        case .jcc, .jmp, .call, .ret, .loop, .loope, .loopne, .jcxz, .movs, .cmps, .stos, .lods, .scas, .ins, .outs:
            false
        default: true
        }
    }
}

extension OperandKind {
    var isByte: Bool {
        switch self {
        case .eb, .gb, .zb, .ib, .jb, .ob, .al, .cl, .xb, .yb: true
        default: false
        }
    }

    var isWord: Bool {
        switch self {
        case .ew, .gw, .iw, .dx, .sw: true
        default: false
        }
    }
}
