import Glibc
import VellumBench
import VellumMachine

/// Runs the guests of a suite, so many at a time, and gathers what they report.
final class BenchRunner {
    private enum Purpose: Equatable { case timed, fragments }

    /// One run of one guest.
    private struct Task {
        var guest: Int
        var purpose: Purpose
        var number: Int
    }

    private let suite: Suite
    private let jobs: Int
    private let scratch: ScratchDirectory
    private let progress: BenchProgress
    private var results: [Results.Guest?]

    /// - Parameter recordsFragments: one more run of each guest, with fragments recorded.
    init(suite: Suite, jobs: Int, recordsFragments: Bool, scratch: ScratchDirectory) {
        self.suite = suite
        self.jobs = jobs
        self.scratch = scratch
        results = Array(repeating: nil, count: suite.guests.count)
        let most = suite.guests.map(\.repeats).max() ?? 0
        // Round by round, so that a disturbance of the host meets one run of many guests.
        tasks = (0..<most).flatMap { number in
            suite.guests.indices.filter { suite.guests[$0].repeats > number }
                .map { Task(guest: $0, purpose: .timed, number: number) }
        }
        if recordsFragments {
            tasks += suite.guests.indices.map { Task(guest: $0, purpose: .fragments, number: most) }
        }
        progress = BenchProgress(total: tasks.count)
    }

    private var tasks: [Task]

    func run() -> Results {
        var running: [pid_t: Task] = [:]
        var open = tasks[...]
        while !open.isEmpty || !running.isEmpty {
            if running.count < jobs, let task = open.popFirst() {
                // A guest that failed once is not run again.
                if results[task.guest]?.failure.isEmpty == false { progress.advance("") } else { start(task, &running) }
                continue
            }
            guard let (pid, status) = ChildProcess.waitForAny() else { break }
            guard let task = running.removeValue(forKey: pid) else { continue }
            finish(task, status)
            progress.advance(suite.guests[task.guest].name)
        }
        progress.end()
        let guests = zip(suite.guests, results).map { guest, result in
            var result = result ?? failed(guest, "did not run")
            result.operations = guest.operations
            return result
        }
        return Results(suite: suite.name, guests: guests)
    }

    private func failed(_ guest: Suite.Guest, _ why: String) -> Results.Guest {
        var result = Results.Guest(name: guest.name)
        result.failure = why
        return result
    }

    private func path(_ task: Task, _ what: String) -> String { "\(scratch.path)/\(task.guest).\(task.number).\(what)" }

    private func start(_ task: Task, _ running: inout [pid_t: Task]) {
        let guest = suite.guests[task.guest]
        var arguments: [String]
        switch task.purpose {
        case .timed: arguments = ["run", "--stats", path(task, "json")]
        case .fragments:
            arguments = ["profile", "--format", "json", "--record", "0", "--fragments", "2000", "--out"]
            arguments.append(path(task, "profile"))
        }
        arguments += ["--log", "quiet"] + guest.command
        let output = guest.output.isEmpty ? "/dev/null" : path(task, "out")
        guard let child = ChildProcess(arguments, output: output, errors: path(task, "err")) else {
            results[task.guest] = failed(guest, "vellum run cannot be started")
            return
        }
        running[child.pid] = task
    }

    // MARK: Gathering

    private func finish(_ task: Task, _ status: Int32) {
        let guest = suite.guests[task.guest]
        do {
            switch task.purpose {
            case .timed: try take(task, guest, status)
            case .fragments:
                let profile = try read(path(task, "profile") + "/profile.json")
                results[task.guest]?.addFragments(profile: try YAMLNode(parsing: profile))
            }
        } catch {
            let line = (try? read(path(task, "err"))).map { String(decoding: $0, as: UTF8.self) }?.split(
                separator: "\n"
            ).first
            results[task.guest] = failed(guest, line.map(String.init) ?? "status \(status), and \(error)")
        }
    }

    private func read(_ path: String) throws -> [UInt8] { try HostFile.read(path, limit: 256 << 20) }

    private func take(_ task: Task, _ guest: Suite.Guest, _ status: Int32) throws {
        var result = try Results.Guest(name: guest.name, statistics: YAMLNode(parsing: read(path(task, "json"))))
        if status != guest.status {
            result.failure = "ended with \(result.reason), status \(status); \(guest.status) was expected"
        } else if !guest.output.isEmpty,
            !String(decoding: try read(path(task, "out")), as: UTF8.self).contains(guest.output)
        {
            result.failure = "\"\(guest.output)\" is not in its output"
        }
        guard let before = results[task.guest], before.failure.isEmpty else { return results[task.guest] = result }
        if let (a, b) = zip(before.counts, result.counts).first(where: { $0 != $1 }) {
            result.failure = "\(a.name) differs between two runs: \(a.value), \(b.value)"
        }
        result.seconds = before.seconds + result.seconds
        results[task.guest] = result
    }
}

/// Says on standard error how far a suite is.
struct BenchProgress {
    private let total: Int
    private let isTerminal = isatty(STDERR_FILENO) == 1

    init(total: Int) { self.total = total }

    private final class State { var done = 0 }
    private let state = State()

    func advance(_ name: String) {
        state.done += 1
        let text = "[\(state.done)/\(total)] \(name)"
        HostIO.write(Array((isTerminal ? "\r\u{1B}[K\(text)" : text + "\n").utf8), to: STDERR_FILENO)
    }

    func end() { if isTerminal { HostIO.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO) } }
}
