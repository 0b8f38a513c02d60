import ArgumentParser
import Glibc
import VellumMachine

/// An amount of memory: a number with K, M or G; without one of them it counts MiB, as in QEMU.
struct MemorySize: ExpressibleByArgument, Equatable {
    var bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) { self.init(argument, unit: 1 << 20) }

    var defaultValueDescription: String { "\(bytes >> 20)M" }

    /// - Parameter unit: what a number without a letter counts.
    init?(_ text: String, unit: Int) {
        let shifts: [Character: Int] = ["k": 10, "m": 20, "g": 30]
        var digits = Substring(text.lowercased())
        for suffix in ["ib", "b"] where digits.hasSuffix(suffix) { digits = digits.dropLast(suffix.count) }
        var factor = unit
        if let last = digits.last, let shift = shifts[last] {
            digits = digits.dropLast()
            factor = 1 << shift
        }
        guard let number = Int(digits), number >= 0 else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        self.bytes = bytes
    }
}

/// The size of the translation cache; a bare number counts bytes.
struct CacheSize: ExpressibleByArgument, Equatable {
    var bytes: Int

    init?(argument: String) {
        guard let size = MemorySize(argument, unit: 1) else { return nil }
        bytes = size.bytes
    }
}

/// A physical address or a port: decimal, or hexadecimal as 0x….
struct Address: ExpressibleByArgument, Equatable {
    var value: UInt32

    init?(argument: String) {
        let text = argument.lowercased()
        let parsed = text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
        guard let parsed else { return nil }
        value = parsed
    }
}

/// When the real-time clock starts.
enum ClockStart: ExpressibleByArgument, Equatable {
    case host
    case seconds(Int64)

    init?(argument: String) {
        if argument == "host" {
            self = .host
        } else if let seconds = ISODate.seconds(argument) {
            self = .seconds(seconds)
        } else {
            return nil
        }
    }

    /// 2000-01-01T00:00:00.
    static let standard = ClockStart.seconds(946_684_800)

    /// Seconds since 1970, UTC.
    var seconds: Int64 {
        switch self {
        case .host: Int64(Glibc.time(nil))
        case .seconds(let seconds): seconds
        }
    }
}

/// ISO 8601 dates as the command line takes them: `2000-01-01`, `2000-01-01T12:30:00`, with or without a final Z.
enum ISODate {
    static func seconds(_ text: String) -> Int64? {
        let parts = text.split(whereSeparator: { $0 == "T" || $0 == " " }).map(String.init)
        guard let first = parts.first, parts.count <= 2 else { return nil }
        let date = first.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
        guard date.count == 3, let year = date[0], let month = date[1], let day = date[2],
            (1970...9999).contains(year), (1...12).contains(month), (1...daysIn(month, year)).contains(day)
        else { return nil }
        guard parts.count == 2 else { return days(year, month, day) * 86_400 }
        guard let time = timeOfDay(parts[1]) else { return nil }
        return days(year, month, day) * 86_400 + time
    }

    private static func timeOfDay(_ text: String) -> Int64? {
        let body = text.hasSuffix("Z") ? text.dropLast() : Substring(text)
        let fields = body.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard (2...3).contains(fields.count), let hour = fields[0], let minute = fields[1],
            let second = fields.count == 3 ? fields[2] : 0,
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    private static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func daysIn(_ month: Int64, _ year: Int64) -> Int64 {
        let lengths: [Int64] = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return lengths[Int(month - 1)]
    }

    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let before = year - 1
        let leaps = before / 4 - before / 100 + before / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400)
        let months = (1..<month).reduce(Int64(0)) { $0 + daysIn($1, year) }
        return (year - 1970) * 365 + leaps + months + day - 1
    }
}

/// Where the guest's first serial port leads.
enum SerialTarget: ExpressibleByArgument, Equatable {
    case stdio
    case none
    case file(String)
    case pty

    init?(argument: String) {
        switch argument {
        case "stdio": self = .stdio
        case "none": self = .none
        case "pty": self = .pty
        default:
            guard argument.hasPrefix("file:"), argument.count > 5 else { return nil }
            self = .file(String(argument.dropFirst(5)))
        }
    }
}

/// The speed of virtual time.
struct Speed: ExpressibleByArgument, Equatable {
    var timebase: Timebase

    init?(argument: String) {
        guard let timebase = Timebase(argument) else { return nil }
        self.timebase = timebase
    }
}

/// What drives virtual time.
enum ClockSource: String, ExpressibleByArgument, CaseIterable { case virtual, host }

enum DisplayKind: String, ExpressibleByArgument, CaseIterable { case terminal, none }

extension ImageKind: ExpressibleByArgument {}
extension ProcessorName: ExpressibleByArgument {}
extension ResetPolicy: ExpressibleByArgument {}
