import VellumMachine

/// Scripts as files.
enum ScriptFile {
    struct Failure: Error {
        var message: String
        var status: Int32
    }

    /// Longer files are none.
    private static let limit = 1 << 20

    static func read(_ path: String) throws(Failure) -> Script {
        let bytes: [UInt8]
        do throws(ImageError) {
            bytes = try BootImage(path: path, kind: .flat).bytes
        } catch {
            throw Failure(message: error.description, status: error.exitStatus)
        }
        guard bytes.count <= limit, let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(message: "\(path): expected a script, a text in UTF-8 of at most 1 MiB", status: 65)
        }
        do throws(ScriptError) {
            return try Script(name: path, text: text)
        } catch {
            throw Failure(message: error.description, status: 65)
        }
    }
}
