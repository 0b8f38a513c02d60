import ArgumentParser
import Testing
import VellumMachine

@testable import VellumCommands

@Suite struct OptionTests {
    private func parse(_ arguments: String...) throws -> RunCommand {
        try #require(try VellumCommand.parseAsRoot(["run"] + arguments) as? RunCommand)
    }

    @Test func optionsStandBeforeOrAfterTheImage() throws {
        for command in [try parse("-m", "16M", "kernel"), try parse("kernel", "-m", "16M")] {
            #expect(command.image == "kernel")
            #expect(command.machine.memory.bytes == 16 << 20)
        }
    }

    @Test func argumentsStandAfterTheDashes() throws {
        let command = try parse("kernel", "--stats", "-", "--", "-x", "y")
        #expect(command.arguments == ["-x", "y"])
        #expect(command.options.stats == "-")
    }

    @Test func textMayBeginWithADash() throws {
        #expect(try parse("kernel", "--append", "-v console=ttyS0").machine.append == "-v console=ttyS0")
    }

    @Test func engineOptions() throws {
        let command = try parse("k", "--no-chaining", "--no-passes", "--cache-size", "256K", "--block-limit", "1")
        var configuration = MachineConfiguration(image: BootImage(name: "k", bytes: []))
        command.engine.apply(to: &configuration)
        #expect(!configuration.chaining && !configuration.passes)
        #expect(configuration.cacheSize == 256 << 10)
        #expect(configuration.blockLimit == 1)
    }

    @Test(arguments: [
        ["k", "-m", "5G"], ["k", "-m", "0"], ["k", "-m", "x"], ["k", "--entry", "0x10"], ["k", "--load", "zz"],
        ["k", "--load", "0", "--mode", "64"], ["k", "--cpu", "z80"], ["k", "--mips", "0"],
        ["k", "--rtc", "1999-99-99"],
        ["k", "--serial", "tcp:1"], ["k", "--timeout", "-1"], ["k", "--max-instructions", "0"],
        ["k", "--debug-exit", "0x10000"], ["k", "--cache-size", "1"],
        ["k", "--block-limit", "0"], ["k", "extra"], [], ["--boot", "c"], ["k", "--boot", "x"],
        ["k", "--drive", "C"], ["k", "--drive", "Z=."], ["k", "--drive", "C=a", "--drive", "c=b"],
        ["k", "--boot", ""], ["k", "--unknown"],
    ]) func usageErrorsHaveStatus64(_ arguments: [String]) {
        do {
            _ = try VellumCommand.parseAsRoot(["run"] + arguments)
            Issue.record("accepted: \(arguments)")
        } catch {
            #expect(VellumCommand.exitCode(for: error).rawValue == 64)
        }
    }

    @Test func drivesAreNamedByTheirOptions() throws {
        let options = try parse(
            "--fda", "a.img", "--hda", "c.qcow2", "--hdb", "d.vhd", "--cdrom", "e.iso", "--boot", "da", "--write",
            "--bios", "b.bin", "--vgabios", "v.bin"
        ).drives
        #expect(options.drives.floppyA == DriveImage(path: "a.img") && options.drives.floppyB == nil)
        #expect(options.drives.diskA?.name == "c.qcow2" && options.drives.diskB?.name == "d.vhd")
        #expect(options.drives.cdrom?.name == "e.iso" && options.drives.writable)
        #expect(options.firmware.system == "b.bin" && options.firmware.video == "v.bin")
        #expect(options.firmware.order == "da" && !options.firmware.menu)
        #expect(options.bootImage?.path == "e.iso" && options.bootImage?.kind == .cdrom)
        #expect(try parse("--hda", "x", "--boot", "menu").drives.bootImage?.kind == .disk)
    }

    @Test func sizes() {
        #expect(MemorySize(argument: "64")?.bytes == 64 << 20)
        #expect(MemorySize(argument: "640K")?.bytes == 640 << 10)
        #expect(MemorySize(argument: "1GiB")?.bytes == 1 << 30)
        #expect(MemorySize(argument: "16mb")?.bytes == 16 << 20)
        #expect(CacheSize(argument: "65536")?.bytes == 65536)
        for text in ["", "M", "-1", "1.5G", "99999999999999999G", "0x10"] { #expect(MemorySize(argument: text) == nil) }
        #expect(Address(argument: "0x7C00")?.value == 0x7C00)
        #expect(Address(argument: "31744")?.value == 0x7C00)
        #expect(Address(argument: "0x100000000") == nil)
    }

    @Test func dates() {
        #expect(ISODate.seconds("1970-01-01") == 0)
        #expect(ISODate.seconds("2000-01-01T00:00:00") == 946_684_800)
        #expect(ISODate.seconds("2024-02-29T12:34:56Z") == 1_709_210_096)
        #expect(ISODate.seconds("2038-01-19T03:14:07Z") == 2_147_483_647)
        for text in ["", "2000", "2000-13-01", "2001-02-29", "2000-01-01T24:00", "2000-01-01T1", "x-y-z"] {
            #expect(ISODate.seconds(text) == nil)
        }
    }

    @Test func serialTargets() {
        #expect(SerialTarget(argument: "file:/tmp/x") == .file("/tmp/x"))
        #expect(SerialTarget(argument: "pty") == .pty)
        #expect(SerialTarget(argument: "file:") == nil)
    }
}
