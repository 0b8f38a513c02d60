import ArgumentParser

/// Options that the contract names and this version does not have: each is refused with a line of its own, so that no
/// script believes that it worked.
struct LaterOptions: ParsableArguments {
    @Option(help: .hidden) var script: String?

    func validate() throws {
        let given: [(String, Bool, String)] = [
            ("--script", script != nil, "scripts are not there yet; use --max-instructions or --timeout")
        ]
        if let (name, _, reason) = given.first(where: { $0.1 }) { throw ValidationError("\(name): \(reason).") }
    }
}
