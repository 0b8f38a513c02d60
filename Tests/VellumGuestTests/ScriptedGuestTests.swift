import Foundation
import Testing
import Vellum

/// Guests used by scripts, as a person runs them: the command, a script, and the status with which the script quits.
@Suite struct ScriptedGuestTests {
    private struct Run {
        var status: Int32
        var output: String
        var errors: String
    }

    private static let scripts = Guests.root.appendingPathComponent("Tests/VellumGuestTests/Resources/scripts")

    /// Runs `vellum run` in a directory; output that is not text is shown as well as it can be.
    private static func vellum(_ arguments: [String], script: String? = nil, in work: Workspace) throws -> Run {
        let process = Process()
        process.executableURL = Guests.root.appendingPathComponent(".build/release/vellum")
        process.arguments = ["run"] + arguments
        if let script { process.arguments? += ["--script", scripts.appendingPathComponent(script).path] }
        process.currentDirectoryURL = work.url
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (work.path("output"), work.path("errors"))
        for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        try process.run()
        process.waitUntilExit()
        func text(_ path: String) throws -> String {
            String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        }
        return Run(status: process.terminationStatus, output: try text(output), errors: try text(errors))
    }

    @Test func iPXEAnswersAtItsPrompt() throws {
        let run = try Self.vellum(["/usr/lib/ipxe/ipxe.iso"], script: "ipxe.script", in: Workspace())
        #expect(run.status == 7, "\(run.errors)")
    }

    @Test func memtestGoesThroughAWholePassWithoutAnError() throws {
        let run = try Self.vellum(
            ["/usr/lib/memtest86+/memtest86+ia32.iso", "-m", "16M"], script: "memtest.script", in: Workspace())
        #expect(run.status == 7, "\(run.errors)")
    }

    @Test func debiansInstallerShowsItsFirstDialogsAndTakesAnAnswer() throws {
        let folder = Guests.downloaded("installer")
        let run = try Self.vellum(
            [
                folder + "/linux", "--initrd", folder + "/initrd.gz", "-m", "256M", "--append",
                "console=ttyS0,115200 TERM=vt102",
            ], script: "installer.script", in: Workspace())
        #expect(run.status == 7, "\(run.errors)")
    }

    /// A 20 MB disk with one partition of type 6 from sector 63 on, and what stands in it.
    private static func disk(_ partition: Data) -> Data {
        let count = partition.count / 512
        var sector = [UInt8](repeating: 0, count: 512)
        sector[450] = 6
        for byte in 0..<4 {
            sector[454 + byte] = UInt8(firstSector >> (byte * 8) & 0xFF)
            sector[458 + byte] = UInt8(count >> (byte * 8) & 0xFF)
        }
        sector.replaceSubrange(510..., with: [0x55, 0xAA])
        return Data(sector) + Data(count: (firstSector - 1) * 512) + partition
    }

    private static let firstSector = 63
    private static let partitionBytes = (20 << 20) - firstSector * 512

    @Test func gnuMachReadsThePartitionsOfADiskAndAsksForItsBootModules() throws {
        let work = try Workspace()
        try work.write(Self.disk(Data(count: Self.partitionBytes)), "disk.img")
        let run = try Self.vellum(
            [Guests.downloaded("gnumach.gz"), "--append", "console=com0", "--hda", "disk.img"],
            script: "gnumach.script", in: work)
        #expect(run.status == 7, "\(run.errors)")
    }

    @Test func linuxFillsADiskThatTheHostFindsInOrder() throws {
        let work = try Workspace()
        try work.write(Data(count: Self.partitionBytes), "partition.img")
        try work.run("mkfs.vfat", "-F", "16", "-n", "VELLUM", "partition.img")
        let empty = try Data(contentsOf: work.url.appendingPathComponent("partition.img"))
        try work.write(Self.disk(empty), "disk.img")
        let run = try Self.vellum(
            [
                Guests.downloaded("linux"), "--initrd", Guests.downloaded("initramfs-disk.gz"), "--append",
                "console=ttyS0 panic=-1", "--hda", "disk.img", "--write",
            ], in: work)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("init: mounted") && run.output.contains("init: written"), "\(run.output)")
        let disk = try Data(contentsOf: work.url.appendingPathComponent("disk.img"))
        #expect(disk.count == 20 << 20 && disk.prefix(512) == Self.disk(empty).prefix(512))
        try work.write(disk.dropFirst(Self.firstSector * 512), "partition.img")
        try work.run("fsck.vfat", "-n", "partition.img")
        try work.run("mcopy", "-i", "partition.img", "::/one/two/A rather long name.bin", "copy")
        let busybox = Guests.root.appendingPathComponent(".tools/i386/bin/busybox")
        #expect(try Data(contentsOf: work.url.appendingPathComponent("copy")) == Data(contentsOf: busybox))
        // 200 files less the 111 whose numbers begin with 1, and the directory.
        #expect(try work.output("mdir", "-b", "-i", "partition.img", "::/one").split(separator: "\n").count == 90)
        try work.run("mcopy", "-i", "partition.img", "::/one/f77.txt", "text")
        #expect(try Data(contentsOf: work.url.appendingPathComponent("text")) == Data("file 77\n".utf8))
    }
}
