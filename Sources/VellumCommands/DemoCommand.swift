import ArgumentParser

/// `vellum demo`: what `make demo` shows.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Shows what Vellum does.", shouldDisplay: false)

    func run() throws {}
}
