import Foundation
import Testing
import VellumDecoder
import VellumIA32

/// Time of a decode.  Meant for release builds: `VELLUM_BENCHMARK=1 swift test -c release --filter DecodeSpeed`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["VELLUM_BENCHMARK"] != nil))
struct DecodeSpeedTests {
    /// The instructions of ordinary 32-bit code, by length and form.
    private static let code = [
        "55", "89e5", "83ec18", "8b4508", "8b550c", "8d0490", "c745fc00000000", "eb10", "0fb600", "3c0a", "7412",
        "83c001", "01d0", "85c0", "75f0", "e800100000", "89442404", "c1e802", "f3a5", "66a5", "0fafc1", "31c0", "c9",
        "c3",
        "8b0485a0100804", "ff2485a0100804", "a1a0100804", "668b4602", "648b0d00000000", "0f84f0000000",
    ].flatMap(hex)

    @Test func templateHits() throws {
        let decoder = try Decoder(level: .pentium3)
        _ = Self.decodeAll(decoder)
        let misses = decoder.misses
        let rounds = 100_000
        var instructions = 0
        let start = ContinuousClock.now
        for _ in 0..<rounds { instructions += Self.decodeAll(decoder) }
        let time = ContinuousClock.now - start
        #expect(decoder.misses == misses)
        Self.report("template hit", time, instructions)
    }

    /// Each encoding of a thin sweep once: nearly all are new.
    @Test func misses() throws {
        let decoder = try Decoder(level: .pentium3)
        var encodings: [[UInt8]] = []
        var space = SweepSpace(stride: 256)
        space.forEach { bytes in
            if decoder.decode(bytes, codeSize32: true).instruction != nil { encodings.append([UInt8](bytes)) }
        }
        let fresh = try Decoder(level: .pentium3)
        let start = ContinuousClock.now
        for encoding in encodings { _ = fresh.decode(encoding) }
        Self.report("template miss", ContinuousClock.now - start, Int(fresh.misses))
    }

    private static func decodeAll(_ decoder: Decoder) -> Int {
        code.withUnsafeBytes { bytes in
            var position = 0
            var count = 0
            while position < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
                guard case .instruction(let instruction) = decoder.decode(rest, codeSize32: true) else { break }
                position += Int(instruction.length)
                count += 1
            }
            return count
        }
    }

    private static func report(_ name: String, _ time: Duration, _ count: Int) {
        let parts = time.components
        let nanoseconds = Double(parts.seconds) * 1e9 + Double(parts.attoseconds) / 1e9
        print("benchmark: \(name) \(String(format: "%.1f", nanoseconds / Double(max(count, 1)))) ns, \(count) decoded")
    }
}
