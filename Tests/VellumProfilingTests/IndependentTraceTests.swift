import CZydis
import Foundation
import Testing
import VellumEvents
import VellumMachine

/// Counts of instructions by class, told by the engine, against a trace: fragments of one instruction, each counted as it
/// is entered, its bytes classified by a second disassembler.
@Suite struct IndependentTraceTests {
    /// Zydis's names of what is privileged and what is sensitive without being so (Popek and Goldberg; Robin and Irvine).
    private static let privileged: Set<String> = [
        "control", "cli", "sti", "hlt", "clts", "lgdt", "lidt", "lldt", "ltr", "lmsw", "invlpg", "invd", "wbinvd",
        "rdtsc", "rdpmc",
        "rdmsr", "wrmsr", "sysexit", "in", "out", "insb", "insw", "insd", "outsb", "outsw", "outsd",
    ]
    private static let sensitive: Set<String> = [
        "far", "segment", "pushf", "pushfd", "popf", "popfd", "int", "int3", "into", "int1", "iret", "iretd", "retf",
        "ret far", "lds", "les",
        "lss", "lfs", "lgs", "sgdt", "sidt", "sldt", "str", "smsw", "lar", "lsl", "verr", "verw", "cpuid", "sysenter",
    ]

    /// What a trace has counted.
    private final class Trace: EngineObserver {
        let interests: EventKinds = [.entries, .translations]
        private var fragments: [UInt32: String] = [:]
        private var last = ""
        private(set) var executed: [String: Int64] = [:]
        private(set) var longest = 0

        func observe(_ event: EngineEvent, at moment: Moment) {
            guard case .translated(let fragment) = event else { return }
            fragments[fragment.id.number] = name(fragment)
            longest = max(longest, fragment.instructions)
        }

        func observe(entries words: UnsafeBufferPointer<EntryWord>, at moment: Moment) {
            for word in words {
                switch word.meaning {
                case .entered(let id):
                    last = fragments[id.number] ?? "?"
                    executed[last, default: 0] += 1
                // Whole iterations of REP, each an instruction.
                case .repeated(let more): executed[last, default: 0] += Int64(more)
                // It faulted, or has to be begun again.
                case .leftEarly(let count, _): executed[last, default: 0] -= Int64(count)
                case .runLoop, .deferred, .called: break
                }
            }
        }

        private var names: [[UInt8]: String] = [:]

        private func name(_ fragment: FragmentDescription) -> String {
            let key = [fragment.is32Bit ? 1 : 0] + fragment.code
            if let known = names[key] { return known }
            var decoder = ZydisDecoder()
            vellum_zydis_open(&decoder, fragment.is32Bit ? 1 : 0)
            var result = vellum_zydis_result()
            let isKnown = fragment.code.withUnsafeBytes {
                vellum_zydis_decode(&decoder, $0.baseAddress, Int32($0.count), &result) != 0
            }
            var name = isKnown ? String(cString: ZydisMnemonicGetString(result.mnemonic)) : "?"
            // Far transfers and moves of segment, control and debug registers share their names with others.
            let opcode = fragment.code.drop {
                [0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3].contains($0)
            }
            switch Array(opcode.prefix(2)) {
            case let bytes where bytes.first == 0x9A || bytes.first == 0xEA: name = "far"
            case let bytes where bytes.first == 0xCA || bytes.first == 0xCB: name = "retf"
            case let bytes where bytes.count == 2 && bytes[0] == 0xFF && [3, 5].contains(bytes[1] >> 3 & 7):
                name = "far"
            case let bytes where [0x8C, 0x8E, 0x06, 0x0E, 0x16, 0x1E, 0x07, 0x17, 0x1F].contains(bytes.first ?? 0):
                name = "segment"
            case [0x0F, 0xA0], [0x0F, 0xA1], [0x0F, 0xA8], [0x0F, 0xA9]: name = "segment"
            case [0x0F, 0x20], [0x0F, 0x21], [0x0F, 0x22], [0x0F, 0x23]: name = "control"
            default: break
            }
            names[key] = name
            return name
        }

        var total: Int64 { executed.values.reduce(0, +) }

        func count(_ names: Set<String>) -> Int64 {
            executed.filter { names.contains($0.key) }.reduce(0) { $0 + $1.value }
        }
    }

    private func configuration(_ path: String, _ commandLine: String) throws -> MachineConfiguration {
        var image = try BootImage(path: path)
        image.commandLine = commandLine
        return MachineConfiguration(image: image)
    }

    /// Runs a guest as usual and one instruction at a time, and compares what the statistics say with the trace.
    private func compare(_ configuration: MachineConfiguration, limit: UInt64) throws {
        let plain = try Machine(configuration)
        _ = plain.run(maximumInstructions: limit)
        var singly = configuration
        singly.blockLimit = 1
        let machine = try Machine(singly)
        let trace = Trace()
        machine.attach(trace)
        _ = machine.run(maximumInstructions: limit)
        machine.detach(trace)
        let classes = plain.statistics.executedClasses
        #expect(trace.longest == 1 && trace.executed["?"] == nil, "every instruction alone, and known to Zydis")
        #expect(trace.total == Int64(plain.instructions) && machine.instructions == plain.instructions)
        #expect(trace.count(Self.privileged) == Int64(classes.privileged))
        #expect(trace.count(Self.sensitive) == Int64(classes.sensitive))
        let others = trace.total - trace.count(Self.privileged) - trace.count(Self.sensitive)
        #expect(others == Int64(classes.innocuous))
    }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test(arguments: [
        "empty", "sieve", "sha256", "quicksort", "calls", "bytecode", "records", "memory", "matmul_int", "matmul_fp",
        "selfmod", "paging", "system",
    ])
    func kernelsCountTheSame(name: String) throws {
        let path = Self.root.appendingPathComponent("benchmarks/guests/build/guest/\(name).elf").path
        try compare(configuration(path, "n=1"), limit: 20_000_000)
    }

    @Test func aLinuxBootCountsTheSame() throws {
        let path = Self.root.appendingPathComponent(".tools/guests/linux").path
        try compare(configuration(path, "console=ttyS0"), limit: 50_000_000)
    }
}
