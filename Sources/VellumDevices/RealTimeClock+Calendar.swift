/// The time registers: they hold what the guest wrote, in the format that register B says.
extension RealTimeClock {
    private var binary: Bool { registers.memory[Register.b] & Bit.binary != 0 }
    private var hours24: Bool { registers.memory[Register.b] & Bit.hours24 != 0 }

    private func encode(_ value: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: binary ? value : (value / 10) << 4 | value % 10)
    }

    private func decode(_ byte: UInt8) -> Int {
        binary ? Int(byte) : Int(byte >> 4) * 10 + Int(byte & 15)
    }

    private func decode(register: Int) -> Int { decode(registers.memory[register]) }

    /// An hour; in 12-hour format bit 7 is PM and twelve is the first hour of its half.
    private func encodeHour(_ hour: Int) -> UInt8 {
        guard !hours24 else { return encode(hour) }
        return encode(hour % 12 == 0 ? 12 : hour % 12) | (hour >= 12 ? 0x80 : 0)
    }

    private func decodeHour(_ byte: UInt8) -> Int {
        guard !hours24 else { return decode(byte) }
        return decode(byte & 0x7F) % 12 + (byte & 0x80 != 0 ? 12 : 0)
    }

    /// Writes all time registers.
    func store(_ time: CalendarTime) {
        storeTime(time.hour * 3600 + time.minute * 60 + time.second)
        storeDate(time)
    }

    private func storeTime(_ second: Int) {
        registers.memory[Register.seconds] = encode(second % 60)
        registers.memory[Register.minutes] = encode(second / 60 % 60)
        registers.memory[Register.hours] = encodeHour(second / 3600 % 24)
    }

    private func storeDate(_ date: CalendarTime) {
        registers.memory[Register.weekday] = encode(date.weekday)
        registers.memory[Register.day] = encode(date.day)
        registers.memory[Register.month] = encode(date.month)
        registers.memory[Register.year] = encode(date.year % 100)
        registers.memory[Register.century] = encode(date.year / 100 % 100)
    }

    /// Seconds since midnight by the registers.
    private var secondOfDay: Int {
        decodeHour(registers.memory[Register.hours]) * 3600 + decode(register: Register.minutes) * 60
            + decode(register: Register.seconds)
    }

    /// Steps the clock.  The date registers are left alone before midnight, so that a guest that is writing them one
    /// by one does not see them change.
    func addSeconds(_ count: Int) {
        let total = secondOfDay + min(count, 1 << 40)
        storeTime(total % 86_400)
        if total >= 86_400 { addDays(total / 86_400) }
    }

    private func addDays(_ count: Int) {
        let year = decode(register: Register.century) * 100 + decode(register: Register.year)
        let month = min(max(decode(register: Register.month), 1), 12)
        let today = CalendarTime.days(year: year, month: month, day: decode(register: Register.day))
        let date = CalendarTime.date(daysSince1970: today + count)
        storeDate(CalendarTime(year: date.year, month: date.month, day: date.day))
    }

    /// Seconds, at least one, until the time next matches the alarm; nil when it never does.  An alarm byte of C0h or
    /// above matches everything (data sheet, "Alarm").
    var secondsToAlarm: UInt64? {
        let hour = alarm(Register.hoursAlarm, decodeHour)
        let minute = alarm(Register.minutesAlarm, decode)
        let second = alarm(Register.secondsAlarm, decode)
        let start = secondOfDay % 86_400
        var time = start + 1
        while time <= start + 86_400 {
            if !hour.matches(time / 3600 % 24) {
                time = (time / 3600 + 1) * 3600
            } else if !minute.matches(time / 60 % 60) {
                time = (time / 60 + 1) * 60
            } else if !second.matches(time % 60) {
                time += 1
            } else {
                return UInt64(time - start)
            }
        }
        return nil
    }

    private func alarm(_ register: Int, _ decode: (UInt8) -> Int) -> AlarmField {
        let byte = registers.memory[register]
        return byte >= 0xC0 ? .any : .only(decode(byte))
    }

    private enum AlarmField {
        case any
        case only(Int)

        func matches(_ value: Int) -> Bool {
            switch self {
            case .any: true
            case .only(let wanted): wanted == value
            }
        }
    }
}
