import Foundation
import Testing

/// Golden files under `Goldens`: compared, or written anew when VELLUM_UPDATE_GOLDENS is set.
enum Golden {
    private static var directory: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Goldens")
    }

    static var isUpdating: Bool { ProcessInfo.processInfo.environment["VELLUM_UPDATE_GOLDENS"] != nil }

    /// Checks a text against the file of a name.
    static func check(_ text: String, _ name: String) throws {
        let file = directory.appendingPathComponent(name + ".txt")
        if isUpdating {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        guard expected != text else { return }
        let pairs = zip(lines(expected), lines(text)).first { $0 != $1 }
        Issue.record("\(name): expected \(pairs?.0 ?? "another length"), got \(pairs?.1 ?? "")")
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
