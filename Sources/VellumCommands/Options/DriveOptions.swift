import ArgumentParser
import VellumMachine

/// The options that say what lies in the drives and what boots from them.
struct DriveOptions: ParsableArguments {
    @Option(help: ArgumentHelp("First floppy drive.", valueName: "file"))
    var fda: String?

    @Option(help: ArgumentHelp("Second floppy drive.", valueName: "file"))
    var fdb: String?

    @Option(help: ArgumentHelp("First hard disk: raw, qcow2 (for reading) or fixed VHD.", valueName: "file"))
    var hda: String?

    @Option(help: ArgumentHelp("Second hard disk.", valueName: "file"))
    var hdb: String?

    @Option(help: ArgumentHelp("CD-ROM drive: an ISO image.", valueName: "file"))
    var cdrom: String?

    @Option(help: "The drives to boot from, in order: a (floppy), c (hard disk), d (CD); or menu.")
    var boot: String?

    @Option(help: ArgumentHelp("Firmware instead of Debian's SeaBIOS.", valueName: "file"))
    var bios: String?

    @Option(help: ArgumentHelp("Video firmware instead of SeaBIOS's.", valueName: "file"))
    var vgabios: String?

    @Flag(help: "Let the guest change the images of disks and floppies; otherwise its writes are thrown away.")
    var write = false

    func validate() throws {
        guard let boot, boot != "menu" else { return }
        guard !boot.isEmpty, boot.allSatisfy({ "acd".contains($0) }) else {
            throw ValidationError("--boot takes letters of drives, a, c and d in the order wanted, or menu.")
        }
    }

    var drives: DriveConfiguration {
        var drives = DriveConfiguration()
        drives.floppyA = fda.map { DriveImage(path: $0) }
        drives.floppyB = fdb.map { DriveImage(path: $0) }
        drives.diskA = hda.map { DriveImage(path: $0) }
        drives.diskB = hdb.map { DriveImage(path: $0) }
        drives.cdrom = cdrom.map { DriveImage(path: $0) }
        drives.writable = write
        return drives
    }

    var firmware: FirmwareOptions {
        var firmware = FirmwareOptions()
        firmware.system = bios
        firmware.video = vgabios
        firmware.menu = boot == "menu"
        firmware.order = boot == "menu" ? "" : boot ?? ""
        return firmware
    }

    /// The image that stands for IMAGE when none is given: what is in the drive that is booted from.
    var bootImage: (path: String, kind: ImageKind)? {
        let drives: [Character: (String?, ImageKind)] = ["a": (fda, .floppy), "c": (hda, .disk), "d": (cdrom, .cdrom)]
        let order = boot == "menu" ? "" : boot ?? ""
        for letter in order + "acd" {
            if let (path, kind) = drives[letter], let path { return (path, kind) }
        }
        return nil
    }

    /// Refuses a drive that IMAGE is put into and an option names another image for.
    func check(_ kind: ImageKind) throws {
        let taken: [ImageKind: (String?, String)] = [
            .floppy: (fda, "--fda"), .disk: (hda, "--hda"), .cdrom: (cdrom, "--cdrom"),
        ]
        if let (path, option) = taken[kind], path != nil {
            throw ValidationError("\(option): IMAGE is a \(kind.rawValue) image already and takes this drive.")
        }
    }
}
