import VellumMachine

/// A line after GDB's `monitor`.
enum MonitorCommand: Equatable {
    case help
    case inspect(InspectionTopic)
    /// How EIP is shown; nil asks.
    case showAddresses(linear: Bool?)
    case unknown(String)

    init(_ line: String) {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        switch words.first {
        case nil, "help": self = .help
        case "info": self = MonitorCommand.information(Array(words.dropFirst()))
        case "pc":
            switch words.dropFirst().first {
            case nil: self = .showAddresses(linear: nil)
            case "linear": self = .showAddresses(linear: true)
            case "offset": self = .showAddresses(linear: false)
            default: self = .unknown("pc: expected linear or offset")
            }
        default: self = .unknown("no such command: \(words.joined(separator: " ").prefix(80))")
        }
    }

    private static func information(_ words: [String]) -> MonitorCommand {
        switch (words.first, words.count) {
        case ("registers", 1): return .inspect(.registers)
        case ("tlb", 1): return .inspect(.tlb)
        case ("cache", 1): return .inspect(.cache)
        case ("mem", 1): return .inspect(.memoryMap)
        case ("pg", 1): return .inspect(.pages)
        case ("time", 1): return .inspect(.time)
        case ("fragments", 2):
            guard let address = Address(argument: words[1]) else {
                return .unknown("info fragments: expected a linear address, decimal or as 0x…")
            }
            return .inspect(.fragments(address.value))
        default:
            return .unknown("info: expected registers, tlb, cache, fragments ADDRESS, mem, pg or time")
        }
    }

    /// What needs no debugger.
    static let informationHelp = """
        help                    this list
        info registers          all registers, with the hidden parts of segments
        info tlb                what the soft TLB holds
        info cache              the translation cache
        info fragments ADDRESS  the fragments that hold the code at a linear address, with their micro-ops
        info mem                the page tables as ranges with equal rights
        info pg                 the page tables, page by page
        info time               instructions executed, and virtual time

        """

    static let helpText =
        informationHelp + """
            phys on|off             memory is read and written at physical addresses, or at linear ones
            pc linear|offset        eip is shown with the base of CS added, or as it is

            """
}
