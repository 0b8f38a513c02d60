import Foundation
import Testing
import VellumDevices

@testable import VellumMachine

/// A file that goes with the test.
final class TemporaryFile {
    let path: String

    init(_ bytes: [UInt8] = []) throws {
        path = NSTemporaryDirectory() + "vellum-\(UUID().uuidString)"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    deinit { unlink(path) }

    var bytes: [UInt8] { FileManager.default.contents(atPath: path).map { Array($0) } ?? [] }
}

extension BlockImage {
    func bytes(_ sector: UInt64, _ count: Int = 1) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count * 512)
        return bytes.withUnsafeMutableBytes { read(sector: sector, into: $0) } ? bytes : nil
    }

    func put(_ byte: UInt8, _ sector: UInt64, _ count: Int = 1) -> Bool {
        [UInt8](repeating: byte, count: count * 512).withUnsafeBytes { write(sector: sector, from: $0) }
    }
}

@Suite struct DriveImageTests {
    private func open(
        _ file: TemporaryFile, _ use: ImageOpener.Use = .disk, writable: Bool = false
    ) throws -> BlockImage {
        try ImageOpener.open(DriveImage(path: file.path), for: use, writable: writable)
    }

    private func problem(_ bytes: [UInt8], _ use: ImageOpener.Use = .disk, writable: Bool = false) throws -> String {
        let file = try TemporaryFile(bytes)
        let error = #expect(throws: ImageError.self) { try open(file, use, writable: writable) }
        #expect(error?.exitStatus == 65 && error?.file == file.path)
        return error.map { "\($0)" } ?? ""
    }

    private var numbered: [UInt8] { (0..<40).flatMap { [UInt8](repeating: UInt8($0), count: 512) } }

