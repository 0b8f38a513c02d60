import CZlib

@testable import VellumMachine

/// Images built from their parts, so that a test can get one part wrong.
enum Images {
    struct Segment {
        var virtual: UInt32
        var physical: UInt32
        var bytes: [UInt8]
        var memory: UInt32
    }

    /// sti-free code that ends the run through the debug exit with status 7: mov al, 3; out 0xF4, al; cli; hlt.
    static let exitCode: [UInt8] = [0xB0, 0x03, 0xE6, 0xF4, 0xFA, 0xF4]

    static func multibootHeader(flags: UInt32 = 3, rest: [UInt32] = []) -> [UInt8] {
        var header = ByteWriter()
        for (index, word) in ([0x1BAD_B002, flags, 0 &- (0x1BAD_B002 &+ flags)] + rest).enumerated() {
            header.put32(word, at: index * 4)
        }
        return header.bytes
    }

    /// A Multiboot kernel as ELF.
    static func elf(segments: [Segment]? = nil, entry: UInt32 = 0x10000C) -> [UInt8] {
        let code = multibootHeader() + exitCode
        let segments =
            segments ?? [
                Segment(virtual: 0x100000, physical: 0x100000, bytes: code, memory: UInt32(code.count) + 4096)
            ]
        var image = ByteWriter(count: 52 + segments.count * 32)
        image.put32(0x464C_457F, at: 0)
        image.set([1, 1, 1], at: 4)
        image.put16(2, at: 16)
        image.put16(3, at: 18)
        image.put32(1, at: 20)
        image.put32(entry, at: 24)
        image.put32(52, at: 28)
        image.put16(52, at: 40)
        image.put16(32, at: 42)
        image.put16(UInt16(segments.count), at: 44)
        for (index, segment) in segments.enumerated() {
            let offset = (image.bytes.count + 3) & ~3
            let fields = [
                1, UInt32(offset), segment.virtual, segment.physical, UInt32(segment.bytes.count), segment.memory, 7, 4,
            ]
            for (field, value) in fields.enumerated() { image.put32(value, at: 52 + index * 32 + field * 4) }
            image.set(segment.bytes, at: offset)
        }
        return image.bytes
    }

    /// A Multiboot kernel with address fields.
    static func kludge(
        load: UInt32 = 0x200000, loadEnd: UInt32 = 0, bssEnd: UInt32 = 0, entry: UInt32 = 0x200030,
        header: UInt32 = 0x200010
    ) -> [UInt8] {
        let fields = [header, load, loadEnd, bssEnd, entry]
        return Array(repeating: 0x90, count: 16) + multibootHeader(flags: 0x10003, rest: fields) + exitCode
            + Array(repeating: 0x90, count: 32)
    }

    /// A bzImage whose kernel is `code`.
    static func linux(code: [UInt8] = exitCode, change: (inout ByteWriter) -> Void = { _ in }) -> [UInt8] {
        var image = ByteWriter(count: 1024)
        image.put8(1, at: 0x1F1)
        image.put16(0xAA55, at: 0x1FE)
        image.set([0xEB, 0x66], at: 0x200)
        image.set("HdrS".utf8, at: 0x202)
        image.put16(0x20C, at: 0x206)
        image.put8(1, at: 0x211)
        image.put32(0x100000, at: 0x214)
        image.put32(0x37FF_FFFF, at: 0x22C)
        image.put32(0x1000, at: 0x230)
        image.put32(255, at: 0x238)
        image.put64(0x100000, at: 0x258)
        image.put32(0x10000, at: 0x260)
        image.set(code, at: 1024)
        change(&image)
        return image.bytes
    }

    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count + 1024)
        let size = output.count
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(size)
                _ = deflate(&stream, Z_FINISH)
            }
        }
        return Array(output[..<(size - Int(stream.avail_out))])
    }
}

/// The error that a closure throws.
func failure(_ body: () throws -> some Any) -> ImageError? {
    do {
        _ = try body()
        return nil
    } catch let error as ImageError {
        return error
    } catch let error as MachineError {
        if case .image(let inner) = error { return inner }
        return nil
    } catch {
        return nil
    }
}

extension BootPlan {
    /// Bytes that the plan puts at an address.
    func bytes(at address: UInt32, count: Int) -> [UInt8]? {
        for region in regions where region.range.contains(UInt64(address)) {
            let offset = Int(address - region.address)
            guard offset + count <= region.bytes.count else { continue }
            return Array(region.bytes[offset..<offset + count])
        }
        return nil
    }

    func word(_ address: UInt32) -> UInt32? { bytes(at: address, count: 4).flatMap { ByteReader($0).u32(0) } }
}
