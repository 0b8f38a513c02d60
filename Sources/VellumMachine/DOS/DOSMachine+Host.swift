import VellumDOS
import VellumExecution
import VellumHypervisor

extension DOSMachine: ServiceHost {
    package var now: UInt64 { board.now }

    package func put(console byte: UInt8) { consoleOutput(byte) }

    package func note(_ line: String) { onNote(line) }

    package func readPort(_ port: UInt16) -> UInt8 { UInt8(truncatingIfNeeded: board.readPort(port, width: 1)) }

    package func writePort(_ port: UInt16, _ value: UInt8) { board.writePort(port, value: UInt32(value), width: 1) }

    package func readExtended(_ address: UInt32, _ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(0, count))
        bytes.withUnsafeMutableBytes { buffer in
            forEachPage(address, buffer.count) { place, range in
                if isDevice(place) {
                    for index in range {
                        let address = place &+ UInt32(index - range.lowerBound)
                        buffer[index] = UInt8(truncatingIfNeeded: mmu.readPhysical(address, width: 1))
                    }
                } else {
                    mmu.readPhysical(place, into: UnsafeMutableRawBufferPointer(rebasing: buffer[range]))
                }
            }
        }
        return bytes
    }

    package func writeExtended(_ address: UInt32, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            forEachPage(address, buffer.count) { place, range in
                if isDevice(place) {
                    for index in range {
                        let address = place &+ UInt32(index - range.lowerBound)
                        mmu.writePhysical(address, value: UInt32(buffer[index]), width: 1)
                    }
                } else {
                    mmu.writePhysical(place, from: UnsafeRawBufferPointer(rebasing: buffer[range]))
                }
            }
        }
    }

    package func showMemory(_ target: UInt32?, at address: UInt32, count: UInt32) {
        board.mapper?.setAliases(of: address, to: target, count: count)
    }

    private func isDevice(_ place: UInt32) -> Bool { processor.memory.kind(frame: place >> 12) == .bus }

    // MARK: Disks

    package func diskShape(_ unit: UInt8) -> DiskShape? { drives.shape(unit: unit) }

    package func readDisk(_ unit: UInt8, sector: UInt64, count: Int) -> [UInt8]? {
        guard let image = drives.image(unit: unit) else { return nil }
        var bytes = [UInt8](repeating: 0, count: max(0, count) * 512)
        return bytes.withUnsafeMutableBytes { image.read(sector: sector, into: $0) } ? bytes : nil
    }

    package func writeDisk(_ unit: UInt8, sector: UInt64, _ bytes: [UInt8]) -> Bool {
        drives.image(unit: unit).map { image in bytes.withUnsafeBytes { image.write(sector: sector, from: $0) } }
            ?? false
    }

    // MARK: Memory

    private var mmu: SoftMMU { processor.mmu }

    /// Services work with the system's rights.
    private func physical(_ linear: UInt32, _ access: MemoryAccess) -> UInt32? {
        try? mmu.translate(linear, access: access, user: false)
    }

    package func readByte(_ address: UInt32) -> UInt8 {
        guard let place = physical(address, .read) else { return 0xFF }
        return UInt8(truncatingIfNeeded: mmu.readPhysical(place, width: 1))
    }

    package func writeByte(_ address: UInt32, _ value: UInt8) {
        guard let place = physical(address, .write) else { return }
        mmu.writePhysical(place, value: UInt32(value), width: 1)
    }

    package func read(_ address: UInt32, into bytes: UnsafeMutableRawBufferPointer) {
        forEachPage(address, bytes.count) { linear, range in
            let part = UnsafeMutableRawBufferPointer(rebasing: bytes[range])
            guard let place = physical(linear, .read), processor.memory.kind(frame: place >> 12) != .bus else {
                // Devices are asked byte by byte.
                for index in 0..<part.count { part[index] = readByte(linear &+ UInt32(index)) }
                return
            }
            mmu.readPhysical(place, into: part)
        }
    }

    package func write(_ address: UInt32, from bytes: UnsafeRawBufferPointer) {
        forEachPage(address, bytes.count) { linear, range in
            let part = UnsafeRawBufferPointer(rebasing: bytes[range])
            guard let place = physical(linear, .write), processor.memory.kind(frame: place >> 12) != .bus else {
                for index in 0..<part.count { writeByte(linear &+ UInt32(index), part[index]) }
                return
            }
            mmu.writePhysical(place, from: part)
        }
    }

    private func forEachPage(_ address: UInt32, _ count: Int, _ body: (UInt32, Range<Int>) -> Void) {
        var done = 0
        while done < count {
            let linear = address &+ UInt32(truncatingIfNeeded: done)
            let part = min(count - done, 0x1000 - Int(linear & 0xFFF))
            body(linear, done..<done + part)
            done += part
        }
    }
}
