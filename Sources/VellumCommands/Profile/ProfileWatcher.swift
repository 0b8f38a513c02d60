import Glibc
import VellumMachine
import VellumProfiling

/// Something that looks on while a guest runs.
protocol RunWatcher {
    /// Before the run: false, with a message printed, when it cannot be watched.
    func begin(_ machine: Machine) -> Bool
    /// After it; an exit status of its own where something went wrong.
    func end(_ session: RunSession, _ report: ExitReport) -> Int32?
}

/// Has a run recorded, and writes its report.
final class ProfileWatcher: RunWatcher {
    private let command: ProfileCommand
    private var recorder: ProfileRecorder?
    private var symbols = SymbolTable()

    init(command: ProfileCommand) { self.command = command }

    func begin(_ machine: Machine) -> Bool {
        guard readSymbols(machine), makeDirectory(machine) else { return false }
        var options = ProfileOptions()
        options.listedFragments = command.fragments
        options.recordedEntries = command.record * 1_000_000
        options.stackInterval = command.format.samplesStacks ? 20_000 : 0
        let recorder = ProfileRecorder(machine, options: options) { HostClock.now }
        machine.attach(recorder)
        self.recorder = recorder
        return true
    }

    /// The image's own symbols, and those of the files named.
    private func readSymbols(_ machine: Machine) -> Bool {
        symbols = SymbolTable(file: machine.configuration.image.bytes)
        for path in command.symbols {
            do throws(ImageError) {
                let found = SymbolTable(file: try BootImage(path: path, kind: .flat).bytes)
                guard found.count > 0 else {
                    HostIO.report(
                        "\(path): no symbols found; an ELF file with a symbol table or a MAP file was expected")
                    return false
                }
                symbols = symbols.merged(with: found)
            } catch {
                HostIO.report(error.about(path).description)
                return false
            }
        }
        return true
    }

    // MARK: Writing

    private func directory(_ machine: Machine) -> String {
        if let out = command.out { return out }
        let name = machine.configuration.image.name.split(separator: "/").last.map(String.init) ?? "guest"
        return name + ".profile"
    }

    private func makeDirectory(_ machine: Machine) -> Bool {
        let path = directory(machine)
        if mkdir(path, 0o755) == 0 || errno == EEXIST, access(path, W_OK | X_OK) == 0 { return true }
        HostIO.report("\(path): a directory that can be written was expected (\(String(cString: strerror(errno))))")
        return false
    }

    func end(_ session: RunSession, _ report: ExitReport) -> Int32? {
        guard let recorder else { return nil }
        recorder.finish()
        let machine = session.machine
        let statistics = StatisticsReport(
            image: machine.configuration.image.name, kind: machine.kind, memory: machine.memorySize, exit: report,
            statistics: machine.statistics, wallSeconds: session.wallSeconds)
        let json = ProfileReport(profile: Profile(recorder, symbols: symbols), statistics: statistics).json.compact()
        var files = [("profile.json", json + "\n")]
        switch command.format {
        case .html: files.append(("report.html", page(json)))
        case .json: break
        case .folded: files.append(("stacks.folded", FlameGraph(recorder, symbols: symbols).folded))
        case .speedscope:
            let text = FlameGraph(recorder, symbols: symbols).speedscope(name: machine.configuration.image.name)
            files.append(("stacks.speedscope.json", text + "\n"))
        }
        return write(files, to: directory(machine))
    }

    private func page(_ json: String) -> String {
        let plots = PlotLibrary()
        if plots == nil, command.options.log > .quiet {
            HostIO.report(
                "the report has no plots: \(PlotLibrary.scriptPath) is missing (apt-get install libjs-dygraphs)")
        }
        return ReportPage(profile: json, plots: plots).html
    }

    private func write(_ files: [(String, String)], to directory: String) -> Int32? {
        for (name, text) in files where !HostIO.writeFile(directory + "/" + name, text) {
            HostIO.report("\(directory)/\(name): the report cannot be written")
            return 70
        }
        if command.options.log > .quiet {
            HostIO.report("report: \(files.map { directory + "/" + $0.0 }.joined(separator: ", "))")
        }
        return nil
    }
}
