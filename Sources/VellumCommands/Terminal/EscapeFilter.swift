/// Ctrl-A on the way from the terminal to the guest: the next key is ours.
struct EscapeFilter: Equatable {
    enum Command: Equatable {
        case quit
        case help
        /// From the screen to the serial port, or back.
        case toggle
        /// A break on the serial port.
        case sendBreak
        /// The time in front of each line of the serial port, or no more.
        case timestamps
        /// To the monitor's prompt, or back.
        case monitor
    }

    private static let prefix: UInt8 = 0x01
    private var escaped = false

    /// What goes to the guest, and what is for us.
    mutating func filter(_ bytes: some Sequence<UInt8>) -> (guest: [UInt8], commands: [Command]) {
        var guest: [UInt8] = []
        var commands: [Command] = []
        for byte in bytes {
            guard escaped else {
                if byte == EscapeFilter.prefix { escaped = true } else { guest.append(byte) }
                continue
            }
            escaped = false
            switch byte {
            case UInt8(ascii: "x"), UInt8(ascii: "X"), 0x18: commands.append(.quit)
            case UInt8(ascii: "h"), UInt8(ascii: "H"), UInt8(ascii: "?"): commands.append(.help)
            case UInt8(ascii: "s"), UInt8(ascii: "S"): commands.append(.toggle)
            case UInt8(ascii: "b"), UInt8(ascii: "B"): commands.append(.sendBreak)
            case UInt8(ascii: "t"), UInt8(ascii: "T"): commands.append(.timestamps)
            case UInt8(ascii: "c"), UInt8(ascii: "C"): commands.append(.monitor)
            case EscapeFilter.prefix: guest.append(byte)
            default: break
            }
        }
        return (guest, commands)
    }

    static let help = [
        " Ctrl-A x       end the run ",
        " Ctrl-A s       the serial port instead of the screen, and back ",
        " Ctrl-A b       send a break to the serial port ",
        " Ctrl-A t       show the time in front of serial lines, or no more ",
        " Ctrl-A c       the monitor (help lists its commands), and back ",
        " Ctrl-A Ctrl-A  send Ctrl-A to the guest ",
        " Ctrl-A h       this help; any key takes it away ",
    ]
}
