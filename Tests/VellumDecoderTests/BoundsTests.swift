import Foundation
import Testing
import VellumDecoder
import VellumIA32

/// Memory whose end is followed by a page that must not be touched.
private final class GuardedPage {
    private let start: UnsafeMutableRawPointer
    private let page = Int(sysconf(Int32(_SC_PAGESIZE)))

    init() throws {
        let mapped = mmap(nil, page * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        start = try #require(mapped)
        try #require(mapped != MAP_FAILED)
        try #require(mprotect(start + page, page, PROT_NONE) == 0)
    }

    deinit { munmap(start, page * 2) }

    /// The first `count` bytes, placed so that they end where the page does.
    func atEnd(_ bytes: UnsafeRawBufferPointer, count: Int) -> UnsafeRawBufferPointer {
        let place = start + page - count
        if let source = bytes.baseAddress { place.copyMemory(from: source, byteCount: count) }
        return UnsafeRawBufferPointer(start: place, count: count)
    }
}

@Suite struct BoundsTests {
    /// Every beginning of every instruction is truncated, and nothing behind it is read.
    @Test(arguments: [false, true]) func beginningsAreTruncated(codeSize32: Bool) throws {
        let decoder = try Decoder(level: .pentium3)
        // Remembers no template, so that beginnings are decoded without one too.
        let fresh = try Decoder(level: .pentium3)
        let page = try GuardedPage()
        var space = SweepSpace(stride: 256)
        var failures: [String] = []
        space.forEach { bytes in
            guard let instruction = decoder.decode(bytes, codeSize32: codeSize32).instruction else { return }
            for count in 0..<Int(instruction.length) {
                let beginning = page.atEnd(bytes, count: count)
                for decoder in [fresh, decoder] where decoder.decode(beginning, codeSize32: codeSize32) != .truncated {
                    failures.append("\(instruction.operation): \(bytes.prefix(count).map { String($0, radix: 16) })")
                }
            }
            let whole = page.atEnd(bytes, count: Int(instruction.length))
            if fresh.decode(whole, codeSize32: codeSize32) != .instruction(instruction) {
                failures.append("\(instruction.operation) at the end of a page")
            }
        }
        #expect(failures.isEmpty, "\(failures.prefix(10))")
    }

    @Test func noBytes() throws {
        let decoder = try Decoder(level: .pentium3)
        #expect(decoder.decode([]) == .truncated)
        #expect(decoder.decode(UnsafeRawBufferPointer(start: nil, count: 0), codeSize32: true) == .truncated)
    }

    /// Fifteen bytes are the limit; with fewer bytes at hand the fetch of the next one comes first.
    @Test func lengthLimit() throws {
        let decoder = try Decoder(level: .pentium3)
        let prefixes = [UInt8](repeating: 0x2E, count: 14)
        #expect(decoder.decode(prefixes + [0x90]).instruction?.length == 15)
        #expect(decoder.decode(prefixes) == .truncated)
        #expect(decoder.decode(prefixes + [0x2E]) == .tooLong)
        #expect(decoder.decode(prefixes + [0x8B, 0x00]) == .tooLong)
        #expect(decoder.decode(prefixes.dropLast() + [0x8B, 0x00]).instruction?.length == 15)
        #expect(decoder.decode(prefixes.dropLast(2) + [0xE8, 0, 0, 0, 0]) == .tooLong)
        #expect(decoder.decode(prefixes.dropLast(2) + [0xE8, 0]) == .truncated)
    }

    /// A template gives the same as decoding anew.
    @Test(arguments: [false, true]) func templatesChangeNothing(codeSize32: Bool) throws {
        let primed = try Decoder(level: .pentium3)
        let other = try Decoder(level: .pentium3)
        var space = SweepSpace(stride: 128)
        var failures = 0
        space.forEach { bytes in
            guard let instruction = primed.decode(bytes, codeSize32: codeSize32).instruction else { return }
            var changed = [UInt8](bytes)
            let fields =
                Int(instruction.length) - (InstructionTable.rows[Int(instruction.row)].operands.fieldBytes(instruction))
            for position in fields..<changed.count { changed[position] ^= 0xA7 }
            let again = primed.decode(changed, codeSize32: codeSize32)
            if again != other.decode(changed, codeSize32: codeSize32) { failures += 1 }
            if again.instruction?.length != instruction.length { failures += 1 }
        }
        #expect(failures == 0)
    }

    @Test func randomBytes() throws {
        let decoder = try Decoder(level: .pentium3)
        let later = try Decoder(level: .pentium3, recognisesLater: true)
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        var bytes = [UInt8](repeating: 0, count: 16)
        var wrong = 0
        for round in 0..<1_000_000 {
            for half in 0..<2 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                bytes.withUnsafeMutableBytes { $0.storeBytes(of: state, toByteOffset: half * 8, as: UInt64.self) }
            }
            let count = Int(state >> 59) % 17
            let chosen = round % 8 == 0 ? later : decoder
            let result = bytes.withUnsafeBytes {
                chosen.decode(UnsafeRawBufferPointer(rebasing: $0.prefix(count)), codeSize32: round & 1 == 0)
            }
            if let instruction = result.instruction {
                if instruction.length == 0 || Int(instruction.length) > min(15, count) { wrong += 1 }
            } else if result == .truncated && count >= 15 {
                wrong += 1
            }
        }
        #expect(wrong == 0)
        #expect(decoder.disagreements == 0 && later.disagreements == 0)
    }
}

extension RowOperands {
    /// Bytes of the immediates, at the end of the instruction; the template leaves them open.
    fileprivate func fieldBytes(_ instruction: DecodedInstruction) -> Int {
        let size = Int(instruction.operandSize.rawValue)
        return [first, second, third].reduce(0) { sum, kind in
            switch kind {
            case .ib, .ibs, .jb: sum + 1
            case .iw: sum + 2
            case .iv, .jv: sum + size
            case .ap: sum + size + 2
            default: sum
            }
        }
    }
}
