import CZlib

/// Why a file could not be unpacked.
package enum GunzipError: Error, Equatable, CustomStringConvertible {
    /// zlib's return code.
    case corrupt(Int32)
    case truncated
    /// The data would grow past the limit.
    case tooLarge(limit: Int)

    package var description: String {
        switch self {
        case .corrupt(let code): "not a valid gzip file (zlib error \(code))"
        case .truncated: "the gzip file ends too early"
        case .tooLarge(let limit): "the unpacked file would be larger than \(limit) bytes"
        }
    }
}

/// Unpacking of gzip files.
package enum Gunzip {
    /// gzip's magic number (RFC 1952, section 2.3.1).
    package static func isCompressed(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
    }

    /// Unpacks one gzip member.  Growth past `limit` bytes is an error, so that a small hostile file cannot fill memory.
    package static func unpack(_ bytes: [UInt8], limit: Int = 1 << 28) throws(GunzipError) -> [UInt8] {
        var stream = z_stream()
        // 15 bits of window, plus 16: expect a gzip header.
        let opened = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard opened == Z_OK else { throw .corrupt(opened) }
        defer { inflateEnd(&stream) }
        var input = bytes
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        let status = input.withUnsafeMutableBufferPointer { source -> Int32 in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(clamping: source.count)
            return inflateAll(&stream, &chunk, &output, limit)
        }
        if output.count > limit { throw .tooLarge(limit: limit) }
        if status == Z_BUF_ERROR { throw .truncated }
        guard status == Z_STREAM_END else { throw .corrupt(status) }
        return output
    }

    private static func inflateAll(
        _ stream: inout z_stream, _ chunk: inout [UInt8], _ output: inout [UInt8], _ limit: Int
    ) -> Int32 {
        var status = Z_OK
        while status == Z_OK && output.count <= limit {
            let produced = chunk.withUnsafeMutableBufferPointer { target -> Int in
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                status = inflate(&stream, Z_NO_FLUSH)
                return target.count - Int(stream.avail_out)
            }
            output.append(contentsOf: chunk[0..<produced])
        }
        return status
    }
}
