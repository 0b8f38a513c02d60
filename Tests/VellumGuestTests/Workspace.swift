import Foundation
import Testing

/// A directory that goes with the test.
final class Workspace {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("vellum-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    func write(_ text: String, _ name: String) throws { try write(Data(text.utf8), name) }

    func write(_ data: Data, _ name: String) throws { try data.write(to: url.appendingPathComponent(name)) }

    func copy(_ path: String, _ name: String) throws {
        let source = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        try FileManager.default.copyItem(at: source, to: url.appendingPathComponent(name))
    }

    /// Runs a host tool in the directory; it must succeed.
    func run(_ tool: String, _ arguments: String...) throws { _ = try output(of: [tool] + arguments) }

    /// Likewise, for what it prints.
    func output(_ tool: String, _ arguments: String...) throws -> String { try output(of: [tool] + arguments) }

    private func output(of command: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        var environment = ProcessInfo.processInfo.environment
        environment["PATH", default: ""] += ":/usr/sbin:/sbin"
        process.environment = environment
        process.currentDirectoryURL = url
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let printed = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(command)\n\(printed)")
        return printed
    }
}
