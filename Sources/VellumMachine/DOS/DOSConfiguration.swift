/// A host directory as a drive of DOS.
public struct DOSDrive: Equatable, Sendable {
    /// "A" to "Y".
    public var letter: Character
    public var directory: String
    public var isReadOnly: Bool

    public init(letter: Character, directory: String, isReadOnly: Bool = false) {
        self.letter = letter
        self.directory = directory
        self.isReadOnly = isReadOnly
    }

    /// Letter=directory, with ":ro" behind it for a drive that cannot be written.
    public init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let letter = parts[0].uppercased().first, parts[0].count == 1,
            ("A"..."Y").contains(letter)
        else { return nil }
        let isReadOnly = parts[1].hasSuffix(":ro")
        let directory = isReadOnly ? String(parts[1].dropLast(3)) : parts[1]
        guard !directory.isEmpty else { return nil }
        self.init(letter: letter, directory: directory, isReadOnly: isReadOnly)
    }
}

/// What a DOS program gets of the host.
public struct DOSConfiguration: Equatable, Sendable {
    /// The host's directories as drives.  Where none is C:, the program's own directory is.
    public var drives: [DOSDrive] = []
    /// Behind the program's name on its command line.
    public var arguments: [String] = []
    /// Standard input is redirected: a stream of bytes instead of the keyboard.
    public var inputIsStream = false
    /// Standard output is redirected: programs see a file instead of the console.
    public var outputIsStream = false
    /// Seconds that the host's time zone is ahead of UTC.
    public var zoneOffset: Int64 = 0

    public init() {}
}
