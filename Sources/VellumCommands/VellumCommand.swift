import ArgumentParser
import VellumMachine

/// The `vellum` command.
public struct VellumCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "vellum",
        abstract: "Runs IA-32 PC software by binary translation.",
        discussion: """
            Vellum runs unmodified guests: it scans their code, rewrites every sensitive instruction into a call to \
            the hypervisor, caches the result and executes only that.

            Start with:  vellum run KERNEL
            """,
        version: Version.current,
        subcommands: [
            RunCommand.self, ProfileCommand.self, TranslateCommand.self, AuditCommand.self, CompareCommand.self,
            BenchCommand.self,
            DoctorCommand.self,
            DemoCommand.self,
        ])

    public init() {}
}
