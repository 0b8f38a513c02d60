import Foundation

/// The helper could not be built or did not answer.
package struct OracleError: Error, CustomStringConvertible {
    package var description: String
    init(_ description: String) { self.description = description }
}

/// Builds `host-oracle.c` with clang: a 32-bit program that needs no library.
package enum HelperBuild {
    /// Where clang may be: told by the environment, in the path, or beside the Swift toolchain.
    private static func compiler() -> String? {
        let environment = ProcessInfo.processInfo.environment
        if let told = environment["VELLUM_CLANG"] { return told }
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        // A toolchain's `swift` is often a link from the path into the folder where its clang is.
        let toolchains = folders.map { URL(fileURLWithPath: $0 + "/swift").resolvingSymlinksInPath() }
        let beside = toolchains.map { $0.deletingLastPathComponent().path }
        let candidates = (folders + beside).map { $0 + "/clang" }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Compiles the helper into a folder of its own and returns the program's path.
    package static func build() throws -> String {
        guard let clang = compiler() else { throw OracleError("the host oracle needs clang; set VELLUM_CLANG") }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vellum-oracle-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let source = folder.appendingPathComponent("host-oracle.c")
        let program = folder.appendingPathComponent("host-oracle")
        try Data(PackageResources.host_oracle_c).write(to: source)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: clang)
        process.arguments = flags + [source.path, "-o", program.path]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw OracleError("\(clang) could not build the host oracle's helper")
        }
        return program.path
    }

    private static let flags = [
        "--target=i686-linux-gnu", "-m32", "-nostdlib", "-static", "-ffreestanding", "-fno-stack-protector", "-fno-pic",
        "-mno-sse", "-O2", "-fuse-ld=lld", "-Wl,-Ttext=0x60001000", "-Wl,--image-base=0x60000000",
    ]
}
