import ArgumentParser
import VellumAnalysis
import VellumEvents
import VellumMachine

/// `vellum compare`.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Runs a guest under Vellum and under a naive trap-and-emulate monitor, to the first divergence.",
        discussion: """
            The naive monitor runs the guest's kernel in ring 1 (real mode: in virtual-8086 mode) and sees only what \
            traps; instructions that are sensitive and do not trap do what the hardware does in that ring. Both go in \
            lock step until an instruction gives the two kernels different results. Shown are that instruction, both \
            results, the architecture's answer, and why it did not trap.

            Examples:
              vellum compare benchmarks/guests/build/teach/popf.elf
              vellum compare /boot/memtest86+ia32.bin -m 16M --policy
              vellum compare floppy.img --max-instructions 50000000 --json

            Exit status: 0 without a divergence, 1 with one; 64 usage, 65 image not understood, 66 image unreadable.
            """)

    @Argument(help: "The image to run; may be left out where a drive has one to boot from.")
    var image: String?

    @Flag(help: "Count what each way of virtualizing makes of the run's sensitive instructions.")
    var policy = false

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: "End after so many guest instructions.")
    var maxInstructions: UInt64 = 100_000_000

    @OptionGroup(title: "Machine")
    var machine: MachineOptions

    @OptionGroup(title: "Drives and firmware")
    var drives: DriveOptions

    @Argument(parsing: .postTerminator, help: "Arguments for the guest, after --.")
    var arguments: [String] = []

    func validate() throws {
        if maxInstructions == 0 { throw ValidationError("--max-instructions must be above zero.") }
    }

    func run() throws {
        do {
            let configuration = try machine.configuration(image: image, drives: drives, arguments: arguments)
            let comparison = try Comparison(configuration)
            let report = CompareReport(
                name: configuration.image.name, comparison: comparison,
                outcome: comparison.run(maximumInstructions: maxInstructions),
                policy: policy ? try Policy(of: configuration, limit: maxInstructions) : nil)
            print(json ? report.json.encoded() : report.text)
            switch report.outcome {
            case .diverged: throw ExitCode(1)
            case .same: return
            case .parted: throw ExitCode(70)
            }
        } catch let error as ImageError {
            HostIO.report(error.about(image ?? "").description)
            throw ExitCode(error.exitStatus)
        } catch let error as MachineError {
            HostIO.report(error.description)
            throw ExitCode(error.exitStatus)
        }
    }
}

/// What a comparison found, for people and programs.
struct CompareReport {
    let name: String
    let comparison: Comparison
    let outcome: Comparison.Outcome
    let policy: Policy?

    var text: String {
        var lines: [String] = []
        switch outcome {
        case .diverged(let divergence): lines += text(divergence)
        case .same(let end):
            lines.append("\(name): no divergence in \(comparison.vellum.instructions) instructions, of which")
            lines.append("\(comparison.compared) are sensitive, do not trap, and gave both kernels the same")
            lines.append("end: \(end.reason.rawValue), \(end.message)")
        case .parted: lines.append("\(name): the two machines parted without a cause: a fault of vellum compare")
        }
        if let policy { lines += [""] + policy.lines }
        return lines.joined(separator: "\n")
    }

    private func text(_ divergence: Comparison.Divergence) -> [String] {
        let bytes = divergence.bytes.map { Self.hex($0, 2) }.joined()
        let explanation = divergence.explanation
        var lines = [
            "\(name): the kernels part after \(divergence.instructions) instructions", "",
            "  \(Self.hex(divergence.linear, 8))  \(bytes)  \(divergence.text)", "",
        ]
        for (name, mine, other) in divergence.differences {
            lines.append("  \(name)")
            lines.append("    under Vellum             \(Self.hex(mine, 8))\(Self.flags(name, mine))")
            lines.append("    naive trap-and-emulate   \(Self.hex(other, 8))\(Self.flags(name, other))")
        }
        return lines + [
            "", "  the architecture's answer: \(explanation.architecture); Vellum's is that",
            "  why it did not trap: \(explanation.silent)",
        ]
    }

    private static func flags(_ name: String, _ value: UInt32) -> String {
        name.lowercased().contains("flags") ? "  IF \(value >> 9 & 1), IOPL \(value >> 12 & 3)" : ""
    }