    @Test func writesStayInTheOverlay() throws {
        let file = try TemporaryFile(numbered)
        let image = try open(file)
        #expect(image.isThrowAway && image.isWritable && image.sectorCount == 40)
        #expect(image.put(0xAA, 6, 4) && image.put(0xBB, 39))
        #expect(
            image.bytes(5, 6)?.enumerated().allSatisfy { index, byte in
                byte == ([5, 0xAA, 0xAA, 0xAA, 0xAA, 10] as [UInt8])[index / 512]
            } == true)
        #expect(image.bytes(39)?.last == 0xBB && image.flush() && file.bytes == numbered)
    }

    @Test func writesReachTheFileWhenWanted() throws {
        let file = try TemporaryFile(numbered)
        let image = try open(file, writable: true)
        #expect(!image.isThrowAway && image.put(0xAA, 6, 2) && image.flush() && image.problem == nil)
        var expected = numbered
        expected.replaceSubrange(6 * 512..<8 * 512, with: [UInt8](repeating: 0xAA, count: 1024))
        #expect(file.bytes == expected)
    }

    @Test func anImageIsLockedWhileItIsInUse() throws {
        let file = try TemporaryFile(numbered)
        try withExtendedLifetime(open(file, writable: true)) {
            let error = #expect(throws: ImageError.self) { try open(file) }
            #expect(error?.exitStatus == 66 && error?.problem.contains("in use") == true)
        }
        try withExtendedLifetime([open(file), open(file)]) {
            _ = #expect(throws: ImageError.self) { try open(file, writable: true) }
        }
    }

    @Test func oddSizesAreRefused() throws {
        #expect(try problem([]).contains("empty"))
        #expect(try problem([UInt8](repeating: 0, count: 1000)).contains("512"))
        #expect(try problem([UInt8](repeating: 0, count: 3000 * 512), .floppy).contains("no floppy disk"))
        #expect(try problem([UInt8](repeating: 0, count: 1024), .floppy, writable: true).contains("--write"))
        #expect(throws: ImageError.self) {
            try ImageOpener.open(DriveImage(path: "/tmp"), for: .disk, writable: false)
        }
        #expect(throws: ImageError.self) {
            try ImageOpener.open(DriveImage(path: "/nowhere/x.img"), for: .disk, writable: false)
        }
    }

    @Test func aSmallFloppyImageLiesOnAWholeDisk() throws {
        let image = try open(try TemporaryFile(numbered), .floppy)
        #expect(image.sectorCount == 2880 && image.bytes(39)?.first == 39 && image.bytes(40)?.first == 0)
        #expect(image.bytes(38, 4)?.suffix(1024).allSatisfy { $0 == 0 } == true)
        #expect(image.put(1, 2879) && image.bytes(2879)?.first == 1)
    }

    @Test func aDiscIsReadOnlyAndHasWholeSectors() throws {
        let image = try open(try TemporaryFile([UInt8](repeating: 7, count: 5 * 512)), .cd)
        #expect(image.sectorCount == 8 && !image.isWritable && !image.put(1, 0) && !image.isThrowAway)
        #expect(image.bytes(4)?.first == 7 && image.bytes(5)?.first == 0)
    }

    @Test func fixedVHDsAreReadAndWritten() throws {
        let file = try TemporaryFile(numbered + vhdFooter(kind: 2, size: 40 * 512))
        let image = try open(file, writable: true)
        #expect(image.sectorCount == 40 && image.put(9, 3))
        #expect(file.bytes[3 * 512] == 9 && file.bytes.suffix(512).starts(with: "conectix".utf8))
        #expect(try problem(numbered + vhdFooter(kind: 3, size: 40 * 512)).contains("dynamic"))
        #expect(try problem(numbered + vhdFooter(kind: 2, size: 41 * 512)).contains("may be truncated"))
        var damaged = numbered + vhdFooter(kind: 2, size: 40 * 512)
        damaged[damaged.count - 1] = 1
        #expect(try problem(damaged).contains("checksum"))
    }

    private func vhdFooter(kind: UInt32, size: UInt64) -> [UInt8] {
        var footer = [UInt8](repeating: 0, count: 512)
        footer.replaceSubrange(0..<8, with: "conectix".utf8)
        footer.replaceSubrange(48..<56, with: bigEndian(size, 8))
        footer.replaceSubrange(60..<64, with: bigEndian(UInt64(kind), 4))
        let sum = footer.reduce(UInt32(0)) { $0 &+ UInt32($1) }
        footer.replaceSubrange(64..<68, with: bigEndian(UInt64(~sum), 4))
        return footer
    }

    private func bigEndian(_ value: UInt64, _ count: UInt64) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    // MARK: qcow2

    /// A disk of four clusters of 512 bytes: one plain, one compressed, one empty, one marked as zeros.
    private func qcow2(_ change: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
        var image = [UInt8](repeating: 0, count: 6 * 512)
        func put(_ value: UInt64, _ count: UInt64, at offset: Int) {
            image.replaceSubrange(offset..<offset + Int(count), with: bigEndian(value, count))
        }
        image.replaceSubrange(0..<4, with: [0x51, 0x46, 0x49, 0xFB])
        put(3, 4, at: 4)
        put(9, 4, at: 20)
        put(4 * 512, 8, at: 24)
        put(1, 4, at: 36)
        put(512, 8, at: 40)
        put(104, 4, at: 100)
        put(1024 | 1 << 63, 8, at: 512)
        put(3 * 512 | 1 << 63, 8, at: 1024)
        // Compressed: stored deflate block of 512 bytes at 800h, spanning two sectors.
        put(1 << 62 | 1 << 61 | 0x800, 8, at: 1032)
        put(1, 8, at: 1048)
        image.replaceSubrange(3 * 512..<4 * 512, with: [UInt8](repeating: 0x11, count: 512))
        image.replaceSubrange(0x800..<0x805, with: [1, 0x00, 0x02, 0xFF, 0xFD])
        image.replaceSubrange(0x805..<0x805 + 512, with: [UInt8](repeating: 0x22, count: 512))
        change(&image)
        return image
    }

    @Test func qcow2ClustersAreFound() throws {
        let image = try open(try TemporaryFile(qcow2()))
        #expect(image.sectorCount == 4 && image.isThrowAway)
        #expect((0..<4).map { image.bytes($0)?.last } == [0x11, 0x22, 0, 0])
        #expect(image.put(0x33, 1) && image.bytes(1)?.first == 0x33 && image.bytes(0)?.first == 0x11)
    }

    @Test func qcow2ThatCannotBeReadIsRefused() throws {
        #expect(try problem(qcow2(), writable: true).contains("--write"))
        #expect(try problem(qcow2 { $0[15] = 200 }).contains("backing file"))
        #expect(try problem(qcow2 { $0[7] = 4 }).contains("version 4"))
        #expect(try problem(qcow2 { $0[23] = 40 }).contains("2^40"))
        #expect(try problem(qcow2 { $0[35] = 1 }).contains("encrypted"))
        #expect(try problem(qcow2 { $0[79] = 4 }).contains("features"))
        #expect(try problem(qcow2 { $0[24] = 0x7F }).contains("first-level"))
        #expect(try problem(qcow2 { $0[40] = 0x7F }).contains("past the file"))
        #expect(try problem(Array(qcow2().prefix(60))).contains("ends inside"))
    }

    @Test(arguments: [11, 12, 13, 14] as [UInt64]) func aDamagedQCOW2IsNoMoreThanUnreadable(seed: UInt64) throws {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<300 {
            let bytes = qcow2 { image in
                for _ in 0..<1 + random(6) { image[4 + random(1076)] = UInt8(random(256)) }
                if random(4) == 0 { image.removeLast(random(5) * 512) }
            }
            guard let image = try? open(try TemporaryFile(bytes)) else { continue }
            for sector in 0..<min(image.sectorCount, 16) { _ = image.bytes(sector) }
            _ = image.bytes(image.sectorCount - 1)
        }
    }

    // MARK: Kinds

    @Test func drivesAreToldFromTheirFirstAndLastBytes() throws {
        func kind(_ bytes: [UInt8]) throws -> ImageKind? {
            let file = try TemporaryFile(bytes)
            return withExtendedLifetime(file) { ImageKind.ofDrive(path: file.path) }
        }
        var sector = [UInt8](repeating: 0, count: 512)
        sector.replaceSubrange(510..<512, with: [0x55, 0xAA])
        #expect(try kind(sector) == .floppy)
        #expect(try kind(sector + [UInt8](repeating: 0, count: 4 << 20)) == .disk)
        var disc = [UInt8](repeating: 0, count: 18 * 2048)
        disc.replaceSubrange(32_769..<32_774, with: "CD001".utf8)
        #expect(try kind(disc) == .cdrom)
        #expect(try kind(qcow2()) == .disk)
        #expect(try kind(numbered + vhdFooter(kind: 2, size: 40 * 512)) == .disk)
        #expect(try kind(numbered) == nil)
    }
}

