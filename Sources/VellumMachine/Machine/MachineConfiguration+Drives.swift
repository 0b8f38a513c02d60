import VellumDevices

extension MachineConfiguration {
    /// The drives, with the image in the one that it is for.
    func drives(for kind: ImageKind) -> DriveConfiguration {
        var drives = drives
        switch kind {
        case .floppy: drives.floppyA = image.drive
        case .disk: drives.diskA = image.drive
        case .cdrom: drives.cdrom = image.drive
        default: break
        }
        return drives
    }

    /// What firmware is told: the drives to boot from, the image's own first where nothing else was asked for.
    func bootSetup(_ plan: BootPlan) -> BootSetup {
        var setup = BootSetup()
        guard let program = plan.firmware else { return setup }
        setup.videoFirmware = program.video
        setup.menu = firmware.menu
        setup.order = firmware.order.compactMap { CMOSSetup.BootDevice(letter: $0) }
        if setup.order.isEmpty {
            let first = CMOSSetup.BootDevice(plan.kind)
            setup.order = [first] + [.floppy, .hardDisk, .cd].filter { $0 != first }
        }
        return setup
    }
}

extension CMOSSetup.BootDevice {
    /// A drive's letter as QEMU's `-boot` takes it.
    init?(letter: Character) {
        switch letter {
        case "a": self = .floppy
        case "c": self = .hardDisk
        case "d": self = .cd
        default: return nil
        }
    }

    init(_ kind: ImageKind) {
        switch kind {
        case .floppy: self = .floppy
        case .cdrom: self = .cd
        default: self = .hardDisk
        }
    }
}

// What became of the images in the drives.
extension Machine {
    /// Images whose changes are thrown away with the machine.
    public var throwAwayImages: [String] { drives.images.filter(\.isThrowAway).map(\.name) }

    /// The first thing that went wrong while each image was written.
    public var driveProblems: [String] { drives.images.compactMap(\.problem) }

    /// Makes everything that the guest wrote to images last.
    public func flushDrives() {
        for image in drives.images { _ = image.flush() }
    }
}
