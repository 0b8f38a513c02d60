import CZlib

/// Kernels are often shipped compressed; boot loaders inflate them, so the machine does too.
package enum Gunzip {
    /// More than this is refused: a small file can claim to be endless.
    package static let maximumSize = 512 << 20

    package static func isCompressed(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 18 && bytes[0] == 0x1F && bytes[1] == 0x8B && bytes[2] == 8
    }

    /// Inflates a gzip file (RFC 1952), several members one after the other included.
    package static func inflate(_ bytes: [UInt8], limit: Int = maximumSize) throws(ImageError) -> [UInt8] {
        var stream = z_stream()
        // 16 more than the largest window: expect a gzip header and check its CRC.
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .notUnderstood("gzip", "zlib cannot start")
        }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var status = Z_OK
        bytes.withUnsafeBufferPointer { input in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(clamping: input.count)
            status = pump(&stream, into: &output, limit: limit)
        }
        guard status == Z_STREAM_END else {
            let problem = status == Z_MEM_ERROR ? "inflates to more than \(limit >> 20) MiB" : "the data is damaged"
            throw .notUnderstood("gzip, offset \(hex(stream.total_in))", problem, "compress the image again")
        }
        return output
    }

    private static func pump(_ stream: inout z_stream, into output: inout [UInt8], limit: Int) -> Int32 {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let status = chunk.withUnsafeMutableBufferPointer { buffer in
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(buffer.count)
                return CZlib.inflate(&stream, Z_NO_FLUSH)
            }
            output += chunk[..<(chunk.count - Int(stream.avail_out))]
            if output.count > limit { return Z_MEM_ERROR }
            if status == Z_STREAM_END, stream.avail_in > 18, inflateReset(&stream) == Z_OK { continue }
            if status != Z_OK { return status }
        }
    }
}
