import ArgumentParser
import VellumAnalysis
import VellumMachine

/// `vellum translate`.
struct TranslateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "translate",
        abstract: "Shows guest instructions beside the micro-ops that they become.",
        discussion: """
            One translation unit: the instructions from an address to the first that ends a unit, what lowering makes \
            of them, and what each pass leaves. Behind a micro-op stand the flags that it writes; those in brackets \
            nobody can see.

            Examples:
              vellum translate --hex "9c 58 50 9d" --mode 16
              vellum translate kernel.elf --at 0x100020
              vellum translate boot.bin --load 0x7c00 --mode 16 --at 0x7c3e

            Exit status: 0; 64 usage, 65 binary not understood, 66 binary unreadable.
            """)

    @Argument(help: "An ELF, MZ, PE or COM file, a Linux or Multiboot kernel, a boot sector, or a flat binary.")
    var binary: String?

    @Option(
        help: ArgumentHelp("The linear address of the first instruction (default: the entry point).", valueName: "addr")
    )
    var at: Address?

    @Option(help: ArgumentHelp("The bytes themselves, in hexadecimal, instead of a binary.", valueName: "bytes"))
    var hex: String?

    @Option(help: "16 or 32 bits (default: 32, or what the binary says).")
    var mode: Int?

    @OptionGroup
    var layout: BinaryOptions

    @Option(help: "At most so many instructions.")
    var blockLimit: Int?

    func validate() throws {
        guard (binary == nil) != (hex == nil) else {
            throw ValidationError("Name a BINARY, or give its bytes with --hex \"9c 58\".")
        }
        if let mode, mode != 16, mode != 32 { throw ValidationError("--mode is 16 or 32.") }
        if let blockLimit, !(1...4096).contains(blockLimit) {
            throw ValidationError("--block-limit must be between 1 and 4096.")
        }
        if let hex { _ = try TranslateCommand.bytes(hex) }
    }

    func run() throws {
        do {
            var request = try request()
            request.cpu = layout.cpu.level
            if let blockLimit { request.limit = blockLimit }
            let listing = try TranslationListing(request)
            print(TranslationText(listing: listing).text)
        } catch let error as ImageError {
            HostIO.report(error.about(binary ?? "").description)
            throw ExitCode(error.exitStatus)
        } catch ListingError.truncated(let count) {
            HostIO.report("\(binary ?? "--hex"): the \(count) bytes there end inside the first instruction")
            throw ExitCode(65)
        }
    }

    private func request() throws -> ListingRequest {
        if let hex {
            return ListingRequest(
                bytes: try TranslateCommand.bytes(hex), address: at?.value ?? 0,
                mode: ListingRequest.kernelMode(is32Bit: mode != 16))
        }
        let image = try layout.image(binary ?? "", mode: mode)
        let address = at?.value ?? image.entries.first?.address ?? 0
        guard let index = image.region(at: address) else {
            throw ImageError(
                .notUnderstood, place: "--at", problem: "no code at \(VellumMachine.hex(address))",
                advice: "code lies at " + image.spans)
        }
        let region = image.regions[index]
        let is32Bit = mode.map { $0 == 32 } ?? region.is32Bit
        let base = is32Bit ? 0 : image.entries.last { $0.codeBase <= address }?.codeBase ?? 0
        return ListingRequest(
            bytes: Array(region.bytes[Int(address - region.address)...].prefix(4096)), address: address,
            codeBase: base, mode: ListingRequest.kernelMode(is32Bit: is32Bit))
    }

    /// Pairs of hexadecimal digits, with or without blanks, commas or 0x between.
    static func bytes(_ text: String) throws -> [UInt8] {
        let words = text.split { $0.isWhitespace || $0 == "," }
        let bytes = words.flatMap { word -> [UInt8?] in
            let digits = word.hasPrefix("0x") ? word.dropFirst(2) : word
            guard digits.count % 2 == 0, !digits.isEmpty else { return [nil] }
            return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits.dropFirst($0).prefix(2), radix: 16) }
        }
        guard !bytes.isEmpty, !bytes.contains(nil), bytes.count <= 4096 else {
            throw ValidationError("--hex takes up to 4096 bytes as pairs of hexadecimal digits: \"9c 58 50 9d\".")
        }
        return bytes.compactMap { $0 }
    }
}
