import VellumDevices

/// A distance in a guest's time.
public enum ScriptSpan: Equatable, Sendable, CustomStringConvertible {
    case instructions(UInt64)
    /// Virtual time.
    case nanoseconds(UInt64)

    public var description: String {
        switch self {
        case .instructions(let count): "\(count) instructions"
        case .nanoseconds(let time): "\(Double(time) / 1e9) s"
        }
    }
}

/// One thing that a script does.
public struct ScriptStep: Equatable, Sendable {
    package enum Action: Equatable, Sendable {
        /// Until the screen shows the text.
        case waitScreen(String)
        /// Until the first serial port has sent the bytes, since the last wait that found its own.
        case waitSerial([UInt8])
        /// On the keyboard.
        case type(String)
        /// To the first serial port.
        case sendSerial([UInt8])
        case key([KeyCombination])
        /// Writes the screen to a file of the host.
        case screen(String)
        case after(ScriptSpan)
        /// How long each later wait may take.
        case within(ScriptSpan)
        case quit(Int32)
    }

    /// The line of the script's file, from 1 on.
    public var line: Int
    package var action: Action
}

/// What an unattended run does with its guest: waits for text, types, takes pictures, quits.  docs/scripts.md describes
/// the language.
///
/// A script acts at moments of virtual time, so that a run with one is a function of image and script.
public struct Script: Equatable, Sendable {
    /// The file's name, for messages.
    public var name: String
    public var steps: [ScriptStep]

    /// How long a wait takes at most where the script does not say: a minute of virtual time.
    package static let standardLimit = ScriptSpan.nanoseconds(60_000_000_000)

    /// Reads a script.
    /// - Throws: the first line that is none, with what was expected there.
    public init(name: String, text: String) throws(ScriptError) {
        self.name = name
        steps = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            do throws(ScriptLineReader.Problem) {
                var reader = ScriptLineReader(line)
                guard let action = try reader.action() else { continue }
                steps.append(ScriptStep(line: index + 1, action: action))
            } catch {
                throw ScriptError(name: name, line: index + 1, message: error.message)
            }
        }
    }
}

/// A line of a script that cannot be read.
public struct ScriptError: Error, Equatable, Sendable, CustomStringConvertible {
    public var name: String
    public var line: Int
    public var message: String

    public var description: String { "\(name):\(line): \(message)" }
}
