import ArgumentParser
import Foundation
import Testing
import VellumMachine

@testable import VellumCommands

/// Real GDB against runs of small guests.
@Suite struct GDBTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "vellum-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private struct Outcome {
        var report: ExitReport
        var instructions: UInt64
        var hash: UInt64
        var gdb = ""
    }

    private func machine(_ code: [UInt8], _ mode: FlatLayout.Mode = .bits32, at load: UInt32 = 0x10000) throws
        -> Machine
    {
        var image = BootImage(name: "guest", bytes: code)
        image.flat = FlatLayout(load: load, entry: load, mode: mode)
        var configuration = MachineConfiguration(image: image)
        configuration.memory = 2 << 20
        return try Machine(configuration)
    }

    /// Runs a machine under GDB, which is given the commands after it has connected.
    private func debug(
        _ machine: Machine, stopped: Bool = true, file: String? = nil, _ commands: [String]
    ) throws -> Outcome {
        let socket = folder + "/gdb"
        let server = DebugServer(
            machine, try DebugListener(.unix(socket)), startsStopped: stopped, log: .quiet)
        var plan = RunPlan()
        plan.timeout = 60_000_000_000
        let session = RunSession(machine: machine, plan: plan, serial: SerialChannel(), display: nil, debugger: server)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/gdb")
        process.arguments =
            ["-nx", "-batch", "-iex", "set debuginfod enabled off"]
            + (file.map { [$0] } ?? [])
            + (["set confirm off", "target remote \(socket)"] + commands).flatMap { ["-ex", $0] }
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let report = session.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Outcome(report: report, instructions: machine.instructions, hash: machine.stateHash, gdb: text)
    }

    private func undisturbed(_ machine: Machine) -> Outcome {
        let report = RunSession(machine: machine, plan: RunPlan(), serial: SerialChannel(), display: nil).run()
        return Outcome(report: report, instructions: machine.instructions, hash: machine.stateHash)
    }

    /// Adds 3, 2, 1 to [2000h] by a subroutine, then ends by the debug exit with status 7.
    private static let adding: [UInt8] = [
        0xBC, 0x00, 0x90, 0, 0,  // 10000: mov esp, 9000h
        0xB9, 3, 0, 0, 0,  // 10005: mov ecx, 3
        0xE8, 9, 0, 0, 0,  // 1000A: call 10018
        0x49,  // 1000F: dec ecx
        0x75, 0xF8,  // 10010: jnz 1000A
        0xB0, 3, 0xE6, 0xF4,  // 10012: mov al, 3; out F4h, al
        0xFA, 0xF4,
        0x01, 0x0D, 0x00, 0x20, 0, 0,  // 10018: add [2000h], ecx
        0xC3,  // 1001E: ret
    ]

    @Test func aSessionFromBreakpointToTheEnd() throws {
        let whole = undisturbed(try machine(Self.adding))
        #expect(whole.report.status == 7)
        let outcome = try debug(
            try machine(Self.adding),
            [
                "break *0x10018", "hbreak *0x10012", "continue", "info registers ecx eip", "x/2i $pc", "stepi",
                "x/dw 0x2000", "print $ecx = 3", "continue", "bt 1", "delete 1", "watch *(int*)0x2000", "continue",
                "print $cr0", "print/x $cs_base", "delete", "hbreak *0x10012", "continue", "monitor info time",
                "monitor info fragments 0x10005", "p $xmm0.uint128", "p $st0", "maintenance print remote-registers",
                "continue",
            ])
        for line in [
            "Breakpoint 1, 0x00010018 in", "ecx            0x3", "eip            0x10018",
            "=> 0x10018:\tadd    %ecx,0x2000",
            "0x0001001e in", "0x2000:\t3", "Hardware watchpoint 3: *(int*)0x2000", "Old value = 3", "New value = 5",
            "= [ PE ET", "Breakpoint 4, 0x00010012 in", "push32i 0x1000f", "exited with code 07",
        ] {
            #expect(outcome.gdb.contains(line), "\(line)\n\(outcome.gdb)")
        }
        #expect(outcome.report == whole.report)
        #expect(outcome.instructions == whole.instructions)
        #expect(outcome.hash == whole.hash)
    }

    /// mov ax, 1100h; mov ds, ax; jmp 1100:0 – and there: inc ax; mov [10h], ax; hlt with interrupts off.
    private static let segmented: [UInt8] = {
        var code: [UInt8] = [0xFA, 0xB8, 0x00, 0x11, 0x8E, 0xD8, 0xEA, 0, 0, 0, 0x11]
        code += [UInt8](repeating: 0, count: 0x1000 - code.count)
        return code + [0x40, 0xA3, 0x10, 0x00, 0xF4]
    }()

    @Test func sixteenBitCodeIsSeenAtLinearAddresses() throws {
        let outcome = try debug(
            try machine(Self.segmented, .bits16, at: 0x10000),
            [
                "break *0x11000", "continue", "x/2i $pc", "print/x $eip_offset",
                "print/x $cs_base", "stepi", "print/x $pc", "monitor pc offset", "flushregs", "print/x $pc",
                "monitor pc linear", "continue", "x/xh 0x11010", "continue",
            ])
        for line in [
            "Breakpoint 1, 0x00011000 in", "=> 0x11000:\tinc    %ax", "mov    %ax,0x10", "= 0x0", "= 0x11000",
            "= 0x11001",
            "= 0x1\n", "SIGABRT", "0x11010:\t0x1101", "exited with code 0170",
        ] {
            #expect(outcome.gdb.contains(line), "\(line)\n\(outcome.gdb)")
        }
        #expect(outcome.report.reason == .halted)
    }

    @Test func aRunningGuestIsStoppedByConnectingAndGoesOnWhenLeft() throws {
        // inc dword [2000h]; jmp: for ever.  The debugger puts a debug exit in its way and leaves.
        let code: [UInt8] = [0xFF, 0x05, 0x00, 0x20, 0, 0, 0xEB, 0xF8]
        let outcome = try debug(
            try machine(code), stopped: false,
            [
                "print $pc >= 0x10000 && $pc < 0x10008", "set {int}0x10008 = 0xf4e603b0", "set $pc = 0x10008",
                "monitor phys on", "x/xw 0x10008", "detach",
            ])
        #expect(outcome.gdb.contains("$1 = 1"))
        #expect(outcome.gdb.contains("0x10008:\t0xf4e603b0"))
        #expect(outcome.report.status == 7, "\(outcome.gdb)")
    }

    /// A kernel with its symbols: what a run prints, counts and leaves behind is that of a run alone.
    @Test func aKernelIsTheSameUnderTheDebugger() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.appendingPathComponent("benchmarks/guests/build/guest/system.elf").path
        func kernel() throws -> Machine {
            var image = try BootImage(path: path)
            image.commandLine = "n=300"
            return try Machine(MachineConfiguration(image: image))
        }
        let whole = undisturbed(try kernel())
        let outcome = try debug(
            try kernel(), file: path,
            [
                "break rt_main", "continue", "tbreak bench_run", "continue", "watch -l *(int*)$esp", "continue",
                "continue",
                "delete", "info symbol $pc", "stepi 40", "break rt_exit", "hbreak rt_put_hex", "continue",
                "info registers",
                "monitor info registers", "monitor info mem", "monitor info pg", "monitor info tlb",
                "monitor info cache", "find /w 0x100000, 0x101000, 0x1badb002", "delete 5", "continue", "continue",
            ])
        for line in [
            "in rt_main ()", "in bench_run ()", "Hardware watchpoint 3", "Old value", "in rt_put_hex ()",
            "supervisor: ",
            "fragments on", "0x100000", "in rt_exit ()", "exited with code",
        ] {
            #expect(outcome.gdb.contains(line), "\(line)\n\(outcome.gdb)")
        }
        #expect(outcome.report == whole.report)
        #expect(outcome.instructions == whole.instructions)
        #expect(outcome.hash == whole.hash)
    }

    @Test func killEndsTheRun() throws {
        let outcome = try debug(try machine(Self.adding), ["kill"])
        #expect(outcome.report.status == 137)
        #expect(outcome.instructions == 0)
    }

    @Test func addressesAreReadAsQEMUReadsThem() {
        #expect(DebugAddress(argument: "localhost:99") == .tcp(host: "localhost", port: 99))
        #expect(DebugAddress(argument: ":1234") == .standard)
        #expect(DebugAddress(argument: "tcp::1234") == .standard)
        #expect(DebugAddress(argument: "[::1]:5") == .tcp(host: "::1", port: 5))
        #expect(DebugAddress(argument: "/tmp/x:1") == .unix("/tmp/x:1"))
        #expect(DebugAddress(argument: "unix:x") == .unix("x"))
        for bad in [
            "", "localhost", "host:", "host:65536", "host:-1", "::1:5", "unix:",
            "/" + String(repeating: "x", count: 107),
        ] {
            #expect(DebugAddress(argument: bad) == nil, "\(bad)")
        }
    }

    @Test func optionsThatContradictAreRefused() throws {
        #expect(throws: (any Error).self) { try VellumCommand.parseAsRoot(["run", "x", "-S"]) }
        #expect(throws: (any Error).self) { try VellumCommand.parseAsRoot(["run", "x", "-s", "--gdb", ":1"]) }
        let command = try #require(try VellumCommand.parseAsRoot(["run", "x", "-s", "-S"]) as? RunCommand)
        #expect(command.debug.address == .standard)
        #expect(command.debug.startsStopped)
    }

    @Test func anAddressThatIsTakenIsOneClearLine() throws {
        let first = try DebugListener(.tcp(host: "127.0.0.1", port: 0))
        let port = try #require(first.name.split(separator: ":").last.flatMap { UInt16($0) })
        #expect(port != 0)
        #expect(throws: SerialChannel.Failure.self) { try DebugListener(.tcp(host: "127.0.0.1", port: port)) }
        #expect(throws: SerialChannel.Failure.self) { try DebugListener(.unix(folder + "/none/gdb")) }
        // A file that is no socket stays.
        let file = folder + "/file"
        _ = FileManager.default.createFile(atPath: file, contents: Data([1]))
        #expect(throws: SerialChannel.Failure.self) { try DebugListener(.unix(file)) }
        #expect(FileManager.default.contents(atPath: file) == Data([1]))
    }

    @Test func monitorCommandsAreUnderstood() {
        #expect(MonitorCommand("") == .help)
        #expect(MonitorCommand(" info  tlb ") == .inspect(.tlb))
        #expect(MonitorCommand("info fragments 0x10") == .inspect(.fragments(16)))
        #expect(MonitorCommand("pc") == .showAddresses(linear: nil))
        for bad in ["info", "info fragments", "info fragments x", "info tlb 1", "pc x", "reboot"] {
            guard case .unknown = MonitorCommand(bad) else {
                Issue.record("\(bad)")
                continue
            }
        }
    }
}
