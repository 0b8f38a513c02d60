import Foundation
import Glibc

/// The host's processor as an oracle: a helper process that runs cases as 32-bit user code.
package final class HostOracle {
    private let program: String
    private var process: Process?
    private var input: FileHandle?
    private var output: FileHandle?
    private var knowsPatterns = false
    /// What the data pages may hold.
    var patterns = Arena.patterns {
        didSet { knowsPatterns = false }
    }

    /// - Parameter program: the helper, as `HelperBuild` makes it.
    package init(program: String) throws {
        self.program = program
        // A helper that dies must not take this process along.
        signal(SIGPIPE, SIG_IGN)
        try start()
    }

    deinit {
        try? input?.close()
        process?.waitUntilExit()
    }

    private func start() throws {
        let process = Process()
        let input = Pipe()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.standardInput = input
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw OracleError("cannot start \(program): does this kernel run 32-bit programs? (\(error))")
        }
        self.process = process
        self.input = input.fileHandleForWriting
        self.output = output.fileHandleForReading
        knowsPatterns = false
    }

    /// What the processor makes of each case.
    package func run(_ cases: [GeneratedCase]) throws -> [OracleResult] {
        var results: [OracleResult] = []
        results.reserveCapacity(cases.count)
        for start in stride(from: 0, to: cases.count, by: OracleProtocol.largestBatch) {
            let batch = Array(cases[start..<min(start + OracleProtocol.largestBatch, cases.count)])
            results += try runBatch(batch)
        }
        return results
    }

    private func runBatch(_ cases: [GeneratedCase]) throws -> [OracleResult] {
        guard let input, let output else { throw OracleError("the helper is not running") }
        try write(OracleProtocol.encode(cases, patterns: knowsPatterns ? nil : patterns), to: input.fileDescriptor)
        knowsPatterns = true
        return try cases.map { item in
            let header = try read(OracleProtocol.resultHeaderSize, from: output.fileDescriptor)
            var (result, changes) = try OracleProtocol.decode(header: header)
            if changes > 0 {
                result.changes = try OracleProtocol.decode(changes: try read(changes * 8, from: output.fileDescriptor))
            }
            if item.isFloat {
                result.floating = try read(OracleProtocol.floatingSize, from: output.fileDescriptor)
            }
            return result
        }
    }

    private func write(_ bytes: [UInt8], to file: Int32) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress.map { $0 + done }, bytes.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw OracleError("the helper stopped reading") }
            done += count
        }
    }

    // Results are small and many: a buffer saves most of the system calls.
    private var buffer: [UInt8] = []
    private var consumed = 0

    private func read(_ count: Int, from file: Int32) throws -> [UInt8] {
        while buffer.count - consumed < count { try fill(from: file) }
        defer { consumed += count }
        return Array(buffer[consumed..<(consumed + count)])
    }

    private func fill(from file: Int32) throws {
        buffer.removeFirst(consumed)
        consumed = 0
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let got = Glibc.read(file, &chunk, chunk.count)
        if got < 0 && errno == EINTR { return }
        guard got > 0 else { throw OracleError("the helper ended early: a case reached its memory") }
        buffer += chunk[0..<got]
    }
}
