import VellumIA32

/// A case in the making: what is known of the registers and flags at the point where the next instruction goes.
struct CaseDraft {
    var registers: [UInt32]
    /// Bit n: register n still has its initial value.
    var known: UInt8 = 0xFF
    /// Flags that no instruction may look at now.
    var undefined: EFlags = []
    /// Flags that were undefined where a branch left, until the instruction number it goes to.
    private var pending: [(until: Int, flags: EFlags)] = []
    var instructions: [GeneratedInstruction] = []
    let is16: Bool
    let pattern: Int
    let isSingle: Bool

    init(registers: [UInt32], is16: Bool, pattern: Int, isSingle: Bool) {
        self.registers = registers
        self.is16 = is16
        self.pattern = pattern
        self.isSingle = isSingle
    }

    /// Initial registers may still be chosen to suit the instruction.
    var isFree: Bool { instructions.isEmpty }
    var length: Int { instructions.reduce(0) { $0 + $1.bytes.count } }

    func isKnown(_ register: UInt8) -> Bool { known >> (register & 7) & 1 != 0 }

    /// Sets the low 16 bits, or all, of a register's initial value.
    mutating func set(_ register: UInt8, _ value: UInt32, narrow: Bool) {
        let index = Int(register & 7)
        registers[index] = narrow ? registers[index] & 0xFFFF_0000 | value & 0xFFFF : value
    }

    mutating func append(_ instruction: GeneratedInstruction, after: EFlags, clobbers: UInt8) {
        var instruction = instruction
        instruction.undefinedBefore = undefined
        var after = after
        if let skips = instruction.skips { pending.append((instructions.count + 1 + skips, undefined)) }
        instructions.append(instruction)
        for branch in pending where branch.until > instructions.count - 1 { after.formUnion(branch.flags) }
        pending.removeAll { $0.until <= instructions.count }
        instruction.undefinedAfter = after
        instructions[instructions.count - 1] = instruction
        undefined = after
        known &= ~clobbers
    }
}
