import VellumIA32

/// What has to be known of an opcode before its row can be looked up.
enum OpcodeShape: UInt8 {
    /// No processor up to the decoder's level has it.
    case missing
    case plain
    case modRM
    /// ModRM names registers whatever its mod bits say: MOV to and from control and debug registers.
    case modRMRegisters
    /// 0F, 0F 38 and 0F 3A: one more opcode byte follows.
    case escape
}

/// The shapes of all opcodes for one processor.
struct OpcodeShapes: ~Copyable {
    private static let count = 4 * 256
    private let shapes: UnsafeMutablePointer<OpcodeShape>

    init(level: CPULevel) {
        shapes = .allocate(capacity: Self.count)
        shapes.initialize(repeating: .missing, count: Self.count)
        for row in InstructionTable.rows where row.since <= level {
            for offset in 0..<Int(row.span) {
                shapes[Self.index(row.map, row.opcode &+ UInt8(truncatingIfNeeded: offset))] = Self.shape(row)
            }
        }
        shapes[Self.index(.primary, 0x0F)] = .escape
        shapes[Self.index(.escape0F, 0x38)] = .escape
        shapes[Self.index(.escape0F, 0x3A)] = .escape
    }

    deinit { shapes.deallocate() }

    @inline(__always)
    subscript(map: OpcodeMap, opcode: UInt8) -> OpcodeShape { shapes[Self.index(map, opcode)] }

    private static func index(_ map: OpcodeMap, _ opcode: UInt8) -> Int { Int(map.rawValue) << 8 | Int(opcode) }

    private static func shape(_ row: InstructionRow) -> OpcodeShape {
        if row.mod == .none { return .plain }
        return row.operands.first == .rd || row.operands.second == .rd ? .modRMRegisters : .modRM
    }
}
