import Glibc

/// The host's clock, in nanoseconds from some start.
enum HostClock {
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Seconds that the host's time zone is ahead of UTC now.
    static var zoneOffset: Int64 {
        var (now, parts) = (Glibc.time(nil), tm())
        guard localtime_r(&now, &parts) != nil else { return 0 }
        return Int64(parts.tm_gmtoff)
    }
}

/// Keeps virtual time with the host's: where the guest is ahead the host waits, where it is behind virtual time is
/// moved on, never past something that a device plans.
struct Pacer: Equatable {
    /// Host time less virtual time at the start.
    private let origin: UInt64

    /// What to do now.
    enum Step: Equatable {
        case go
        /// Nanoseconds of host time to wait.
        case wait(UInt64)
        /// Nanoseconds of virtual time to skip.
        case skip(UInt64)
    }

    /// Differences below a millisecond are left alone.
    static let tolerance: UInt64 = 1_000_000

    init(host: UInt64, virtual: UInt64) { origin = host &- virtual }

    func step(host: UInt64, virtual: UInt64, deadline: UInt64?) -> Step {
        let target = host &- origin
        if virtual > target, virtual - target > Pacer.tolerance { return .wait(virtual - target) }
        guard target > virtual, target - virtual > Pacer.tolerance else { return .go }
        let end = min(target, max(deadline ?? target, virtual))
        return end > virtual ? .skip(end - virtual) : .go
    }

    /// Nanoseconds of host time until virtual time `deadline`.
    func wait(until deadline: UInt64, host: UInt64) -> UInt64 {
        let target = host &- origin
        return deadline > target ? deadline - target : 0
    }

    /// Virtual time as the host's clock has it.
    func virtualTime(host: UInt64) -> UInt64 { host &- origin }
}
