import Foundation
import Testing
import VellumDOS
import VellumMachine

/// A directory of its own for a test's programs and files.
final class Workspace {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "vellum-dos-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        let url = URL(fileURLWithPath: file(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func write(_ name: String, _ text: String) throws { try write(name, text.utf8) }

    func text(_ name: String) -> String? {
        FileManager.default.contents(atPath: file(name)).map { String(decoding: $0, as: UTF8.self) }
    }

    func bytes(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: file(name)).map(Array.init) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    /// Runs a tool of the host here; fails the test when it is missing or fails.
    func tool(_ name: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [name] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(
            process.terminationStatus == 0,
            "\(name) \(arguments): \(String(decoding: text, as: UTF8.self)) (.ci/setup test installs it)")
    }

    /// Assembles a program with nasm.
    func assemble(_ name: String, _ source: String) throws {
        try write(name + ".asm", source)
        try tool("nasm", "-f", "bin", "-o", name, name + ".asm")
    }

    /// Assembles the body of a .COM program and runs it.
    @discardableResult func run(
        body: String, arguments: [String] = [], input: String? = nil, drives: [DOSDrive] = [],
        prepare: (Machine) -> Void = { _ in }
    ) throws -> DOSRun {
        try assemble("prog.com", "cpu 386\norg 100h\n" + body)
        return try run("prog.com", arguments: arguments, input: input, drives: drives, prepare: prepare)
    }

    /// - Parameter input: standard input, redirected; nil for the keyboard.
    func run(
        _ program: String, arguments: [String] = [], input: String? = nil, drives: [DOSDrive] = [],
        floppy: String? = nil, limit: UInt64 = 5_000_000, prepare: (Machine) -> Void = { _ in }
    ) throws -> DOSRun {
        let image = try BootImage(path: program.hasPrefix("/") ? program : file(program))
        var configuration = MachineConfiguration(image: image)
        configuration.dos.arguments = arguments
        configuration.drives.floppyA = floppy.map { DriveImage(path: $0) }
        configuration.dos.drives = drives
        configuration.dos.inputIsStream = input != nil
        configuration.dos.outputIsStream = input != nil
        let machine = try Machine(configuration)
        let run = DOSRun(machine: machine)
        prepare(machine)
        run.finish(input: input, limit: limit)
        return run
    }
}

/// A run of a DOS program and what it printed.
final class DOSRun: MachineObserver {
    let machine: Machine
    private(set) var bytes: [UInt8] = []
    private(set) var notes: [String] = []
    private(set) var report = ExitReport(.halted, status: -1, message: "did not run")

    init(machine: Machine) {
        self.machine = machine
        machine.observer = self
    }

    var output: String { String(decoding: bytes, as: UTF8.self) }
    var status: Int32 { report.status }

    func machine(_ machine: Machine, didWriteConsole byte: UInt8) { bytes.append(byte) }
    func machine(_ machine: Machine, didNote line: String) { notes.append(line) }

    func finish(input: String?, limit: UInt64) {
        while true {
            switch machine.advance(to: limit) {
            case .ran, .stopped:
                report = .instructionLimit(limit)
                return
            case .ended(let end):
                report = end
                return
            case .idle:
                guard machine.consoleWanted != .nothing else {
                    report = .halted
                    return
                }
                machine.sendConsole(bytesSent ? [] : Array((input ?? "").utf8), ended: true)
                bytesSent = true
            }
        }
    }

    private var bytesSent = false
}
