import VellumHypervisor
import VellumIA32

/// A setting of the engine that must not change anything that a guest can see.
package struct EngineSetting: Sendable {
    package var name: String
    package var options: EngineOptions

    /// The default first; all others are compared with it.
    package static let all: [EngineSetting] = [
        EngineSetting("default") { _ in },
        EngineSetting("no chaining") { $0.chaining = false },
        EngineSetting("no calls in the cache") { $0.callsInCache = false },
        EngineSetting("no passes") { $0.passes = false },
        EngineSetting("block limit 1") { $0.blockLimit = 1 },
        EngineSetting("cache of 256 KiB") { $0.cacheSize = 256 << 10 },
    ]

    private init(_ name: String, _ change: (inout EngineOptions) -> Void) {
        self.name = name
        options = EngineOptions()
        change(&options)
    }
}

/// A program that did not end the same under two settings.
package struct EngineDifference: Sendable {
    package var seed: UInt64
    package var number: Int
    package var setting: String
    package var details: [String]
}

/// Runs random programs under every setting.
package final class EngineComparison {
    private let machines: [(setting: EngineSetting, machine: EngineMachine)]
    private let choice = RowChoice()
    package private(set) var instructions: UInt64 = 0
    package private(set) var interrupts = 0

    package init() throws {
        machines = try EngineSetting.all.map { ($0, try EngineMachine(options: $0.options)) }
    }

    package func program(seed: UInt64, number: Int) -> EngineProgram {
        EngineProgram(seed: RandomSource.seed(seed, item: UInt64(number)), choice: choice)
    }

    /// Runs programs `first` to `first + count - 1`, and gives at most `limit` differences.
    package func run(count: Int, seed: UInt64, first: Int = 0, limit: Int = 10) -> [EngineDifference] {
        var differences: [EngineDifference] = []
        for number in first..<(first + count) where differences.count < limit {
            differences += compare(program(seed: seed, number: number), seed, number)
        }
        return differences
    }

    private func compare(_ program: EngineProgram, _ seed: UInt64, _ number: Int) -> [EngineDifference] {
        var reference: EngineOutcome?
        var differences: [EngineDifference] = []
        for (setting, machine) in machines {
            let outcome = machine.run(program)
            guard let reference else {
                reference = outcome
                instructions += outcome.instructions
                interrupts += outcome.interrupts.count
                continue
            }
            if outcome != reference {
                differences.append(
                    EngineDifference(
                        seed: seed, number: number, setting: setting.name,
                        details: EngineComparison.details(reference, outcome)))
            }
        }
        return differences
    }

    private static func details(_ want: EngineOutcome, _ got: EngineOutcome) -> [String] {
        func hex(_ value: UInt32) -> String { String(value, radix: 16) }
        var lines: [String] = []
        if want.instructions != got.instructions {
            lines.append("instructions \(want.instructions), \(got.instructions)")
        }
        if want.eip != got.eip { lines.append("eip \(hex(want.eip)), \(hex(got.eip))") }
        if want.eflags != got.eflags { lines.append("eflags \(hex(want.eflags)), \(hex(got.eflags))") }
        for (register, pair) in zip(GeneralRegister.allCases, zip(want.registers, got.registers)) where pair.0 != pair.1
        {
            lines.append("\(register) \(hex(pair.0)), \(hex(pair.1))")
        }
        if let index = zip(want.interrupts, got.interrupts).enumerated().first(where: { $0.1.0 != $0.1.1 })?.offset {
            let (a, b) = (want.interrupts[index], got.interrupts[index])
            lines.append("interrupt \(index) at \(a.instruction) (\(hex(a.eip))), \(b.instruction) (\(hex(b.eip)))")
        } else if want.interrupts.count != got.interrupts.count {
            lines.append("interrupts \(want.interrupts.count), \(got.interrupts.count)")
        }
        return lines.isEmpty ? ["memory or system registers"] : lines
    }
}
