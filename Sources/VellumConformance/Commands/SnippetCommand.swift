import ArgumentParser
import Foundation
import VellumMachine

/// `vellum-conformance snippet`
package struct SnippetCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "snippet",
        abstract: "Runs Multiboot images that end in HLT, or a ROM image, and prints how they ended.",
        discussion: """
            One line of JSON for each image: registers, flags, the fault that led to a shutdown, 256 bytes of stack. With \
            --raw, a ROM image runs in real mode on a machine with RAM and nothing else, and the last POST code and \
            the log are printed.
            """)

    @Argument(help: "Multiboot images.")
    var images: [String] = []

    @Option(help: "A ROM image and its address: ADDR=FILE. One that ends at 1 MiB is there below 4 GiB too.")
    var raw: [String] = []

    @Option(help: "Where a ROM image starts: CS:IP in hexadecimal.")
    var entry = "F000:FFF0"

    @Option(help: "Port of POST codes.")
    var post: String = "0x80"

    @Option(help: "Port that takes the log as text.")
    var log: String = "0xE9"

    @Option(name: [.customShort("m"), .long], help: "Bytes of RAM.")
    var memory = 16 << 20

    @Option(name: .customLong("max-instructions"), help: "Give up after this many instructions.")
    var maximum: UInt64 = 2_000_000_000

    @OptionGroup var engine: EngineArguments

    package init() {}

    package func validate() throws {
        if images.isEmpty == raw.isEmpty { throw ValidationError("give Multiboot images or --raw ADDR=FILE") }
        if memory < 1 << 20 || memory > 3 << 30 { throw ValidationError("--memory is between 1 MiB and 3 GiB") }
    }

    package func run() throws {
        if !raw.isEmpty { return try runROM() }
        var failed = false
        for path in images {
            do {
                let runner = SnippetRunner(memory: memory, maximum: maximum, engine: engine.options)
                print(try runner.run(path: path).json())
            } catch {
                failed = true
                printError("\(path): \(error)")
            }
        }
        if failed { throw ExitCode.failure }
    }

    private func runROM() throws {
        var runner = try ROMRunner(memory: memory, options: engine.options, post: try port(post), log: try port(log))
        for item in raw {
            let parts = item.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let address = Number.parse(parts[0]) else {
                throw ValidationError("\(item): expected ADDR=FILE")
            }
            try runner.load([UInt8](Data(contentsOf: URL(fileURLWithPath: String(parts[1])))), at: address)
        }
        let place = entry.split(separator: ":").map { UInt16($0, radix: 16) }
        guard place.count == 2, let segment = place[0], let offset = place[1] else {
            throw ValidationError("\(entry): expected CS:IP in hexadecimal")
        }
        print(runner.run(segment: segment, offset: offset, maximum: maximum).text)
    }

    private func port(_ text: String) throws -> UInt16 {
        guard let number = Number.parse(Substring(text)), let port = UInt16(exactly: number) else {
            throw ValidationError("\(text): expected a port number")
        }
        return port
    }
}

/// Numbers as people write them on a command line.
enum Number {
    /// Hexadecimal with 0x or a trailing h, else decimal.
    static func parse(_ text: Substring) -> UInt32? {
        if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt32(text.dropFirst(2), radix: 16) }
        if text.hasSuffix("h") || text.hasSuffix("H") { return UInt32(text.dropLast(), radix: 16) }
        return UInt32(text)
    }
}
