/// A date and time of day, as DOS keeps them: no time zone.
package struct Moment: Equatable, Sendable {
    package var year: Int
    package var month: Int
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int

    package init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// From seconds since the start of 1970.
    package init(seconds: Int64) {
        let clamped = min(max(seconds, 0), 8_000_000_000)
        let days = Int(clamped / 86_400)
        let rest = Int(clamped % 86_400)
        let date = Moment.date(daysSince1970: days)
        self.init(
            year: date.year, month: date.month, day: date.day, hour: rest / 3600, minute: rest / 60 % 60,
            second: rest % 60)
    }

    /// Seconds since the start of 1970.
    package var seconds: Int64 {
        Int64(Moment.days(year: year, month: month, day: day)) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// Sunday is 0.
    package var weekday: Int { (Moment.days(year: year, month: month, day: day) + 4) % 7 }

    package static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    package static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01, for years from 1970 on.
    package static func days(year: Int, month: Int, day: Int) -> Int {
        let before = year - 1
        let leaps = before / 4 - before / 100 + before / 400 - 477
        let months = (1..<max(month, 1)).reduce(0) { $0 + daysIn(month: $1, year: year) }
        return (year - 1970) * 365 + leaps + months + day - 1
    }

    private static func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        var year = 1970 + days / 366
        while Moment.days(year: year + 1, month: 1, day: 1) <= days { year += 1 }
        var rest = days - Moment.days(year: year, month: 1, day: 1)
        var month = 1
        while rest >= daysIn(month: month, year: year) {
            rest -= daysIn(month: month, year: year)
            month += 1
        }
        return (year, month, rest + 1)
    }
}
