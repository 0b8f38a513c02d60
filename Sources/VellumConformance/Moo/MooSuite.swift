import Dispatch
import Foundation
import Synchronization
import VellumHypervisor
import VellumMachine

/// A directory of vector files, one instruction form each.
package struct MooSuite: Sendable {
    package var files: [URL]
    package var rules: MooRules
    package var options: EngineOptions
    /// How many failures to keep.
    package var keptFailures = 0

    /// Finds `*.MOO` and `*.MOO.gz` in a directory (or takes a single file), sorted by name.
    package init(path: String, rules: MooRules, options: EngineOptions) throws {
        let url = URL(fileURLWithPath: path)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CocoaError(.fileReadNoSuchFile, userInfo: [NSFilePathErrorKey: path])
        }
        let candidates =
            isDirectory.boolValue
            ? try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil) : [url]
        files = candidates.filter { MooSuite.form(of: $0) != nil }.sorted {
            $0.lastPathComponent < $1.lastPathComponent
        }
        self.rules = rules
        self.options = options
    }

    /// The form that a file name states: `D0.4` for `D0.4.MOO.gz`.
    package static func form(of url: URL) -> String? {
        let name = url.lastPathComponent
        for suffix in [".MOO.gz", ".MOO", ".moo.gz", ".moo"] where name.hasSuffix(suffix) {
            return String(name.dropLast(suffix.count))
        }
        return nil
    }

    /// Reads and unpacks one file.
    package static func load(_ url: URL) throws -> MooFile {
        let bytes = [UInt8](try Data(contentsOf: url))
        return try MooParser.parse(Gunzip.isCompressed(bytes) ? Gunzip.inflate(bytes) : bytes)
    }

    /// Runs all files on `workers` threads, each with a machine of its own.
    package func run(workers: Int) throws -> MooReport {
        let shared = Mutex((next: 0, report: MooReport(), error: (any Error)?.none))
        DispatchQueue.concurrentPerform(iterations: max(1, workers)) { _ in
            do {
                let machine = try MooMachine(rules: rules, options: options)
                while let url = shared.withLock({ take(&$0.next) }) {
                    let part = try run(url, on: machine)
                    shared.withLock { $0.report.merge(part) }
                }
            } catch {
                shared.withLock { $0.error = error }
            }
        }
        return try shared.withLock { state in
            if let error = state.error { throw error }
            let kept = state.report.failures.sorted { ($0.form, $0.test.index) < ($1.form, $1.test.index) }
            state.report.failures = Array(kept.prefix(keptFailures))
            return state.report
        }
    }

    private func take(_ next: inout Int) -> URL? {
        guard next < files.count else { return nil }
        defer { next += 1 }
        return files[next]
    }

    private func run(_ url: URL, on machine: MooMachine) throws -> MooReport {
        let file: MooFile
        do {
            file = try MooSuite.load(url)
        } catch {
            throw MooFileError(path: url.path, reason: "\(error)")
        }
        var report = MooReport()
        var counts = MooCounts()
        let form = MooSuite.form(of: url) ?? url.lastPathComponent
        for test in file.tests {
            switch machine.run(test, in: file) {
            case .passed: counts.passed += 1
            case .skipped(let reason):
                counts.skipped += 1
                report.skips[reason, default: 0] += 1
            case .failed(let differences):
                counts.failed += 1
                if let reason = MooKnownDifference(test, in: file) { report.known[reason, default: 0] += 1 }
                if report.failures.count < keptFailures {
                    report.failures.append(MooFailure(form: form, test: test, differences: differences))
                }
            }
        }
        report.forms[form] = counts
        return report
    }
}

/// A vector file that cannot be used.
package struct MooFileError: Error, CustomStringConvertible {
    package var path: String
    package var reason: String
    package var description: String { "\(path): \(reason)" }
}
