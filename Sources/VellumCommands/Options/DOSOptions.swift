import ArgumentParser
import Glibc
import VellumMachine

/// The options for DOS programs.
struct DOSOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A host directory as a drive: LETTER=DIR, with :ro at the end for one that cannot be written. "
                + "The program's own directory is C: unless this says otherwise.", valueName: "letter=dir"))
    var drive: [String] = []

    func validate() throws {
        var letters: Set<Character> = []
        for text in drive {
            guard let drive = DOSDrive(text) else {
                throw ValidationError("--drive takes LETTER=DIR or LETTER=DIR:ro, with a letter from A to Y: \(text).")
            }
            guard letters.insert(drive.letter).inserted else {
                throw ValidationError("--drive: \(drive.letter): is given twice.")
            }
        }
    }

    /// - Parameters:
    ///   - arguments: what stood after `--`.
    ///   - isInteractive: the live display takes keys and shows the console.
    func configuration(arguments: [String], isInteractive: Bool) -> DOSConfiguration {
        var configuration = DOSConfiguration()
        configuration.drives = drive.compactMap { DOSDrive($0) }
        configuration.arguments = arguments
        configuration.inputIsStream = !isInteractive
        configuration.outputIsStream = !isInteractive && isatty(STDOUT_FILENO) == 0
        return configuration
    }
}
