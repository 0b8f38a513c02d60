import ArgumentParser
import Foundation
import Testing
import VellumMachine

@testable import VellumCommands

/// Whole runs through the command, with the serial port in a file.
@Suite struct RunTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "vellum-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func run(_ code: [UInt8], _ arguments: String...) throws -> (status: Int32, serial: String) {
        let image = folder + "/guest.bin"
        let serial = folder + "/serial.txt"
        _ = FileManager.default.createFile(atPath: image, contents: Data(code))
        let all = ["run", image, "--load", "0x10000", "--log", "quiet", "--serial", "file:" + serial] + arguments
        let command = try #require(try VellumCommand.parseAsRoot(all) as? RunCommand)
        let status = try Runner(command: command).run()
        return (status, try String(contentsOfFile: serial, encoding: .utf8))
    }

    private func read(_ name: String) throws -> String {
        try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
    }

    /// cli; mov edx, 3F8h; then each character; then the end given.
    private func printing(_ text: String, then end: [UInt8]) -> [UInt8] {
        [0xFA, 0xBA, 0xF8, 0x03, 0, 0] + text.utf8.flatMap { [0xB0, $0, 0xEE] } + end
    }

    @Test func statusesAndOutput() throws {
        let exit = try run(printing("hello", then: [0xB0, 5, 0xE6, 0xF4]))
        #expect(exit.status == 11)
        #expect(exit.serial == "hello")
        #expect(try run(printing("x", then: [0xB0, 5, 0xE6, 0xF4]), "--debug-exit-raw").status == 5)
        #expect(try run(printing("", then: [0xF4])).status == 120)
        #expect(try run([0x90, 0xEB, 0xFD], "--max-instructions", "5000").status == 122)
        #expect(try run([0x90, 0xEB, 0xFD], "--timeout", "0.05").status == 124)
        #expect(try run([0xB0, 0xFE, 0xE6, 0x64, 0xF4]).status == 121)
    }

    @Test func theScreenIsWritten() throws {
        // mov word [B8000h], 0741h; cli; hlt
        let code: [UInt8] = [0x66, 0xC7, 0x05, 0x00, 0x80, 0x0B, 0x00, 0x41, 0x07, 0xFA, 0xF4]
        _ = try run(code, "--screen", folder + "/screen.txt")
        #expect(try read("screen.txt") == "A\n")
    }

    @Test func statisticsFollowTheSchema() throws {
        _ = try run(printing("hi", then: [0xF4]), "--stats", folder + "/stats.json")
        let text = try read("stats.json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["schema"] as? Int == 1)
        let members: [String: [String]] = [
            "guest": ["image", "kind", "memory"], "exit": ["reason", "status"],
            "instructions": ["executed", "translated"],
            "sensitivity": ["innocuous", "privileged", "sensitive", "executed"],
            "cache": [
                "lookups", "hits", "misses", "hit_rate", "entries", "chained", "fragments", "live_fragments",
                "guest_bytes", "bytes", "capacity", "invalidations", "patches", "flushes",
                "retranslations",
            ],
            "hypervisor_calls": ["total", "in_cache", "by_kind"], "tlb": ["misses", "flushes"],
            "time": ["wall_seconds", "translation_seconds", "guest_mips"],
            "dead_end": [
                "kind", "cause", "explanation", "evidence", "faults", "registers", "tables", "descriptors", "pages",
                "fragments", "code",
            ],
        ]
        #expect(Set(object.keys) == Set(members.keys).union(["schema", "vellum"]))
        for (name, keys) in members {
            let inner = try #require(object[name] as? [String: Any])
            #expect(Set(inner.keys) == Set(keys), "\(name)")
        }
        #expect((object["exit"] as? [String: Any])?["reason"] as? String == "halted")
        #expect((object["dead_end"] as? [String: Any])?["cause"] as? String == "halted-interrupts-off")
        #expect((object["guest"] as? [String: Any])?["kind"] as? String == "flat")
        #expect((object["instructions"] as? [String: Any])?["executed"] as? Int == 7)
    }

    @Test func countsAreTheSameOnEveryRun() throws {
        func counts() throws -> Substring {
            _ = try run(printing("hi", then: [0xF4]), "--stats", folder + "/stats.json")
            return try read("stats.json").prefix { $0 != "}" }
                + (try read("stats.json").components(separatedBy: "\"time\"")[0])
        }
        #expect(try counts() == counts())
    }

    @Test func missingAndForeignImages() throws {
        func status(_ path: String) throws -> Int32 {
            let command = try #require(try VellumCommand.parseAsRoot(["run", path, "--log", "quiet"]) as? RunCommand)
            return try Runner(command: command).run()
        }
        #expect(try status(folder) == 66)
        #expect(try status(folder + "/none") == 66)
        _ = FileManager.default.createFile(atPath: folder + "/text", contents: Data("text".utf8))
        #expect(try status(folder + "/text") == 65)
    }
}

@Suite struct JSONTests {
    @Test func textIsEscaped() {
        #expect(JSON.text("a\"b\\c\n\u{1}é").encoded() == "\"a\\\"b\\\\c\\n\\u0001é\"")
    }

    @Test func numbersStayNumbers() {
        #expect(JSON.number(.nan).encoded() == "0.0")
        #expect(JSON.integer(.max).encoded() == "18446744073709551615")
        #expect(JSON.object([]).encoded() == "{}")
    }
}

@Suite struct PacerTests {
    private let pacer = Pacer(host: 1_000_000_000, virtual: 0)

    @Test func theGuestAheadWaits() {
        #expect(pacer.step(host: 1_010_000_000, virtual: 50_000_000, deadline: nil) == .wait(40_000_000))
    }

    @Test func theGuestBehindSkipsToTheDeadlineAtMost() {
        #expect(pacer.step(host: 1_050_000_000, virtual: 10_000_000, deadline: nil) == .skip(40_000_000))
        #expect(pacer.step(host: 1_050_000_000, virtual: 10_000_000, deadline: 15_000_000) == .skip(5_000_000))
        #expect(pacer.step(host: 1_050_000_000, virtual: 10_000_000, deadline: 5_000_000) == .go)
    }

    @Test func smallDifferencesAreLeftAlone() {
        #expect(pacer.step(host: 1_010_500_000, virtual: 10_000_000, deadline: nil) == .go)
        #expect(pacer.wait(until: 20_000_000, host: 1_005_000_000) == 15_000_000)
    }
}
