/// The machine as services reach it: memory, ports, time and the console.
package protocol ServiceHost: AnyObject {
    /// Memory at a linear address, as the processor itself would reach it from the real mode it is in: address line 20
    /// counts, and what lies on the bus is asked.
    func readByte(_ address: UInt32) -> UInt8
    func writeByte(_ address: UInt32, _ value: UInt8)
    func read(_ address: UInt32, into bytes: UnsafeMutableRawBufferPointer)
    func write(_ address: UInt32, from bytes: UnsafeRawBufferPointer)
    /// Physical memory, whatever address line 20 says; devices are asked byte by byte.
    func readExtended(_ address: UInt32, _ count: Int) -> [UInt8]
    func writeExtended(_ address: UInt32, _ bytes: [UInt8])
    /// Makes whole pages below 1 MiB lead to other memory, or to their own again; `count` bytes.
    func showMemory(_ target: UInt32?, at address: UInt32, count: UInt32)
    /// The images in the machine's drives: floppies from 00h, hard disks from 80h on.
    func diskShape(_ unit: UInt8) -> DiskShape?
    func readDisk(_ unit: UInt8, sector: UInt64, count: Int) -> [UInt8]?
    func writeDisk(_ unit: UInt8, sector: UInt64, _ bytes: [UInt8]) -> Bool
    func readPort(_ port: UInt16) -> UInt8
    func writePort(_ port: UInt16, _ value: UInt8)
    /// Virtual time in nanoseconds.
    var now: UInt64 { get }
    /// Seconds since 1970 (the guest's own clock at power-on, in its time zone).
    var startTime: Int64 { get }
    /// A byte for the console's standard output.
    func put(console byte: UInt8)
    /// One line about what could not be done, for the user.
    func note(_ line: String)
}

extension ServiceHost {
    /// Copies physical memory as if through a buffer.
    package func copyExtended(from source: UInt32, to target: UInt32, count: Int) {
        writeExtended(target, readExtended(source, count))
    }

    package func readWord(_ address: UInt32) -> UInt16 {
        var value: UInt16 = 0
        withUnsafeMutableBytes(of: &value) { read(address, into: $0) }
        return UInt16(littleEndian: value)
    }

    package func readLong(_ address: UInt32) -> UInt32 {
        var value: UInt32 = 0
        withUnsafeMutableBytes(of: &value) { read(address, into: $0) }
        return UInt32(littleEndian: value)
    }

    package func writeWord(_ address: UInt32, _ value: UInt16) {
        withUnsafeBytes(of: value.littleEndian) { write(address, from: $0) }
    }

    package func writeLong(_ address: UInt32, _ value: UInt32) {
        withUnsafeBytes(of: value.littleEndian) { write(address, from: $0) }
    }

    package func readBytes(_ address: UInt32, _ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(0, count))
        bytes.withUnsafeMutableBytes { read(address, into: $0) }
        return bytes
    }

    package func writeBytes(_ address: UInt32, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { write(address, from: $0) }
    }

    package func fill(_ address: UInt32, count: Int, with byte: UInt8 = 0) {
        writeBytes(address, [UInt8](repeating: byte, count: count))
    }

    /// Bytes within one segment: offsets wrap at 64 KiB, as they do for the program itself.
    package func readBytes(_ pointer: FarPointer, _ count: Int) -> [UInt8] {
        let first = min(count, 0x10000 - Int(pointer.offset))
        let head = readBytes(pointer.linear, first)
        return first == count ? head : head + readBytes(UInt32(pointer.segment) << 4, min(count - first, 0x10000))
    }

    package func writeBytes(_ pointer: FarPointer, _ bytes: [UInt8]) {
        let first = min(bytes.count, 0x10000 - Int(pointer.offset))
        bytes.withUnsafeBytes { buffer in
            write(pointer.linear, from: UnsafeRawBufferPointer(rebasing: buffer[..<first]))
            if first < buffer.count {
                let rest = buffer[first..<min(buffer.count, first + 0x10000)]
                write(UInt32(pointer.segment) << 4, from: UnsafeRawBufferPointer(rebasing: rest))
            }
        }
    }

    package func readFar(_ address: UInt32) -> FarPointer { FarPointer(packed: readLong(address)) }
    package func writeFar(_ address: UInt32, _ pointer: FarPointer) { writeLong(address, pointer.packed) }

    /// An ASCIIZ string of at most `limit` bytes; nil when no zero ends it there.
    package func readString(_ pointer: FarPointer, limit: Int = 128) -> [UInt8]? {
        var bytes: [UInt8] = []
        for index in 0..<limit {
            let byte = readByte(pointer.advanced(by: index).linear)
            if byte == 0 { return bytes }
            bytes.append(byte)
        }
        return nil
    }
}
