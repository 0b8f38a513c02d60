/// The end of what a guest sent to its serial port: as much as a terminal may want to show again.
struct SerialTail: Equatable {
    private(set) var bytes: [UInt8] = []
    static let limit = 65_536

    mutating func append(_ byte: UInt8) {
        bytes.append(byte)
        // Whole lines go, and not one byte at a time.
        guard bytes.count >= SerialTail.limit * 2 else { return }
        bytes.removeFirst(SerialTail.limit)
        if let newline = bytes.firstIndex(of: 0x0A) { bytes.removeFirst(newline + 1) }
    }
}
