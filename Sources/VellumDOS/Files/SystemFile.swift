/// The character devices that DOS has without drivers.
package enum DeviceKind: String, CaseIterable, Codable, Sendable {
    case console = "CON"
    case auxiliary = "AUX"
    case printer = "PRN"
    case null = "NUL"
    case clock = "CLOCK$"

    /// The device that a name stands for, whatever its extension and directory.
    package init?(_ name: DOSName) {
        switch String(decoding: name.base, as: UTF8.self) {
        case "CON": self = .console
        case "AUX", "COM1", "COM2", "COM3", "COM4": self = .auxiliary
        case "PRN", "LPT1", "LPT2", "LPT3": self = .printer
        case "NUL": self = .null
        case "CLOCK$": self = .clock
        default: return nil
        }
    }

    /// The device information word of AH=44h, AL=00h.
    var information: UInt16 {
        switch self {
        case .console: 0x80D3
        case .auxiliary: 0x80C0
        case .printer: 0xA8C0
        case .null: 0x80C4
        case .clock: 0x80C8
        }
    }
}

/// An entry of the system file table: what a handle stands for.
final class SystemFile {
    enum Target {
        case device(DeviceKind)
        /// Standard input of `vellum` itself, redirected: a file that is read once.
        case input
        /// Standard output of `vellum` itself, redirected.
        case output
        case file(any StoredFile)
    }

    let target: Target
    /// The open mode: access in bits 0–2, sharing in bits 4–6, not inherited in bit 7.
    var mode: UInt8
    var references = 1
    var position = 0
    /// Drive number (0 is A) and path, for files.
    var drive: UInt8 = 0
    var path: [DOSName] = []
    var name: DOSName
    var attributes: FileAttributes = []
    /// Raw mode, for devices: bytes go through as they are.
    var isRaw = false
    var wasWritten = false
    /// The process whose FCBs it was opened for; zero for files with handles.
    var owner: UInt16 = 0

    init(_ target: Target, mode: UInt8, name: DOSName) {
        self.target = target
        self.mode = mode
        self.name = name
    }

    var canRead: Bool { mode & 7 != 1 }
    var canWrite: Bool { mode & 7 != 0 && mode & 7 != 7 }

    var isConsole: Bool { if case .device(.console) = target { true } else { false } }

    /// AH=44h, AL=00h.
    var information: UInt16 {
        switch target {
        case .device(let kind): kind.information & ~0x20 | (isRaw ? 0x20 : 0)
        case .input, .output: 0x0040 | 2
        case .file: UInt16(drive) | (wasWritten ? 0 : 0x40)
        }
    }
}
