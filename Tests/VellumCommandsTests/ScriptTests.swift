import ArgumentParser
import Foundation
import Testing
import VellumDevices
import VellumMachine

@testable import VellumCommands

@Suite struct ScriptTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "vellum-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// Sends each byte that comes from the keyboard controller to the serial port.
    private static let echoesScanCodes: [UInt8] = [
        0xE4, 0x64, 0xA8, 0x01, 0x74, 0xFA, 0xE4, 0x60, 0xBA, 0xF8, 0x03, 0x00, 0x00, 0xEE, 0xEB, 0xF0,
    ]
    /// mov edx, 3FDh; in al, dx; test al, 1; jz back; mov edx, 3F8h; in al, dx; inc al; out dx, al; jmp to the start.
    private static let answersSerial: [UInt8] = [
        0xBA, 0xFD, 0x03, 0x00, 0x00, 0xEC, 0xA8, 0x01, 0x74, 0xFB, 0xBA, 0xF8, 0x03, 0x00, 0x00, 0xEC, 0xFE, 0xC0,
        0xEE, 0xEB, 0xEB,
    ]
    /// mov al, 0FFh; out 21h, al; mov word [B8000h], 0741h; then sti; hlt for ever.
    private static let showsAndSleeps: [UInt8] = [
        0xB0, 0xFF, 0xE6, 0x21, 0x66, 0xC7, 0x05, 0x00, 0x80, 0x0B, 0x00, 0x41, 0x07, 0xFB, 0xF4, 0xEB, 0xFC,
    ]

    private func run(_ code: [UInt8], _ script: String, _ more: String...) throws -> (status: Int32, serial: [UInt8]) {
        let (image, serial, file) = (folder + "/guest.bin", folder + "/serial", folder + "/script")
        _ = FileManager.default.createFile(atPath: image, contents: Data(code))
        try script.write(toFile: file, atomically: true, encoding: .utf8)
        let all = ["run", image, "--load", "0x10000", "--log", "quiet", "--serial", "file:" + serial, "--script", file]
        let command = try #require(try VellumCommand.parseAsRoot(all + more) as? RunCommand)
        let status = try Runner(command: command).run()
        return (status, Array(FileManager.default.contents(atPath: serial) ?? Data()))
    }

    @Test func typedKeysArePressedAndReleased() throws {
        let result = try run(
            Self.echoesScanCodes,
            """
            # B takes Shift.
            type aB
            key f10 ctrl-alt-delete
            wait-serial "\\xD3\\xB8\\x9D"
            quit 9
            """)
        #expect(result.status == 9)
        let codes: [UInt8] = [
            0x1E, 0x9E, 0x2A, 0x30, 0xB0, 0xAA, 0x44, 0xC4, 0x1D, 0x38, 0xE0, 0x53, 0xE0, 0xD3, 0xB8, 0x9D,
        ]
        #expect(result.serial == codes)
    }

    @Test func aConversationOnTheSerialPort() throws {
        let result = try run(
            Self.answersSerial, "send-serial HAL\nwait-serial IBM\nsend-serial \"\\x40\\n\"\nwait-serial A\nquit 1\n")
        #expect(result.status == 1)
        #expect(result.serial == Array("IBMA".utf8) + [0x0B] || result.serial == Array("IBMA".utf8))
    }

    @Test func textThatAWaitTookIsNotFoundAgain() throws {
        #expect(
            try run(Self.answersSerial, "send-serial HAL\nwait-serial IB\nwithin 1 seconds\nwait-serial I").status
                == 123)
    }

    @Test func timePassesForASleepingGuest() throws {
        #expect(try run(Self.showsAndSleeps, "wait-screen A\nafter 3600 seconds\nquit 3").status == 3)
    }

    @Test func theScreenIsWrittenWhenTheScriptSaysSo() throws {
        let text = folder + "/now.txt"
        let picture = folder + "/now.png"
        #expect(try run(Self.showsAndSleeps, "wait-screen A\nscreen \(text)\nscreen \(picture)\nquit").status == 0)
        #expect(try String(contentsOfFile: text, encoding: .utf8) == "A\n")
        let bytes = Array(FileManager.default.contents(atPath: picture) ?? Data())
        // PNG's signature, then the header with 720 by 400 pixels.
        #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        #expect(bytes.count > 24 && Array(bytes[16..<24]) == [0, 0, 2, 0xD0, 0, 0, 1, 0x90])
        #expect(try run(Self.showsAndSleeps, "screen /nowhere/at/all.png").status == 70)
    }

    @Test(arguments: ["seconds", "instructions"]) func aWaitThatFailsEndsTheRun(unit: String) throws {
        let stats = folder + "/stats.json"
        #expect(
            try run(Self.echoesScanCodes, "within 1000 \(unit)\nwithin 1 \(unit)\nwait-screen B", "--stats", stats)
                .status == 123)
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: stats)))
        let exit = (object as? [String: Any])?["exit"] as? [String: Any]
        #expect(exit?["reason"] as? String == "script")
    }

    @Test func theGuestsEndFailsAWaitAndNothingElse() throws {
        // mov al, 5; out F4h, al
        let ends: [UInt8] = [0xB0, 5, 0xE6, 0xF4]
        #expect(try run(ends, "wait-serial never\nquit 1").status == 123)
        #expect(try run(ends, "after 10 seconds\ntype x").status == 11)
    }

    @Test func twoRunsAgreeToTheInstruction() throws {
        let script = "type hello\nwait-serial \"\\x98\"\nafter 12345 instructions\nquit"
        let counts = try (0..<2).map { _ -> Int in
            _ = try run(Self.echoesScanCodes, script, "--stats", folder + "/s.json")
            let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/s.json"))
            let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            return try #require((object?["instructions"] as? [String: Any])?["executed"] as? Int)
        }
        #expect(counts[0] == counts[1])
    }

    @Test(arguments: [
        ("sleep 1", "there is no 'sleep'"), ("wait-screen", "takes a text"), ("wait-serial \"abc", "closing quote"),
        ("type \"a\\q\"", "expected \\n"), ("type grün", "no key for 'ü'"), ("key hyper-x", "no key 'hyper-x'"),
        ("key", "takes names"), ("screen a.bmp", ".txt or .png"), ("after 5 fortnights", "a number and a unit"),
        ("after -1 seconds", "a number and a unit"), ("within 1e300 s", "a number and a unit"),
        ("quit 256", "0 to 255"),
        ("send-serial \"a\" b", "nothing may follow"), ("send-serial \"\\x4\"", "expected \\n"),
    ]) func aLineThatCannotBeReadIsNamed(line: String, problem: String) {
        let error = #expect(throws: ScriptError.self) { try Script(name: "s", text: "# first\n\n\(line)\n") }
        #expect(error?.line == 3)
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    }

    @Test func filesThatAreNoScripts() throws {
        #expect(try run(Self.showsAndSleeps, "nonsense").status == 65)
        let image = folder + "/guest.bin"
        for (file, status) in [(folder, Int32(66)), (folder + "/none", 66)] {
            let arguments = ["run", image, "--load", "0x10000", "--log", "quiet", "--script", file]
            let command = try #require(try VellumCommand.parseAsRoot(arguments) as? RunCommand)
            #expect(try Runner(command: command).run() == status)
        }
    }

    @Test func everyKeyHasAName() {
        #expect(KeyCombination("ctrl--") == KeyCombination(key: .minus, modifiers: [.leftControl]))
        #expect(KeyCombination("ctrl-alt-f1") == KeyCombination(key: .f1, modifiers: [.leftControl, .leftAlt]))
        #expect(KeyCombination("-") == KeyCombination(key: .minus))
        #expect(KeyCombination("A")?.key == .a)
        #expect(KeyCombination("shift")?.key == .leftShift)
        #expect(KeyCombination("") == nil)
    }
}
