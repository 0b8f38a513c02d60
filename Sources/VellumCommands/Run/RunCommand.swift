import ArgumentParser
import CVellumSupport
import Glibc
import VellumMachine

/// `vellum run`.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a guest.",
        discussion: """
            IMAGE is a program for DOS (.COM or .EXE), a Multiboot kernel, a Linux bzImage (any of them may be \
            gzipped), with --load a flat binary, or the image of a floppy, hard disk or CD, which is booted through \
            firmware (SeaBIOS). Standard output is the guest's console: what a DOS program prints, for others the \
            first serial port, or at the end the text screen if nothing came there. At a terminal the text screen is \
            shown live; Ctrl-A h there lists the keys.

            Examples:
              vellum run GAME.EXE
              vellum run TOOL.COM --drive D=/data:ro -- /x D:\\INPUT.TXT
              vellum run /boot/invaders.exec
              vellum run /boot/memtest86+ia32.bin -m 16M --append console=ttyS0,115200
              vellum run vmlinuz --initrd initrd.gz --append 'console=ttyS0 panic=-1'
              vellum run debian.iso -m 256M --hda disk.img --write
              vellum run boot.bin --load 0x7c00 --mode 16 --max-instructions 1000000
              vellum run kernel.elf -s -S          (then: gdb kernel.elf -ex 'target remote :1234')

            Exit status: the guest's own where it has one (errorlevel, power-off 0, debug exit (value << 1) | 1); 64 usage, \
            65 image not understood, 66 image unreadable, 70 our own error, 120 halted for good, 121 triple fault or \
            reset, 122 instruction limit, 123 a script's wait failed, 124 timeout, 130 SIGINT, 137 killed by a debugger, 143 SIGTERM.
            """)

    @Argument(help: "The image to run; may be left out where a drive has one to boot from.")
    var image: String?

    @OptionGroup(title: "Machine")
    var machine: MachineOptions

    @OptionGroup(title: "Drives and firmware")
    var drives: DriveOptions

    @OptionGroup(title: "DOS programs")
    var dos: DOSOptions

    @OptionGroup(title: "Run")
    var options: RunOptions

    @OptionGroup(title: "Debugger")
    var debug: DebugOptions

    @OptionGroup(title: "Engine (the guest's result and all counts of instructions stay the same)")
    var engine: EngineOptionGroup

    @Argument(parsing: .postTerminator, help: "Arguments for the guest, after --.")
    var arguments: [String] = []

    func validate() throws {
        if image == nil, drives.bootImage == nil {
            throw ValidationError("There is nothing to boot: name an IMAGE, or a drive's with --fda, --hda or --cdrom.")
        }
    }

    func run() throws {
        let status = try Runner(command: self).run()
        throw ExitCode(status)
    }
}

/// Carries out `vellum run`.
struct Runner {
    let command: RunCommand
    /// Looks on, where somebody wants that.
    var watcher: (any RunWatcher)?

    /// The exit status.
    func run() throws -> Int32 {
        let machine: Machine
        let script: Script?
        do {
            script = try command.options.script.map(ScriptFile.read)
            var configuration = try command.machine.configuration(
                image: command.image, drives: command.drives, arguments: command.arguments)
            command.engine.apply(to: &configuration)
            if configuration.image.isDOSProgram {
                let zone = configuration.dos.zoneOffset
                configuration.dos = command.dos.configuration(
                    arguments: command.arguments, isInteractive: isInteractive || script != nil)
                configuration.dos.zoneOffset = zone
            }
            machine = try Machine(configuration)
        } catch let error as ScriptFile.Failure {
            return fail(error.message, error.status)
        } catch let error as ImageError {
            return fail(error.about(command.image ?? "").description, error.exitStatus)
        } catch let error as MachineError {
            return fail(error.description, error.exitStatus)
        }
        if let watcher, !watcher.begin(machine) { return 70 }
        announceOverlays(machine)
        vellum_trap_signals()
        let session: RunSession
        do {
            session = try makeSession(machine, script)
        } catch {
            return fail(error.message, error.status)
        }
        let report = session.run()
        session.display?.close()
        return finish(session, report)
    }

    private func announceOverlays(_ machine: Machine) {
        let names = machine.throwAwayImages
        guard !names.isEmpty, command.options.log > .quiet else { return }
        HostIO.report("\(names.joined(separator: ", ")): changes are thrown away at the end; --write keeps them")
    }

    /// Images that were written; the status when one could not be.
    private func closeDrives(_ machine: Machine) -> Int32? {
        machine.flushDrives()
        let problems = machine.driveProblems
        for problem in problems { HostIO.report(problem) }
        return problems.isEmpty ? nil : 70
    }

