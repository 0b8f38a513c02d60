import ArgumentParser
import VellumAnalysis
import VellumMachine

/// `vellum audit`.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Lists the sensitive instructions of a binary, without running it.",
        discussion: """
            Code is found by recursive descent from the entry point and the function symbols. For each instruction \
            that is privileged or sensitive (Popek and Goldberg) stand its address, bytes, class, what it does when a \
            trap-and-emulate monitor runs it in ring 1 to 3 (16-bit code: in virtual-8086 mode), and the hypervisor \
            calls that Vellum makes of it. The verdict is whether trap-and-emulate would be faithful.

            Examples:
              vellum audit /boot/memtest86+ia32.bin
              vellum audit vmlinux --json
              vellum audit PROG.EXE --run --max-instructions 10000000 -- /x

            Exit status: 0, whatever the verdict; 64 usage, 65 binary not understood, 66 binary unreadable.
            """)

    @Argument(help: "An ELF, MZ, PE or COM file, a Linux or Multiboot kernel, a boot sector, or a flat binary.")
    var binary: String

    @OptionGroup
    var layout: BinaryOptions

    @Option(help: "Flat binary: 16 or 32 bits.")
    var mode: Int?

    @Option(help: ArgumentHelp("Another address where code begins; may be given several times.", valueName: "addr"))
    var from: [Address] = []

    @Flag(help: "Take the bytes that descent does not reach for code, too: for files without symbols.")
    var sweep = false

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print the summary and the verdict alone.")
    var summary = false

    @Flag(name: .customLong("run"), help: "Run it too, without input, and lay what was executed beside the list.")
    var runs = false

    @Option(help: "With --run: end after so many guest instructions.")
    var maxInstructions: UInt64 = 100_000_000

    @Option(parsing: .unconditional, help: "With --run: the kernel's command line.")
    var append = ""

    @Argument(parsing: .postTerminator, help: "With --run: arguments for the guest, after --.")
    var arguments: [String] = []

    func validate() throws {
        if let mode, mode != 16, mode != 32 { throw ValidationError("--mode is 16 or 32.") }
        if maxInstructions == 0 { throw ValidationError("--max-instructions must be above zero.") }
        if !runs, !arguments.isEmpty || !append.isEmpty {
            throw ValidationError("Arguments for the guest go with --run.")
        }
    }

    func run() throws {
        do {
            var image = try layout.image(binary, mode: mode)
            try image.addEntries(from.map(\.value))
            guard let audit = try? Audit(image, sweeps: sweep) else {
                HostIO.report("the disassembler cannot be set up")
                throw ExitCode(70)
            }
            let report = AuditReport(name: binary, audit: audit, execution: runs ? try execute(audit) : nil)
            print(json ? report.json.encoded() : report.text(withSites: !summary))
        } catch let error as ImageError {
            HostIO.report(error.about(binary).description)
            throw ExitCode(error.exitStatus)
        } catch let error as MachineError {
            HostIO.report(error.description)
            throw ExitCode(error.exitStatus)
        }
    }

    /// Runs the binary with nobody at its console, and its own directory, where it is a program for DOS, read-only.
    private func execute(_ audit: Audit) throws -> ExecutionReport {
        let flat = layout.load.map {
            FlatLayout(load: $0.value, entry: (layout.entry ?? $0).value, mode: mode == 16 ? .bits16 : .bits32)
        }
        var image = try BootImage(path: binary, kind: layout.kind, flat: flat)
        image.commandLine = ([append] + (image.isDOSProgram ? [] : arguments)).joined(separator: " ")
        var configuration = MachineConfiguration(image: image)
        configuration.processor = layout.cpu
        if image.isDOSProgram {
            let directory = binary.lastIndex(of: "/").map { $0 == binary.startIndex ? "/" : String(binary[..<$0]) }
            configuration.dos.arguments = arguments
            configuration.dos.drives = [DOSDrive(letter: "C", directory: directory ?? ".", isReadOnly: true)]
        }
        let machine = try Machine(configuration)
        let observer = ExecutedSites(audit.image)
        machine.attach(observer)
        let exit = machine.run(maximumInstructions: maxInstructions)
        machine.detach(observer)
        return ExecutionReport(
            comparison: observer.comparison(with: audit), reason: exit.reason.rawValue,
            instructions: machine.instructions)
    }
}

/// A run beside an audit, and how it ended.
struct ExecutionReport {
    var comparison: ExecutionComparison
    var reason: String
    var instructions: UInt64
}
