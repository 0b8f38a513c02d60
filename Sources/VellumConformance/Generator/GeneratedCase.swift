import VellumIA32

/// One generated instruction.
package struct GeneratedInstruction: Equatable, Sendable {
    package var bytes: [UInt8]
    /// Index into `InstructionTable.rows`.
    package var row: Int
    /// Flags that are undefined when the instruction begins.
    package var undefinedBefore: EFlags = []
    /// Flags that are undefined after it.
    package var undefinedAfter: EFlags = []
    /// For a forward branch: how many instructions it jumps over.  The displacement is the last `displacementSize`
    /// bytes.
    package var skips: Int?
    package var displacementSize = 0

    /// A return or an indirect jump, which may lead back to an earlier instruction of the case.
    var jumpsAnywhere: Bool {
        switch InstructionTable.rows[row].operation {
        case .ret: true
        case .jmp, .call: InstructionTable.rows[row].operands.first == .ev
        default: false
        }
    }
}

/// A few instructions with the state that they start from.
package struct GeneratedCase: Equatable, Sendable {
    /// EAX to EDI in encoding order.
    package var registers: [UInt32]
    package var eflags: UInt32
    /// 16-bit code, stack and data segments instead of flat 32-bit ones.
    package var is16: Bool
    /// Which contents the data pages have.
    package var pattern: Int
    package var instructions: [GeneratedInstruction]
    /// Flags that are not compared wherever the case ends: set when instructions were taken out, since those that
    /// remain may then leave other flags undefined than was worked out for them.
    package var neverCompared: EFlags = []
    /// The state of x87, MMX and SSE is part of the result.
    package var isFloat = false

    /// The code, with branch displacements in place.
    package var code: [UInt8] {
        var result: [UInt8] = []
        for (index, instruction) in instructions.enumerated() {
            var bytes = instruction.bytes
            if let skips = instruction.skips {
                let last = min(index + skips, instructions.count - 1)
                let distance = last > index ? instructions[(index + 1)...last].reduce(0) { $0 + $1.bytes.count } : 0
                for byte in 0..<instruction.displacementSize {
                    bytes[bytes.count - instruction.displacementSize + byte] =
                        UInt8(truncatingIfNeeded: distance >> (byte * 8))
                }
            }
            result += bytes
        }
        return result
    }

    /// EIP at the start.
    package var eip: UInt32 { (is16 ? 0 : Arena.code) + Arena.start }

    /// The flags that are undefined when the case ends at `eip`.
    package func undefinedFlags(at eip: UInt32) -> EFlags { neverCompared.union(undefinedOnPath(to: eip)) }

    private func undefinedOnPath(to eip: UInt32) -> EFlags {
        var offset = self.eip
        let mayRepeat = instructions.contains { $0.jumpsAnywhere }
        for instruction in instructions where !mayRepeat || instructions.count == 1 {
            if eip == offset { return instruction.undefinedBefore }
            offset += UInt32(instruction.bytes.count)
        }
        // Behind the last instruction, with or without the INT3 there; or somewhere that a jump led to.
        if let last = instructions.last, isStraight, eip == offset || eip == offset + 1 { return last.undefinedAfter }
        return instructions.reduce([]) { $0.union($1.undefinedAfter) }
    }

    /// No jumps: each instruction runs at most once, in order.
    private var isStraight: Bool { instructions.allSatisfy { $0.skips == nil && !$0.jumpsAnywhere } }

    /// The case without one of its instructions.
    package func removing(_ index: Int) -> GeneratedCase {
        var result = self
        result.neverCompared = instructions.reduce(neverCompared) { $0.union($1.undefinedAfter) }
        result.instructions.remove(at: index)
        return result
    }

    package var isSingleStepped: Bool { eflags & EFlags.trap.rawValue != 0 }
}
