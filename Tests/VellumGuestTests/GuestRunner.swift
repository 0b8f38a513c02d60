import Foundation
import Testing
import Vellum

/// Where guests lie on this machine.  Set-up brings them (`.ci/setup test`, `.ci/guests`);
/// a missing one fails its test.
enum Guests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func kernel(_ name: String) -> String {
        root.appendingPathComponent("benchmarks/guests/build/guest/\(name).elf").path
    }

    static func native(_ name: String) -> String {
        root.appendingPathComponent("benchmarks/guests/build/native/\(name)").path
    }

    /// A guest's source among the tests.
    static func source(_ name: String) -> String {
        root.appendingPathComponent("Tests/VellumGuestTests/Resources/asm/\(name)").path
    }

    static func downloaded(_ name: String) -> String {
        root.appendingPathComponent(".tools/guests/\(name)").path
    }
}

/// A machine with a guest, run in slices until something shows on its screen or its serial port.
final class GuestRunner: MachineObserver {
    let machine: Machine
    private var sent: [UInt8] = []
    private var debugBytes: [UInt8] = []
    private(set) var report: ExitReport?

    init(
        _ path: String, commandLine: String = "", memory: Int = 64 << 20,
        modules: [String] = [], kind: ImageKind? = nil,
        adjust: (inout MachineConfiguration) -> Void = { _ in }
    ) throws {
        var image = try BootImage(path: path, kind: kind)
        image.commandLine = commandLine
        for module in modules { try image.addModule(path: module) }
        var configuration = MachineConfiguration(image: image)
        configuration.memory = memory
        if image.kind?.isDrive == true { configuration.onReset = .reboot }
        adjust(&configuration)
        machine = try Machine(configuration)
        machine.observer = self
    }

    func machine(_ machine: Machine, didSendSerial byte: UInt8) { sent.append(byte) }

    func machine(_ machine: Machine, didWriteDebug byte: UInt8, port: UInt16) { debugBytes.append(byte) }

    var serial: String { String(decoding: sent, as: UTF8.self) }

    /// What the guest or its firmware wrote to a debug port.
    var debug: String { String(decoding: debugBytes, as: UTF8.self) }

    /// Runs until `condition` holds, looking every `slice` instructions; false when the guest ended or `limit` more
    /// instructions went by.
    func run(until limit: UInt64, slice: UInt64 = 20_000_000, _ condition: (GuestRunner) -> Bool) -> Bool {
        let end = machine.instructions + limit
        while machine.instructions < end, report == nil {
            switch machine.advance(to: min(end, machine.instructions + slice)) {
            case .ran, .stopped: break
            case .idle: report = .halted
            case .ended(let ended): report = ended
            }
            if condition(self) { return true }
        }
        return condition(self)
    }

    /// Types at a person's pace: firmware has room for fifteen keys.
    func type(_ text: String) {
        for character in text {
            machine.type(String(character))
            _ = run(until: 4_000_000) { _ in false }
        }
    }

    /// Runs to the guest's own end.
    func finish() -> ExitReport { machine.run() }
}

/// What a run leaves behind that no setting of the engine may change.
struct Outcome: Equatable {
    var instructions: UInt64
    var hash: UInt64
    var serial: String
}
