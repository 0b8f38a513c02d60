import ArgumentParser
import VellumEvents
import VellumMachine

/// `vellum profile`.
struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Runs a guest and reports what the translation cache did.",
        discussion: """
            The run is that of vellum run with the same options, to the count; it takes up to twice as long. DIR gets \
            report.html, a page for a browser, and profile.json; or where that is asked for call stacks for flame \
            graphs.

            Examples:
              vellum profile /boot/invaders.exec --max-instructions 40000000
              vellum profile vmlinuz --append console=ttyS0 --symbols System.map --out boot
              vellum profile kernel.elf --format speedscope

            The exit status is the guest's, as with vellum run; 70 when the report cannot be written.
            """)

    @Argument(help: "The image to run; may be left out where a drive has one to boot from.")
    var image: String?

    @Option(help: ArgumentHelp("Where the report goes (default: the image's name and .profile).", valueName: "dir"))
    var out: String?

    @Option(
        help: "What to write beside profile.json: html (a page), json (nothing), folded or speedscope (call stacks).")
    var format = ProfileFormat.html

    @Option(
        help: ArgumentHelp("Names of addresses: an ELF or MAP file; may be given several times.", valueName: "file"))
    var symbols: [String] = []

    @Option(help: "Fragments that are listed with their code.")
    var fragments = 1000

    @Option(help: "Entries that are recorded for the what-if table, in millions.")
    var record = 16

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
        try runCommand.validate()
        if !(1...100_000).contains(fragments) { throw ValidationError("--fragments must be between 1 and 100000.") }
        if !(0...1000).contains(record) { throw ValidationError("--record must be between 0 and 1000.") }
    }

    /// The run that is watched.
    var runCommand: RunCommand {
        var command = RunCommand()
        command.image = image
        command.machine = machine
        command.drives = drives
        command.dos = dos
        command.options = options
        command.debug = debug
        command.engine = engine
        command.arguments = arguments
        return command
    }

    func run() throws {
        let watcher = ProfileWatcher(command: self)
        let status = try Runner(command: runCommand, watcher: watcher).run()
        throw ExitCode(status)
    }
}

/// What `vellum profile` writes beside profile.json.
enum ProfileFormat: String, ExpressibleByArgument, CaseIterable {
    case html, json, folded, speedscope

    /// Needs call stacks.
    var samplesStacks: Bool { self == .folded || self == .speedscope }
}

extension EvictionPolicy: ExpressibleByArgument {}
