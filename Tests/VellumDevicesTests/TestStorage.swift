@testable import VellumDevices

/// Memory that a device transfers to and from; what lies beyond is not there.
final class TestMemory: DMABus, Device {
    typealias State = [UInt8]
    var state: [UInt8]

    init(_ count: Int) { state = [UInt8](repeating: 0, count: count) }

    func reset() {}

    func read(address: UInt32, into bytes: UnsafeMutableRawBufferPointer) {
        for index in bytes.indices {
            let place = Int(address) + index
            bytes[index] = place < state.count ? state[place] : 0xFF
        }
    }

    func write(address: UInt32, from bytes: UnsafeRawBufferPointer) {
        for index in bytes.indices where Int(address) + index < state.count {
            state[Int(address) + index] = bytes[index]
        }
    }

    func put(_ value: UInt32, at address: Int) {
        for byte in 0..<4 { state[address + byte] = UInt8(truncatingIfNeeded: value >> UInt32(byte * 8)) }
    }
}

/// A disk whose every sector is filled with its number at first.
final class TestMedium: BlockMedium, Device {
    typealias State = [UInt8]
    var state: [UInt8]
    let isWritable: Bool
    /// Sectors that cannot be read or written.
    var bad: Set<UInt64> = []
    private(set) var flushes = 0

    init(sectors: Int, writable: Bool = true) {
        state = (0..<sectors).flatMap { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 512) }
        isWritable = writable
    }

    var sectorCount: UInt64 { UInt64(state.count / 512) }

    func reset() {}

    func read(sector: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard !touchesBad(sector, bytes.count) else { return false }
        bytes.copyBytes(from: state[Int(sector) * 512..<Int(sector) * 512 + bytes.count])
        return true
    }

    func write(sector: UInt64, from bytes: UnsafeRawBufferPointer) -> Bool {
        guard !touchesBad(sector, bytes.count) else { return false }
        state.replaceSubrange(Int(sector) * 512..<Int(sector) * 512 + bytes.count, with: bytes)
        return true
    }

    func flush() -> Bool {
        flushes += 1
        return true
    }

    private func touchesBad(_ sector: UInt64, _ count: Int) -> Bool {
        (0..<UInt64(count / 512)).contains { bad.contains(sector + $0) }
    }
}
