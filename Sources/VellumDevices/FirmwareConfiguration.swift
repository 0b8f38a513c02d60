/// QEMU's firmware configuration device (QEMU, docs/specs/fw_cfg): numbered items that firmware selects at port 510h
/// and reads byte by byte at 511h, with a directory of named files among them.
package final class FirmwareConfiguration: Device, PortDevice {
    package struct State: Codable, Equatable, Sendable {
        var key: UInt16 = 0
        var offset: UInt32 = 0
    }

    /// Keys that have a number of their own.
    enum Key {
        static let signature: UInt16 = 0x00, identity: UInt16 = 0x01, memory: UInt16 = 0x03
        static let processors: UInt16 = 0x05, bootMenu: UInt16 = 0x0E, maximumProcessors: UInt16 = 0x0F
        static let directory: UInt16 = 0x19, firstFile: UInt16 = 0x20
        static let timerAtInput2: UInt16 = 0x8002
    }

    private static let nameLength = 56

    package let ports: [ClosedRange<UInt16>] = [0x510...0x511]
    package var state = State()
    private var items: [UInt16: [UInt8]] = [:]
    private var names: [String] = []

    /// - Parameters:
    ///   - memory: bytes of RAM below 4 GiB.
    ///   - bootMenu: firmware offers its boot menu and waits for a key.
    package init(memory: UInt64, bootMenu: Bool = false) {
        items[Key.signature] = Array("QEMU".utf8)
        // The traditional interface; no DMA.
        items[Key.identity] = [1, 0, 0, 0]
        items[Key.memory] = Self.little(memory, 8)
        items[Key.processors] = [1, 0]
        items[Key.maximumProcessors] = [1, 0]
        items[Key.bootMenu] = [bootMenu ? 1 : 0, 0]
        // Firmware tells in its tables that the timer is at the I/O APIC's input 2.
        items[Key.timerAtInput2] = [1]
        updateDirectory()
    }

    package func reset() { state = State() }

    /// Offers a file; a name that is there already is given the new bytes.
    package func add(file name: String, _ bytes: [UInt8]) {
        let name = String(name.prefix(Self.nameLength - 1))
        let index = names.firstIndex(of: name) ?? names.count
        guard index < 0x1000 else { return }
        if index == names.count { names.append(name) }
        items[Key.firstFile + UInt16(index)] = bytes
        updateDirectory()
    }

    /// A count, then for each file its size and key, all big-endian, and its name in 56 bytes.
    private func updateDirectory() {
        var directory = Self.big(UInt64(names.count), 4)
        for (index, name) in names.enumerated() {
            let key = Key.firstFile + UInt16(index)
            directory += Self.big(UInt64(items[key]?.count ?? 0), 4) + Self.big(UInt64(key), 2) + [0, 0]
            let text = Array(name.utf8.prefix(Self.nameLength - 1))
            directory += text + [UInt8](repeating: 0, count: Self.nameLength - text.count)
        }
        items[Key.directory] = directory
    }

    private static func little(_ value: UInt64, _ count: UInt64) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func big(_ value: UInt64, _ count: UInt64) -> [UInt8] { little(value, count).reversed() }

    // MARK: Ports

    /// Past the end of an item, and in one that is not there, everything reads as zero.
    package func read(port: UInt16) -> UInt8 {
        guard port == 0x511, let item = items[state.key], state.offset < item.count else { return 0 }
        defer { state.offset += 1 }
        return item[Int(state.offset)]
    }

    package func read(port: UInt16, width: Int) -> UInt32 { UInt32(read(port: port)) }

    /// The selector takes 16 bits at once; the items are read-only.
    package func write(port: UInt16, value: UInt8) {}

    package func write(port: UInt16, value: UInt32, width: Int) {
        guard port == 0x510 else { return }
        state = State(key: UInt16(truncatingIfNeeded: value) & 0xBFFF, offset: 0)
    }
}
