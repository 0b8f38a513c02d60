import VellumDecoder
import VellumIA32
import VellumMicroOps
import VellumTestSupport
import VellumTranslation

/// One encoding of a row, decoded and lowered under a mode: what the lowering says of the instruction.
struct Sample {
    let name: String
    let instruction: DecodedInstruction
    let mode: FragmentMode
    let operations: [MicroOp]
    /// The lowering gave the unit its terminal.
    let endsUnit: Bool
}

/// The modes that samples are made in.
struct SampleMode {
    let name: String
    let mode: FragmentMode

    static let flat32 = SampleMode(name: "flat 32", mode: [.protected, .code32, .stack32, flatSegments])
    static let real = SampleMode(name: "real", mode: [])
    static let all: [SampleMode] = [
        flat32,
        SampleMode(name: "segmented 32", mode: [.protected, .code32, .stack32]),
        SampleMode(name: "protected 16", mode: [.protected]),
        SampleMode(name: "ring 3", mode: [.protected, .code32, .stack32, flatSegments, .cpl(3)]),
        real,
        SampleMode(name: "virtual-8086", mode: [.protected, .virtual8086, .cpl(3)]),
    ]

    private static let flatSegments = SegmentRegister.allCases.reduce(FragmentMode()) { $0.union(.flat($1)) }
}

/// Makes samples: r/m is ECX or [ECX] (16 bits: [BX+DI]), reg is EBX unless it selects the row, immediates are 11h.
struct Sampler {
    private let decoder: Decoder

    init() throws { decoder = try Decoder(level: .pentium3) }

    func samples(of row: InstructionRow) -> [Sample] {
        SampleMode.all.flatMap { mode in
            Sampler.prefixes(row).flatMap { prefixes in
                [true, false].compactMap { sample(row, mode, prefixes, isMemory: $0) }
            }
        }
    }

    private static func prefixes(_ row: InstructionRow) -> [[UInt8]] {
        let sizes: [[UInt8]] = [[], [0x66], [0x67], [0x66, 0x67]]
        guard row.attributes.contains(.repeats) else { return sizes }
        return sizes + [[0xF3], [0xF2], [0xF3, 0x67]]
    }

    func sample(_ row: InstructionRow, _ mode: SampleMode, _ prefixes: [UInt8], isMemory: Bool) -> Sample? {
        guard row.span > 0, let code = Sampler.bytes(row, prefixes, isMemory) else { return nil }
        let result = code.withUnsafeBytes { decoder.decode($0, codeSize32: mode.mode.contains(.code32)) }
        guard case .instruction(let instruction) = result else { return nil }
        var lowering = Lowering(mode: mode.mode, codeLimit: ~0)
        lowering.lower(instruction, at: 0x1000, index: 0)
        let text = prefixes.map { String($0, radix: 16) }.joined(separator: " ")
        return Sample(
            name: "\(mode.name) [\(text)] \(isMemory ? "memory" : "register")", instruction: instruction,
            mode: mode.mode, operations: lowering.builder.unit.operations, endsUnit: lowering.isFinished)
    }

    static func bytes(_ row: InstructionRow, _ prefixes: [UInt8], _ isMemory: Bool) -> [UInt8]? {
        if row.mod == .none && isMemory || row.mod == .memory && !isMemory || row.mod == .register && isMemory {
            return nil
        }
        var bytes = prefixes
        if row.mandatory == .rep { bytes.append(0xF3) }
        if row.map != .primary { bytes.append(0x0F) }
        bytes.append(row.opcode)
        if row.mod != .none { bytes.append((isMemory ? 0 : 0xC0) | (row.group ?? 3) << 3 | 1) }
        return bytes + [0x11, 0, 0, 0, 0, 0, 0, 0]
    }
}

extension Sample {
    /// A fault that the mode alone decides, or an instruction that is not executed yet.
    var isStaticFault: Bool {
        operations.last?.opcode == .fault && !operations.contains { $0.opcode == .hypervisor }
    }

    var calls: [HypervisorCall] { operations.compactMap(\.hypervisorCall) }

    /// Bytes of general registers that are read or written.
    var touched: SlotSet {
        operations.reduce(SlotSet()) { set, operation in
            let effects = operation.effects
            return set.union(effects.reads).union(effects.writes)
        }.intersection(.registers)
    }

    /// Visible flags that are read before the instruction itself has written them.
    var flagsRead: EFlags {
        var written: EFlags = []
        var read: EFlags = []
        for operation in operations {
            let effects = operation.effects
            read.formUnion(effects.flagsRead.subtracting(written))
            written.formUnion(effects.flagsWritten)
        }
        return read
    }

    var flagsTouched: EFlags { operations.reduce(EFlags()) { $0.union($1.effects.flagsTouched) } }

    /// Distinct places in memory that single accesses reach, the stack's left out, and the bytes in all.
    var accessedBytes: Int {
        var seen: [String: Int] = [:]
        for operation in operations where operation.opcode.hasAddress {
            let effects = operation.opcode.effects
            guard effects.memoryWidth > 0, !isStack(operation) else { continue }
            let place = "\(operation.b) \(effects.c.width > 0 ? operation.c : 0) \(operation.displacement)"
            seen[place] = max(seen[place, default: 0], Int(effects.memoryWidth))
        }
        return seen.values.reduce(0, +)
    }

    private func isStack(_ operation: MicroOp) -> Bool {
        let stack = [RegisterSlot(.esp).offset, RegisterSlot(.ebp).offset]
        if stack.contains(operation.b) { return true }
        let origin = operations.last { $0.a == operation.b && [.leaB, .leaX, .lea16].contains($0.opcode) }
        return origin.map { stack.contains($0.b) } ?? false
    }
}
