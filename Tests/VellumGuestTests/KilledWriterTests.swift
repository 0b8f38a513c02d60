import Foundation
import Testing
import Vellum

/// A run that writes an image and is killed leaves whole sectors.
@Suite struct KilledWriterTests {
    /// A boot sector that fills sectors 1 to 2000 with a byte that grows with each round, through the ATA ports.
    private static let program: [UInt8] = {
        let code: [UInt8] = [
            0xFA, 0x31, 0xDB,  // cli; xor bx, bx
            0xFE, 0xC3,  // round: inc bl
            0xBE, 0x01, 0x00,  // mov si, 1
            0xBA, 0xF7, 0x01, 0xEC, 0xA8, 0x80, 0x75, 0xFB,  // sector: wait while busy
            0xBA, 0xF2, 0x01, 0xB0, 0x01, 0xEE,  // one sector
            0x42, 0x89, 0xF0, 0xEE, 0x42, 0x88, 0xE0, 0xEE,  // address, low and middle
            0x42, 0x30, 0xC0, 0xEE, 0x42, 0xB0, 0xE0, 0xEE,  // high, device 0 by block
            0x42, 0xB0, 0x30, 0xEE,  // WRITE SECTORS
            0xEC, 0xA8, 0x08, 0x74, 0xFB,  // wait for the request
            0xBA, 0xF0, 0x01, 0x88, 0xD8, 0x88, 0xDC, 0xB9, 0x00, 0x01,  // the word, 256 times
            0xEF, 0xE2, 0xFD,
            0x46, 0x81, 0xFE, 0xD0, 0x07, 0x76, 0xC5, 0xEB, 0xBE,  // next sector, next round
        ]
        return code + [UInt8](repeating: 0, count: 510 - code.count) + [0x55, 0xAA]
    }()

    /// How often a run is killed; VELLUM_KILLS asks for more.
    private static let rounds = ProcessInfo.processInfo.environment["VELLUM_KILLS"].flatMap(Int.init) ?? 20

    @Test func everySectorIsOldOrNew() throws {
        let binary = Guests.root.appendingPathComponent(".build/release/vellum")
        try #require(FileManager.default.isExecutableFile(atPath: binary.path), "the release build's command")
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("vellum-\(UUID().uuidString).img")
        defer { try? FileManager.default.removeItem(at: path) }
        try Data(Self.program + [UInt8](repeating: 0, count: 4096 * 512)).write(to: path)
        var touched = 0
        for round in 0..<Self.rounds {
            let process = Process()
            process.executableURL = binary
            process.arguments = ["run", "--hda", path.path, "--write", "--serial", "none", "--log", "quiet"]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            usleep(UInt32(500_000 + round * 7_919))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let bytes = [UInt8](try Data(contentsOf: path))
            for sector in 1...2000 {
                let content = bytes[sector * 512..<sector * 512 + 512]
                if content.first != 0 { touched += 1 }
                #expect(content.allSatisfy { $0 == content.first }, "sector \(sector)")
            }
            #expect(bytes.count == 512 * 4097 && Array(bytes.prefix(512)) == Self.program)
        }
        #expect(touched > 0, "the guest wrote")
    }
}
