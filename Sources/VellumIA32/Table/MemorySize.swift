extension OperandKind {
    /// The bytes that the operand occupies in memory, or nil where it is no memory operand or never accessed.
    package func memorySize(_ operandSize: OperandSize) -> Int? {
        let size = Int(operandSize.rawValue)
        switch self {
        case .eb, .ob, .xb, .yb: return 1
        case .ew, .evw: return 2
        case .ev, .ov, .xv, .yv: return size
        case .mp: return size + 2
        case .ma: return size * 2
        case .ms: return 6
        case .mq: return 8
        default: return nil
        }
    }
}

extension DecodedInstruction {
    /// The bytes of the ModRM memory operand, or nil where there is none or SIMD uses it.
    package var memorySize: Int? {
        guard isMemory else { return nil }
        if operation == .escape { return EscapeMemory.size(opcode: opcode, reg: reg, operandSize: operandSize) }
        let operands = InstructionTable.rows[Int(row)].operands
        return operands.first.memorySize(operandSize) ?? operands.second.memorySize(operandSize)
    }
}

/// Memory operands of the x87 escapes (SDM vol. 2, appendix A, tables ).
enum EscapeMemory {
    /// In bytes by ModRM.reg, for D8 to DF; zero is reserved, and the environment and the state have two sizes.
    private static let sizes: [[Int]] = [
        [4, 4, 4, 4, 4, 4, 4, 4],
        [4, 0, 4, 4, environment, 2, environment, 2],
        [4, 4, 4, 4, 4, 4, 4, 4],
        [4, 0, 4, 4, 0, 10, 0, 10],
        [8, 8, 8, 8, 8, 8, 8, 8],
        [8, 0, 8, 8, state, 0, state, 2],
        [2, 2, 2, 2, 2, 2, 2, 2],
        [2, 0, 2, 2, 10, 8, 10, 8],
    ]
    private static let environment = -1
    private static let state = -2

    static func size(opcode: UInt8, reg: UInt8, operandSize: OperandSize) -> Int? {
        let size = sizes[Int(opcode & 7)][Int(reg & 7)]
        switch size {
        case environment: return operandSize == .word ? 14 : 28
        case state: return operandSize == .word ? 94 : 108
        case 0: return nil
        default: return size
        }
    }
}
