/// Why an image cannot be run: one line for the user.
public struct ImageError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// The file is missing, cannot be read, or is no regular file: exit status 66.
        case unreadable
        /// The bytes are not an image that can be run: exit status 65.
        case notUnderstood
    }

    public var kind: Kind
    /// The file, as the user named it; empty for an image that came from memory.
    public var file: String
    /// Where in the file: "offset 0x2C", "program header 1"; may be empty.
    public var place: String
    /// What was found and what was expected.
    public var problem: String
    /// What the user can do; may be empty.
    public var advice: String

    public init(_ kind: Kind, file: String = "", place: String = "", problem: String, advice: String = "") {
        self.kind = kind
        self.file = file
        self.place = place
        self.problem = problem
        self.advice = advice
    }

    /// An image whose bytes are wrong.
    package static func notUnderstood(_ place: String, _ problem: String, _ advice: String = "") -> ImageError {
        ImageError(.notUnderstood, place: place, problem: problem, advice: advice)
    }

    public var exitStatus: Int32 {
        switch kind {
        case .unreadable: 66
        case .notUnderstood: 65
        }
    }

    public var description: String {
        let subject = [file, place].filter { !$0.isEmpty }.joined(separator: ": ")
        let text = subject.isEmpty ? problem : "\(subject): \(problem)"
        return advice.isEmpty ? text : "\(text); \(advice)"
    }

    /// The same error, about a file.
    package func about(_ file: String) -> ImageError {
        var error = self
        if error.file.isEmpty { error.file = file }
        return error
    }
}

/// A number as error messages show it.
package func hex(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16, uppercase: true) }
