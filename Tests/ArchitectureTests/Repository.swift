import Foundation

/// The files of the repository, by their paths from its root.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    /// Names in a folder, sorted; none where there is no such folder.
    static func names(in folder: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)
        return (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }

    /// Files under a folder at any depth that end so, sorted.
    static func files(under folder: String, ending suffix: String) -> [String] {
        names(in: folder).flatMap { name -> [String] in
            let path = "\(folder)/\(name)"
            let inner = files(under: path, ending: suffix)
            return inner.isEmpty && path.hasSuffix(suffix) ? [path] : inner
        }
    }

    /// The Swift sources of the modules.
    static var sources: [String] { files(under: "Sources", ending: ".swift") }

    /// README and everything in docs.
    static var documents: [String] { ["README.md"] + files(under: "docs", ending: ".md") }
}
