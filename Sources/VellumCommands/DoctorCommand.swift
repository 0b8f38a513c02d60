import ArgumentParser
import Glibc
import VellumMachine

/// `vellum doctor`: what of the host's optional parts is there.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Says what of the host's optional parts is there.")

    func run() throws {
        for part in HostPart.all { print(part.line) }
        let terminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        let use = terminal ? "live display and keyboard" : "stdin or stdout is no terminal"
        print(HostPart.row(terminal, "terminal", use))
    }
}

/// Something on the host that Vellum can use and does not need.
struct HostPart {
    var name: String
    /// The first that exists counts.
    var paths: [String]
    var use: String
    var package: String

    static let all = [
        HostPart(
            name: "invaders", paths: ["/boot/invaders.exec"], use: "the guest of `make demo`", package: "grub-invaders"),
        HostPart(
            name: "memtest86+", paths: ["/boot/memtest86+ia32.bin"], use: "a memory tester to run",
            package: "memtest86+"),
        HostPart(
            name: "SeaBIOS", paths: [FirmwareOptions.systemPath], use: "firmware for disk images", package: "seabios"),
        HostPart(
            name: "VGA BIOS", paths: [FirmwareOptions.videoPath], use: "video firmware for disk images",
            package: "seabios"),
        HostPart(
            name: "dygraphs", paths: [PlotLibrary.scriptPath], use: "plots in the page of `vellum profile`",
            package: "libjs-dygraphs"),
        HostPart(
            name: "QEMU", paths: ["/usr/bin/qemu-system-i386"], use: "a peer for `make bench`",
            package: "qemu-system-x86"),
        HostPart(name: "Bochs", paths: ["/usr/bin/bochs"], use: "a peer for `make bench`", package: "bochs"),
    ]

    var line: String {
        if let path = paths.first(where: { access($0, R_OK) == 0 }) {
            return HostPart.row(true, name, "\(path): \(use)")
        }
        return HostPart.row(false, name, "\(use); apt-get install \(package)")
    }

    static func row(_ there: Bool, _ name: String, _ text: String) -> String {
        let padding = String(repeating: " ", count: max(1, 12 - name.count))
        return "\(there ? "yes" : "no ")  \(name)\(padding)\(text)"
    }
}
