import VellumDecoder
import VellumExecution
import VellumIA32

/// Disassembly around a place.
struct CodeListing {
    private let view: GuestView
    private let disassembler: Disassembler
    private var base: UInt32 { view.state[.cs].base }
    private var is32: Bool { view.state[.cs].isBig && !(view.state.isVirtual8086 || !view.state.isProtected) }

    /// Nil when the decoder cannot start.
    init?(_ view: GuestView) {
        guard let disassembler = try? Disassembler() else { return nil }
        self.view = view
        self.disassembler = disassembler
    }

    /// Up to `before` instructions before EIP, the one there, and `after` behind it.
    func lines(around eip: UInt32, before: Int = 4, after: Int = 4) -> [CodeLine] {
        var lines = linesBefore(eip, before)
        var next = eip
        for index in 0...after {
            guard let line = line(at: next, isPlace: index == 0) else { break }
            lines.append(line)
            next = next &+ UInt32(line.bytes.count)
        }
        return lines
    }

    /// The instruction at a place; nil where there is no memory.
    func line(at eip: UInt32, isPlace: Bool = false) -> CodeLine? {
        let bytes = view.bytes(base &+ eip, 15)
        guard !bytes.isEmpty else { return nil }
        let line = bytes.withUnsafeBytes { disassembler.disassemble($0, codeSize32: is32, address: eip) }
        return CodeLine(
            eip: eip, bytes: Array(bytes.prefix(max(1, line.length))), text: line.text, isPlace: isPlace)
    }

    /// Instructions have no marks: of the places some way before, the first from which decoding arrives at EIP is taken.
    private func linesBefore(_ eip: UInt32, _ count: Int) -> [CodeLine] {
        for distance in stride(from: min(UInt32(count * 8), eip), to: 0, by: -1) {
            var next = eip - distance
            var found: [CodeLine] = []
            while next < eip, let line = line(at: next), !line.text.hasPrefix("db ") {
                found.append(line)
                next = next &+ UInt32(line.bytes.count)
            }
            if next == eip { return Array(found.suffix(count)) }
        }
        return []
    }
}
