import ArgumentParser
import VellumAnalysis
import VellumMachine

/// What a binary is, where its bytes do not say it.
struct BinaryOptions: ParsableArguments {
    @Option(name: .customLong("as"), help: "What the binary is, instead of what its bytes look like.")
    var kind: ImageKind?

    @Option(help: "Flat binary: where its first byte goes.")
    var load: Address?

    @Option(help: "Flat binary: the first instruction (default: where it is loaded).")
    var entry: Address?

    @Option(help: "The processor: 386, 486, pentium or pentium3.")
    var cpu = ProcessorName.pentium3

    func validate() throws {
        if load == nil, entry != nil { throw ValidationError("--entry goes with --load ADDR, for a flat binary.") }
    }

    /// Reads a binary.
    /// - Parameter mode: 16 or 32, for a flat one.
    func image(_ path: String, mode: Int?) throws(ImageError) -> CodeImage {
        let bytes = try HostFile.read(path)
        do {
            let flat = load.map {
                FlatLayout(load: $0.value, entry: (entry ?? $0).value, mode: mode == 16 ? .bits16 : .bits32)
            }
            return try CodeImage(bytes, name: path, kind: kind, flat: flat)
        } catch {
            throw error.about(path)
        }
    }
}