    private func fail(_ message: String, _ status: Int32) -> Int32 {
        HostIO.report(message)
        return status
    }

    private func makeSession(_ machine: Machine, _ script: Script?) throws(SerialChannel.Failure) -> RunSession {
        let debugger = try command.debug.server(for: machine, log: command.options.log)
        var serial = try SerialChannel.open(target(machine))
        if let name = serial.terminalName { HostIO.report("serial port on \(name)") }
        let display = try makeDisplay(machine)
        if display != nil, usesTerminalSerial(machine) { serial = SerialChannel() }
        var plan = RunPlan()
        plan.maximumInstructions = command.options.maxInstructions ?? .max
        plan.timeout = command.options.timeout.map { UInt64($0 * 1e9) }
        plan.usesHostClock = command.options.clock.map { $0 == .host } ?? (display != nil)
        plan.displaysSerial = usesTerminalSerial(machine)
        plan.log = command.options.log
        if machine.kind.isDOS {
            plan.console = display == nil ? ConsoleChannel() : nil
        }
        let runner = script.map { ScriptRunner($0, machine: machine) { ScreenFile($0).write(machine) } }
        return RunSession(
            machine: machine, plan: plan, serial: serial, display: display, debugger: debugger, script: runner)
    }

    /// The console of DOS programs is another one.
    private func target(_ machine: Machine) -> SerialTarget {
        command.options.serial ?? (machine.kind.isDOS ? .none : .stdio)
    }

    /// The serial port leads to the terminal, by way of the live display where there is one.
    private func usesTerminalSerial(_ machine: Machine) -> Bool { target(machine) == .stdio }

    /// There will be a live display.
    private var isInteractive: Bool {
        command.options.display != .some(.none) && isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    }

    /// At a terminal the screen is live, or the serial port alone where that is wanted there.
    private func makeDisplay(_ machine: Machine) throws(SerialChannel.Failure) -> LiveDisplay? {
        if machine.kind.isDOS, isInteractive { return LiveDisplay(screen: true, console: true) }
        switch command.options.display {
        case .terminal:
            guard let display = LiveDisplay(screen: true) else {
                throw SerialChannel.Failure(
                    message: "--display terminal: standard input or output is no terminal", status: 64)
            }
            return display
        case nil where command.options.serial != .stdio: return LiveDisplay(screen: true)
        default: return usesTerminalSerial(machine) && !machine.kind.isDOS ? LiveDisplay(screen: false) : nil
        }
    }

    /// Screen, statistics and the reason, in that order; returns the exit status.
    private func finish(_ session: RunSession, _ report: ExitReport) -> Int32 {
        let wall = session.wallSeconds
        var status = closeDrives(session.machine) ?? report.status
        let deadEnd = session.machine.explain(report)
        showScreen(session)
        if let path = command.options.screen, let problem = ScreenFile(path).write(session.machine) {
            status = fail(problem, 70)
        }
        if let path = command.options.stats {
            let statistics = StatisticsReport(
                image: session.machine.configuration.image.name, kind: session.machine.kind,
                memory: session.machine.memorySize, exit: report,
                statistics: session.machine.statistics, wallSeconds: wall, deadEnd: deadEnd)
            if !HostIO.writeFile(path, statistics.json.encoded() + "\n") {
                status = fail("\(path): the statistics cannot be written", 70)
            }
        }
        if let watcher { status = watcher.end(session, report) ?? status }
        // A program that ended by itself has said what it had to say.
        if command.options.log >= (report.reason == .dosExit ? .info : .error) {
            HostIO.report("\(report.reason.rawValue): \(report.message) (status \(report.status))")
            if report.reason == .script, report.status == 123 { reportScreen(session.machine) }
            if let deadEnd { HostIO.write(Array(DeadEndReport(deadEnd: deadEnd).text.utf8), to: STDERR_FILENO) }
        }
        return status
    }

    /// What a script saw instead of what it waited for.
    private func reportScreen(_ machine: Machine) {
        let text = machine.textScreen == nil ? "(a graphics mode)" : machine.screenText
        HostIO.write(Array("the screen:\n\(text.isEmpty ? "(blank)" : text)\n".utf8), to: STDERR_FILENO)
    }

    /// A run is never silent: a guest that sent nothing has its screen printed.
    private func showScreen(_ session: RunSession) {
        if let bytes = session.display?.hiddenSerial { HostIO.write(bytes, to: STDOUT_FILENO) }
        let text = session.machine.screenText
        guard session.display?.view == .screen || session.outputCount == 0, !text.isEmpty else { return }
        HostIO.write(Array((text + "\n").utf8), to: STDOUT_FILENO)
    }
}
