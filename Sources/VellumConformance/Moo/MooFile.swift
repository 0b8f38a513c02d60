/// A register of the 386 register file, in the order of MOO's RG32 chunk.
package enum MooRegister: Int, CaseIterable, Sendable {
    case cr0, cr3, eax, ebx, ecx, edx, esi, edi, ebp, esp, cs, ds, es, fs, gs, ss, eip, eflags, dr6, dr7

    /// The registers of the 16-bit REGS chunk, in its order.
    package static let narrow: [MooRegister] = [
        .eax, .ebx, .ecx, .edx, .cs, .ss, .ds, .es, .esp, .ebp, .esi, .edi, .eip, .eflags,
    ]
}

/// Values for some of the registers: a state, a change of state, or masks.
package struct MooRegisters: Equatable, Sendable {
    /// Bit n: register n has a value.
    package private(set) var present: UInt32 = 0
    private var values = [UInt32](repeating: 0, count: MooRegister.allCases.count)

    package init() {}

    package subscript(register: MooRegister) -> UInt32? {
        get { present >> UInt32(register.rawValue) & 1 != 0 ? values[register.rawValue] : nil }
        set {
            let bit: UInt32 = 1 << UInt32(register.rawValue)
            present = newValue == nil ? present & ~bit : present | bit
            values[register.rawValue] = newValue ?? 0
        }
    }

    /// This state with the values of `changes` on top.
    package func overlaid(by changes: MooRegisters) -> MooRegisters {
        var result = self
        for register in MooRegister.allCases {
            if let value = changes[register] { result[register] = value }
        }
        return result
    }
}

/// One byte of memory.
package struct MooByte: Equatable, Sendable {
    package var address: UInt32
    package var value: UInt8
}

/// The state before a test, or what changed during it.
package struct MooState: Equatable, Sendable {
    package var registers = MooRegisters()
    package var memory: [MooByte] = []
}

/// The exception or interrupt that a test took.
package struct MooException: Equatable, Sendable {
    package var vector: UInt8
    /// Physical address of the pushed FLAGS.
    package var flagsAddress: UInt32
}

/// One test.
package struct MooTest: Equatable, Sendable {
    package var index: UInt32 = 0
    package var name = ""
    /// The instruction; in most sets the last byte is the HLT behind it.
    package var bytes: [UInt8] = []
    package var initial = MooState()
    package var final = MooState()
    /// AND masks of this test alone.
    package var masks = MooRegisters()
    package var exception: MooException?
    /// The set's name for the test, as revocation lists use it.
    package var hash: [UInt8] = []
}

/// A file of tests, all of one instruction form.
package struct MooFile: Equatable, Sendable {
    package var majorVersion: UInt8 = 0
    package var minorVersion: UInt8 = 0
    /// "C286", "386E", "8088"…
    package var processor = ""
    /// The mode that META states: 0 is real mode.
    package var mode: UInt8 = 0
    /// AND masks of all tests.
    package var masks = MooRegisters()
    package var tests: [MooTest] = []
    /// True when the registers came as 32-bit chunks.
    package var isWide = false
}
