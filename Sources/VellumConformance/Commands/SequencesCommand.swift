import ArgumentParser
import Foundation
import VellumMachine
import VellumMicroOps

/// `vellum-conformance sequences`: what superinstructions are chosen from, and the choice.
package struct SequencesCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "sequences",
        abstract: "Counts runs of micro-ops in guests and chooses superinstructions.",
        subcommands: [Count.self, Choose.self])

    package init() {}

    struct Count: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Runs a guest and prints how often each of its fragments was entered, and its opcodes.")

        @Argument(help: "Image: a kernel, or a CD or disk to boot from.") var image: String
        @Option(help: "The kernel's command line.") var append = ""
        @Option(help: "A Linux kernel's initial file system.") var initrd: String?
        @Option(name: .customLong("max-instructions"), help: "Stop after so many instructions.")
        var maximum = UInt64.max

        func run() throws {
            var boot = try BootImage(path: image)
            boot.commandLine = append
            if let initrd { try boot.addModule(path: initrd) }
            let machine = try Machine(MachineConfiguration(image: boot))
            machine.run(maximumInstructions: maximum)
            print(SequenceCounts(machine).text, terminator: "")
        }
    }

    struct Choose: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Chooses superinstructions from counts, and prints them as Superinstructions.swift has them.",
            discussion: "Every file weighs the same; one that is named twice weighs twice.")

        @Argument(help: "Files that `count` has written.") var files: [String]
        @Option(help: "Runs of up to four micro-ops.") var long = 100
        @Option(help: "Pairs beyond those.") var pairs = 70

        func validate() throws {
            if files.isEmpty { throw ValidationError("name files of counts") }
            if long < 1 || pairs < 0 { throw ValidationError("--long is at least 1, --pairs at least 0") }
        }

        func run() throws {
            var guests: [SequenceCounts] = []
            for file in files {
                do {
                    guests.append(try SequenceCounts(text: try String(contentsOfFile: file, encoding: .utf8)))
                } catch {
                    printError("vellum-conformance: \(file): \(error)")
                    throw ExitCode(66)
                }
            }
            let choice = SequenceChoice(guests)
            let chosen = choice.choose(long: long, pairs: pairs)
            for sequence in chosen { print("        [\(sequence.map { ".\($0)" }.joined(separator: ", "))],") }
            for (file, share) in zip(files, choice.dispatches(with: chosen)) {
                printError("\(file): dispatches \((share * 1000).rounded() / 10) % of those without")
            }
        }
    }
}