@Suite struct LogicalGeometryTests {
    private func geometry(_ sectors: Int, _ change: (inout [UInt8]) -> Void = { _ in }) throws -> LogicalGeometry {
        var bytes = [UInt8](repeating: 0, count: 512)
        change(&bytes)
        let source = MemorySource(bytes, sectorCount: UInt64(sectors))
        return LogicalGeometry(of: BlockImage(source, name: "x"))
    }

    private func partition(_ bytes: inout [UInt8], heads: UInt8, sectors: UInt8) {
        bytes[510] = 0x55
        bytes[511] = 0xAA
        bytes[446 + 5] = heads - 1
        bytes[446 + 6] = sectors
        bytes[446 + 12] = 1
    }

    @Test func aDiskIsCutBySizeOrByItsPartitions() throws {
        #expect(try geometry(40_960).physical == DiskGeometry(cylinders: 40, heads: 16, sectors: 63))
        #expect(try geometry(40_960).translation == .none)
        #expect(try geometry(4_000_000).translation == .lba)
        let old = try geometry(41_820) { partition(&$0, heads: 4, sectors: 17) }
        #expect(old.physical == DiskGeometry(cylinders: 615, heads: 4, sectors: 17) && old.translation == .none)
        let large = try geometry(40_960) { partition(&$0, heads: 255, sectors: 63) }
        #expect(large.physical.heads == 16 && large.translation == .lba)
    }
}
