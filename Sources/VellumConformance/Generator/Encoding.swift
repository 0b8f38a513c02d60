import VellumIA32

/// The parts of an instruction while it is being generated.
struct Encoding {
    var prefixes: [UInt8] = []
    var opcode: [UInt8] = []
    /// ModRM, SIB and displacement.
    var address: [UInt8] = []
    var immediates: [UInt8] = []
    var operandIs16: Bool
    var addressIs16: Bool
    /// The overriding segment.
    var segment: SegmentRegister?
    var isMemory = false
    var reg: UInt8 = 0
    var rm: UInt8 = 0
    /// The immediate count of a shift.
    var count: UInt32?
    var skips: Int?
    var displacementSize = 0

    init(is16: Bool) {
        operandIs16 = is16
        addressIs16 = is16
    }

    var bytes: [UInt8] { prefixes + opcode + address + immediates }

    mutating func append(_ value: UInt32, bytes count: Int) {
        immediates += Encoding.little(value, count)
    }

    static func little(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) }
    }

    /// Width of the first operand.
    func bits(_ row: InstructionRow) -> UInt32 {
        switch row.operands.first {
        case .eb, .gb, .zb, .al: 8
        case .ew, .gw: 16
        default: operandIs16 ? 16 : 32
        }
    }

    /// The registers that the instruction may change, by number.
    func clobbers(_ row: InstructionRow) -> UInt8 {
        var mask = written(row.operands.first)
        switch row.operation {
        case .xchg, .xadd: mask |= written(row.operands.second)
        case .mul, .imul, .div, .idiv, .cwd, .cmpxchg8b: mask |= 0b101
        case .cbw, .cmpxchg, .xlat, .lahf, .salc, .aaa, .aas, .aam, .aad, .daa, .das: mask |= 1
        case .movs, .cmps, .stos, .lods, .scas, .ins, .outs: mask |= 0b1100_0011
        case .push, .pop, .pushf, .pushSegment, .pusha, .call, .ret: mask |= 0b1_0000
        case .popa: mask = 0xFF
        case .enter, .leave: mask |= 0b11_0000
        case .loop, .loope, .loopne: mask |= 0b10
        default: break
        }
        return mask
    }

    private func written(_ operand: OperandKind) -> UInt8 {
        switch operand {
        case .gb: 1 << (reg & 3)
        case .gw, .gv: 1 << reg
        case .eb: isMemory ? 0 : 1 << (rm & 3)
        case .ew, .ev, .evw: isMemory ? 0 : 1 << rm
        case .zb: 1 << ((opcode.last ?? 0) & 3)
        case .zv: 1 << ((opcode.last ?? 0) & 7)
        case .al, .eax: 1
        default: 0
        }
    }
}
