import Testing
import VellumExecution
import VellumIA32
import VellumMicroOps

/// The stated effects of every hypervisor call against its handler.
@Suite struct CallEffectsTests {
    /// What micro-ops see, before or after a call.
    private struct View: Equatable {
        var slots: [UInt32]
        var flags: EFlags

        init(_ bench: Bench) {
            slots = (0..<15 as Range<UInt8>).map { bench.cpu[RegisterSlot(encodedWord: $0)] }
            flags = bench.cpu.visible.arithmeticFlags
            if bench.cpu.visible.pointee.direction < 0 { flags.insert(.direction) }
        }

        func install(_ bench: Bench) {
            for (number, value) in slots.enumerated() { bench.cpu[RegisterSlot(encodedWord: UInt8(number))] = value }
            bench.cpu.visible.arithmeticFlags = flags.intersection(.arithmetic)
            bench.cpu.visible.pointee.direction = flags.contains(.direction) ? -1 : 1
        }

        func changes(_ other: View) -> SlotSet {
            var set: UInt64 = 0
            for number in slots.indices {
                for byte in 0..<4 where (slots[number] ^ other.slots[number]) >> UInt32(byte * 8) & 0xFF != 0 {
                    set |= 1 << UInt64(number * 4 + byte)
                }
            }
            return SlotSet(rawValue: set)
        }
    }

    @Test(arguments: HypervisorCall.allCases)
    func onlyWhatIsDeclared(_ call: HypervisorCall) throws {
        var generator = Random(state: UInt64(call.rawValue) + 1)
        var succeeded = 0
        for trial in 0..<12 {
            let arguments = Self.arguments(call, &generator)
            let effects = call.effects(arguments)
            let before = try Self.view(trial, &generator)
            var twin = before
            Self.flip(&twin, effects, &generator)
            let (first, isDone) = try run(call, arguments, before, trial)
            let (second, _) = try run(call, arguments, twin, trial)
            if isDone { succeeded += 1 }
            let writes = isDone ? effects.writes : []
            #expect(before.changes(first).isSubset(of: writes), "\(call) writes other slots")
            #expect(before.flags.symmetricDifference(first.flags).isSubset(of: isDone ? effects.flagsTouched : []))
            #expect(first.changes(second).isDisjoint(with: writes), "\(call) reads other slots")
        }
        #expect(succeeded > 0, "\(call) never succeeds")
    }

    /// The state after the call, and whether it went through.
    private func run(
        _ call: HypervisorCall, _ arguments: CallArguments, _ view: View, _ trial: Int
    ) throws -> (View, Bool) {
        let bench = try Bench()
        if Self.isProtected(call, trial) { bench.enterProtected() }
        if call == .ltr { bench.describe(5, .segment(base: Bench.tss, limit: 0x67, access: 0x89)) }
        bench.cpu.pointee.privileged.sysenterCS = 8
        // A frame for returns: offset 1000h, selector 8, flags.
        for (index, value) in [UInt32(0x1000), 8, 0x246].enumerated() {
            bench.poke(Self.stack + UInt32(index) * UInt32(arguments.size), value, width: Int(arguments.size))
        }
        view.install(bench)
        let isDone = bench.fault(call, arguments) == nil
        return (View(bench), isDone)
    }

    private static let stack: UInt32 = 0x6000

    /// Real mode every other time, but for calls that it does not have.
    private static func isProtected(_ call: HypervisorCall, _ trial: Int) -> Bool {
        switch call {
        case .int, .int3, .into, .icebp, .iret, .callFar, .jmpFar, .retFar: false
        case .sldt, .str, .lldt, .ltr, .lar, .lsl, .verr, .verw, .sysenter, .sysexit: true
        default: trial & 1 == 0
        }
    }

    private static func arguments(_ call: HypervisorCall, _ generator: inout Random) -> CallArguments {
        var arguments = CallArguments()
        arguments.size = call.effects.sizes.randomElement(using: &generator) ?? 4
        switch call.effects.index {
        case .none: break
        case .segment, .loadableSegment: arguments.index = [0, 3, 4, 5].randomElement(using: &generator) ?? 0
        case .control: arguments.index = [0, 2, 3, 4].randomElement(using: &generator) ?? 0
        case .debug: arguments.index = [0, 1, 2, 3, 6, 7].randomElement(using: &generator) ?? 0
        }
        if call == .int { arguments.immediate = 0x21 }
        if call == .ins || call == .outs { arguments.repeats = Bool.random(using: &generator) }
        return arguments
    }

    private static func view(_ trial: Int, _ generator: inout Random) throws -> View {
        var view = View(try Bench())
        for number in view.slots.indices { view.slots[number] = UInt32.random(in: 0...0xFFFF, using: &generator) }
        view.slots[Int(GeneralRegister.esp.rawValue)] = stack
        view.slots[Int(GeneralRegister.ecx.rawValue)] = trial & 2 == 0 ? 0x10 : 0
        // Selectors and offsets that mean something.
        view.slots[8] = [0, 0x10, 0x23, 0x28, 0x30, 0x38].randomElement(using: &generator) ?? 0
        view.slots[9] = 8
        view.flags = EFlags(rawValue: UInt32.random(in: 0 ... .max, using: &generator)).intersection(.visible)
        return view
    }

    private static func flip(_ view: inout View, _ effects: MicroOpEffects, _ generator: inout Random) {
        for number in view.slots.indices where number != Int(GeneralRegister.esp.rawValue) {
            for byte in 0..<4 where effects.reads.rawValue >> UInt64(number * 4 + byte) & 1 == 0 {
                view.slots[number] ^= UInt32.random(in: 0...255, using: &generator) << UInt32(byte * 8)
            }
        }
        let flips = EFlags(rawValue: UInt32.random(in: 0 ... .max, using: &generator)).intersection(.visible)
        view.flags.formSymmetricDifference(flips.subtracting(effects.flagsRead))
    }
}

extension RegisterSlot {
    /// Word `number` of the register file.
    fileprivate init(encodedWord number: UInt8) {
        self = number < 8 ? RegisterSlot(encoded: number, size: .dword) : RegisterSlot(temporary: number - 8)
    }
}
