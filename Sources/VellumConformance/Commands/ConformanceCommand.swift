import ArgumentParser

/// `vellum-conformance`: checks the engine against vectors, the host processor and itself.
package struct ConformanceCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "vellum-conformance",
        abstract: "Checks the engine against vectors, the host processor and itself.",
        subcommands: [
            MooCommand.self, SnippetCommand.self, OracleCommand.self, FloatCommand.self, EnginesCommand.self,
            FuzzCommand.self, SequencesCommand.self,
        ])

    package init() {}
}
