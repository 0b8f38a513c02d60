import ArgumentParser

/// Options that the contract names and this version does not have: each is refused with a line of its own, so that no
/// script believes that it worked.
struct LaterOptions: ParsableArguments {
    @Option(help: .hidden) var fda: String?
    @Option(help: .hidden) var fdb: String?
    @Option(help: .hidden) var hda: String?
    @Option(help: .hidden) var hdb: String?
    @Option(help: .hidden) var cdrom: String?
    @Option(help: .hidden) var boot: String?
    @Option(help: .hidden) var bios: String?
    @Option(help: .hidden) var vgabios: String?
    @Option(help: .hidden) var drive: [String] = []
    @Option(help: .hidden) var script: String?
    @Flag(help: .hidden) var write = false

    func validate() throws {
        let disks = "disks are not there yet; this version starts Multiboot, Linux and flat images"
        let firmware = "images are started without firmware so far"
        let given: [(String, Bool, String)] = [
            ("--fda", fda != nil, disks), ("--fdb", fdb != nil, disks), ("--hda", hda != nil, disks),
            ("--hdb", hdb != nil, disks), ("--cdrom", cdrom != nil, disks), ("--boot", boot != nil, disks),
            ("--write", write, disks), ("--bios", bios != nil, firmware), ("--vgabios", vgabios != nil, firmware),
            ("--drive", !drive.isEmpty, "DOS programs are not there yet"),
            ("--script", script != nil, "scripts are not there yet; use --max-instructions or --timeout"),
        ]
        if let (name, _, reason) = given.first(where: { $0.1 }) { throw ValidationError("\(name): \(reason).") }
    }
}
