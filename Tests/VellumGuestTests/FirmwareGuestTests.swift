import Foundation
import Testing
import Vellum

/// Disk images that boot through SeaBIOS, from Debian's packages or made here with its tools.
@Suite struct FirmwareGuestTests {
    private static let grub = "/usr/lib/grub-rescue/grub-rescue-"

    /// The firmware waits in HLT, which takes hardly any instructions: the slices are short.
    @Test func seaBIOSTellsItsStoryAndShowsItsBootMenu() throws {
        let guest = try GuestRunner(Self.grub + "cdrom.iso") { $0.firmware.menu = true }
        #expect(guest.run(until: 100_000_000, slice: 5_000) { $0.machine.screenText.contains("ESC for boot menu") })
        guest.machine.type("\u{1B}")
        #expect(guest.run(until: 100_000_000, slice: 5_000) { $0.machine.screenText.contains("CD-ROM ATAPI-6") })
        let screen = guest.machine.screenText
        #expect(screen.contains("Select boot device") && screen.contains("1. DVD/CD [ata1-0: VELLUM"), "\(screen)")
        #expect(guest.debug.contains("SeaBIOS (version 1.") && guest.debug.contains("Found QEMU fw_cfg"))
    }

    @Test(arguments: [ImageKind.floppy, .cdrom]) func grubAnswersAndHalts(kind: ImageKind) throws {
        let path = Self.grub + (kind == .floppy ? "floppy.img" : "cdrom.iso")
        let guest = try GuestRunner(path, kind: kind)
        #expect(guest.run(until: 2_000_000_000) { $0.machine.screenText.contains("Press enter to boot") })
        guest.machine.type("c")
        #expect(guest.run(until: 500_000_000) { $0.machine.screenText.contains("grub>") })
        guest.machine.type("ls\n")
        let drive = kind == .floppy ? "(fd0)" : "(cd)"
        #expect(guest.run(until: 500_000_000) { $0.machine.screenText.contains(drive) }, "\(guest.machine.screenText)")
        guest.machine.type("halt\n")
        _ = guest.run(until: 1_000_000_000) { $0.report != nil }
        #expect(guest.report?.reason == .powerOff, "\(guest.machine.screenText)")
    }

    @Test func syslinuxStartsAMultibootKernelFromAFloppy() throws {
        let work = try Workspace()
        try work.write("DEFAULT invaders\nLABEL invaders\n  KERNEL mboot.c32\n  APPEND invaders.exec\n", "syslinux.cfg")
        let modules = "/usr/lib/syslinux/modules/bios/"
        try work.run("truncate", "-s", "1440K", "floppy.img")
        try work.run("mformat", "-i", "floppy.img", "-f", "1440", "::")
        try work.run("syslinux", "--install", "floppy.img")
        try work.run(
            "mcopy", "-i", "floppy.img", "syslinux.cfg", modules + "mboot.c32", modules + "libcom32.c32",
            "/boot/invaders.exec", "::")
        let guest = try GuestRunner(work.path("floppy.img"))
        #expect(guest.machine.kind == .floppy)
        #expect(
            guest.run(until: 2_000_000_000) { $0.machine.screenText.contains("-*-") }, "\(guest.machine.screenText)")
    }

    @Test func linuxBootsFromAnISOLINUXCDAndSwitchesItselfOff() throws {
        let work = try Workspace()
        try FileManager.default.createDirectory(atPath: work.path("cd"), withIntermediateDirectories: true)
        try work.copy("/usr/lib/ISOLINUX/isolinux.bin", "cd/isolinux.bin")
        try work.copy("/usr/lib/syslinux/modules/bios/ldlinux.c32", "cd/ldlinux.c32")
        try work.copy(Guests.downloaded("linux"), "cd/linux")
        try work.copy(Guests.downloaded("initramfs.gz"), "cd/initramfs.gz")
        try work.write(
            "DEFAULT linux\nLABEL linux\n  KERNEL linux\n  INITRD initramfs.gz\n  APPEND console=ttyS0 panic=-1\n",
            "cd/isolinux.cfg")
        try work.run(
            "xorriso", "-as", "mkisofs", "-o", "linux.iso", "-b", "isolinux.bin", "-c", "boot.cat", "-no-emul-boot",
            "-boot-load-size", "4", "-boot-info-table", "cd")
        let guest = try GuestRunner(work.path("linux.iso"))
        _ = guest.run(until: 30_000_000_000, slice: 500_000_000) { $0.report != nil }
        #expect(guest.report?.reason == .powerOff, "\(guest.serial.suffix(2000))")
        #expect(guest.serial.contains("init: sum 97406784") && guest.serial.contains("init: forked 100"))
    }
}
