import Foundation
import Testing
import VellumMachine

@testable import VellumDOS

/// Nothing outside the given directories can be reached.
@Suite struct EscapeTests {
    /// A drive's directory beside a secret, with links out of the one to the other.
    private final class Prison {
        let outer: Workspace
        let bench: ServiceBench

        init() throws {
            outer = try Workspace()
            try outer.write("secret.txt", "secret")
            try outer.write("other/file.txt", "other")
            try outer.write("drive/inside.txt", "inside")
            let files = FileManager.default
            for (link, target) in [
                ("link.txt", "../secret.txt"), ("linkdir", "../other"), ("abs.txt", outer.file("secret.txt")),
                ("loop", "loop"),
            ] {
                try files.createSymbolicLink(atPath: outer.file("drive/" + link), withDestinationPath: target)
            }
            try #require(mkfifo(outer.file("drive/pipe"), 0o644) == 0)
            bench = try ServiceBench(drives: [DOSDrive(letter: "C", directory: outer.file("drive"))])
        }

        /// What lies outside is as it was.
        var isIntact: Bool {
            outer.text("secret.txt") == "secret" && outer.text("other/file.txt") == "other"
                && outer.names == ["drive", "other", "secret.txt"]
                && (try? FileManager.default.contentsOfDirectory(atPath: outer.file("other"))) == ["file.txt"]
        }
    }

    private static let paths: [(String, DOSError)] = [
        ("..\\secret.txt", .pathNotFound), ("C:\\..\\secret.txt", .pathNotFound),
        ("C:..\\..\\..\\etc\\passwd", .pathNotFound), ("/../secret.txt", .pathNotFound),
        ("C:\\etc\\passwd", .pathNotFound), ("/etc/passwd", .pathNotFound),
        ("inside.txt\\..\\..\\secret.txt", .pathNotFound), ("LINK.TXT", .fileNotFound), ("ABS.TXT", .fileNotFound),
        ("LINKDIR\\FILE.TXT", .pathNotFound), ("LOOP", .fileNotFound), ("LOOP\\X", .pathNotFound),
        ("PIPE", .fileNotFound), ("\\\\server\\share\\x", .pathNotFound), ("Q:\\X.TXT", .pathNotFound),
        ("1:\\X.TXT", .invalidDrive), ("C:\\" + String(repeating: "A\\", count: 40) + "X", .pathNotFound),
        ("C:\\" + String(repeating: "A", count: 250), .fileNotFound),
        (String(repeating: "B", count: 300), .pathNotFound), ("a<b", .fileNotFound), ("", .pathNotFound),
    ]

    @Test func noPathLeadsOut() throws {
        let prison = try Prison()
        for (path, expected) in Self.paths {
            // Open, get attributes, delete, change and remove a directory.
            for function: UInt16 in [0x3D00, 0x3D02, 0x4300, 0x4100] {
                let error = prison.bench.error(function, path: path)
                #expect(error == expected, "\(String(function, radix: 16)) \(path)")
            }
            for function: UInt16 in [0x3A00, 0x3B00] {
                #expect(prison.bench.error(function, path: path) != nil, "\(function) \(path)")
            }
        }
        #expect(prison.isIntact)
    }

    @Test func nothingIsMadeOrMovedOutside() throws {
        let prison = try Prison()
        for path in ["..\\new.txt", "LINKDIR\\NEW.TXT", "LINK.TXT", "ABS.TXT", "PIPE", "C:\\..\\NEW"] {
            for function: UInt16 in [0x3C00, 0x5B00, 0x3900] {
                #expect(prison.bench.error(function, path: path) != nil, "\(function) \(path)")
            }
            prison.bench.put(path, at: 0x100)
            prison.bench.put("INSIDE.TXT")
            let moved = prison.bench.call(0x5600) { $0.di = 0x100 }
            #expect(moved.carry, "rename to \(path)")
        }
        #expect(prison.isIntact)
        #expect(prison.outer.text("drive/inside.txt") == "inside")
    }

    @Test func linksAndPipesAreNotListed() throws {
        let prison = try Prison()
        #expect(prison.bench.find("*.*", attributes: 0x37) == ["INSIDE.TXT"])
        #expect(prison.bench.find("..\\*.*").isEmpty)
        #expect(prison.bench.find("LINKDIR\\*.*").isEmpty)
    }

    @Test func devicesOfDOSAreNotThoseOfTheHost() throws {
        let prison = try Prison()
        // NUL in any spelling is DOS's own and takes everything.
        for path in ["NUL", "nul.txt", "C:\\NUL", "c:\\nul.x"] {
            let handle = try #require(prison.bench.open(path))
            let information = prison.bench.call(0x4400) { $0.bx = handle }
            #expect(information.dx & 0x80 != 0, "\(path)")
            prison.bench.call(0x3E00) { $0.bx = handle }
        }
        #expect(prison.bench.open("C:\\NODIR\\NUL") == nil)
        #expect(prison.bench.error(0x3900, path: "CON") == .accessDenied)
        #expect(prison.bench.error(0x4100, path: "AUX") == .accessDenied)
        #expect(prison.outer.text("drive/NUL") == nil)
        // A file of the host's with such a name is there under another one.
        try prison.outer.write("drive/con.txt", "a file")
        #expect(prison.bench.find("CON~*.*").count == 1)
    }

    @Test func aZeroEndsAName() throws {
        let prison = try Prison()
        prison.bench.put(Array("INSIDE.TXT".utf8) + [0] + Array("\\..\\..\\secret".utf8) + [0], at: 0)
        let handle = try #require(Optional(prison.bench.call(0x3D00)))
        #expect(!handle.carry)
    }

    @Test func aReadOnlyDriveStaysAsItIs() throws {
        let outer = try Workspace()
        try outer.write("drive/a.txt", "a")
        let bench = try ServiceBench(drives: [
            DOSDrive(letter: "D", directory: outer.file("drive"), isReadOnly: true)
        ])
        #expect(bench.open("D:\\A.TXT", mode: 0) != nil)
        for function: UInt16 in [0x3D01, 0x3D02, 0x3C00, 0x5B00, 0x4100, 0x3900] {
            #expect(bench.error(function, path: "D:\\A.TXT") == .accessDenied, "\(function)")
        }
        #expect(bench.error(0x4301, path: "D:\\A.TXT", cx: 1) == .accessDenied)
        #expect(outer.text("drive/a.txt") == "a")
    }
}