    static func hex(_ value: some BinaryInteger, _ digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    var json: JSON {
        var members: [(String, JSON)] = [
            ("schema", .integer(1)), ("guest", .text(name)),
            ("instructions", .integer(comparison.vellum.instructions)), ("compared", .integer(comparison.compared)),
        ]
        if case .diverged(let divergence) = outcome {
            members.append(
                (
                    "divergence",
                    .object([
                        ("instructions", .integer(divergence.instructions)),
                        ("linear", .integer(UInt64(divergence.linear))),
                        ("bytes", .text(divergence.bytes.map { Self.hex($0, 2) }.joined())),
                        ("text", .text(divergence.text)), ("call", .text(divergence.callName)),
                        (
                            "results",
                            .list(
                                divergence.differences.map {
                                    .object([
                                        ("name", .text($0.name)), ("vellum", .integer(UInt64($0.vellum))),
                                        ("naive", .integer(UInt64($0.naive))),
                                    ])
                                })
                        ),
                        ("architecture", .text(divergence.explanation.architecture)),
                        ("silent", .text(divergence.explanation.silent)),
                    ])
                ))
        }
        if let policy { members.append(("policy", policy.json)) }
        return .object(members)
    }
}

/// Hypervisor calls by name and mode: what a deprivileged kernel would have met depends on both.
private final class ModeCounter: EngineObserver {
    struct Key: Hashable {
        var name: String
        var isProtected: Bool
    }

    let interests: EventKinds = [.hypervisorCalls, .translations]
    private var protected: [FragmentID: Bool] = [:]
    private(set) var counts: [Key: UInt64] = [:]

    func observe(_ event: EngineEvent, at moment: Moment) {
        switch event {
        case .translated(let fragment): protected[fragment.id] = fragment.isProtected && !fragment.isVirtual8086
        case .hypervisorCall(let call) where call.completed:
            counts[Key(name: call.kind.name, isProtected: protected[call.fragment] ?? true), default: 0] += 1
        default: break
        }
    }
}

/// What three ways of virtualizing make of the sensitive instructions of a run.
struct Policy {
    /// One kind of instruction.
    struct Row: Equatable {
        var name: String
        var executed: UInt64
        var outcome: Deprivileged.Outcome
    }

    let rows: [Row]
    private let inCache: UInt64
    private let instructions: UInt64

    /// Runs the guest once more and counts.
    init(of configuration: MachineConfiguration, limit: UInt64) throws {
        let machine = try Machine(configuration)
        let sites = ModeCounter()
        machine.attach(sites)
        _ = machine.run(maximumInstructions: limit)
        machine.detach(sites)
        inCache = machine.statistics.hypervisorCallsInCache
        instructions = machine.instructions
        let all = sites.counts.compactMap { key, count in
            Deprivileged.outcome(ofCall: key.name, isProtected: key.isProtected).map {
                Row(name: key.name + (key.isProtected ? "" : " (real)"), executed: count, outcome: $0)
            }
        }
        rows = all.sorted { ($1.executed, $0.name) < ($0.executed, $1.name) }
    }

    private func sum(_ outcome: Deprivileged.Outcome) -> UInt64 {
        rows.filter { $0.outcome == outcome }.reduce(0) { $0 + $1.executed }
    }

    private var total: UInt64 { rows.reduce(0) { $0 + $1.executed } }

    var lines: [String] {
        var lines = ["sensitive instructions of \(instructions) executed, by what becomes of them:", ""]
        lines.append("  " + Self.columns("kind", "executed", "trap-and-emulate", "translation"))
        for row in rows {
            lines.append("  " + Self.columns(row.name, "\(row.executed)", Self.name(row.outcome), "hypervisor call"))
        }
        return lines + [
            "",
            "  trap-and-emulate: \(sum(.traps)) traps, \(sum(.entersMonitor)) through the monitor's gates, "
                + "\(sum(.silent)) unseen, right or wrong, \(sum(.same)) the same in every ring",
            "  translation: \(total - inCache) hypervisor calls, \(inCache) handled in the cache, none missed",
            "  paravirtual calls: none; Vellum offers guests no interface for them",
        ]
    }

    private static func columns(_ texts: String...) -> String {
        zip(texts, [20, 14, 22, 0]).map { text, width in
            text + String(repeating: " ", count: max(1, width - text.count))
        }.joined()
    }

    private static func name(_ outcome: Deprivileged.Outcome) -> String {
        switch outcome {
        case .traps: "traps"
        case .entersMonitor: "enters the monitor"
        case .silent: "silent"
        case .same: "the same"
        }
    }

    var json: JSON {
        .object([
            ("instructions", .integer(instructions)), ("traps", .integer(sum(.traps))),
            ("enters_monitor", .integer(sum(.entersMonitor))), ("silent", .integer(sum(.silent))),
            ("same", .integer(sum(.same))), ("hypervisor_calls", .integer(total - inCache)),
            ("in_cache", .integer(inCache)), ("paravirtual", .integer(0)),
            (
                "by_kind",
                .object(
                    rows.map {
                        (
                            $0.name,
                            .object([
                                ("executed", .integer($0.executed)), ("trap_and_emulate", .text($0.outcome.rawValue)),
                            ])
                        )
                    })
            ),
        ])
    }
}
