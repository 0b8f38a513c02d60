import VellumDecoder
import VellumIA32
import VellumMicroOps
import VellumTranslation

/// Guest code in a buffer, at linear address 1000h.
package final class CodeBuffer: CodeSource {
    package static let start: UInt32 = 0x1000
    private let bytes: UnsafeMutableRawBufferPointer

    package init(_ code: [UInt8]) {
        bytes = .allocate(byteCount: code.count, alignment: 1)
        bytes.copyBytes(from: code)
    }

    deinit { bytes.deallocate() }

    package func codeBytes(at linear: UInt32) -> UnsafeRawBufferPointer? {
        let offset = Int(linear) - Int(CodeBuffer.start)
        guard offset >= 0, offset < bytes.count else { return nil }
        return UnsafeRawBufferPointer(rebasing: bytes[offset...])
    }

    package func straddlingBytes(at linear: UInt32) -> [UInt8] {
        codeBytes(at: linear).map { Array($0.prefix(15)) } ?? []
    }
}

/// Makes encodings out of the table's rows.
package struct InstructionMaker {
    package var generator: SeededGenerator
    private let decoder: Decoder

    package init(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        decoder = try Decoder(level: .pentium3)
    }

    /// The bytes of one random instruction of a row, with operands of all kinds; empty where they do not decode.
    package mutating func encoding(_ row: InstructionRow, _ mode: FragmentMode) -> [UInt8] {
        let bytes = longEncoding(row)
        let result = bytes.withUnsafeBytes { decoder.decode($0, codeSize32: mode.contains(.code32)) }
        guard case .instruction(let instruction) = result else { return [] }
        return Array(bytes.prefix(Int(instruction.length)))
    }

    private mutating func longEncoding(_ row: InstructionRow) -> [UInt8] {
        var bytes: [UInt8] = []
        if generator.oneIn(6) { bytes.append(0x66) }
        if generator.oneIn(8) { bytes.append(0x67) }
        if generator.oneIn(8) {
            bytes.append([0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65].randomElement(using: &generator) ?? 0x3E)
        }
        if row.attributes.contains(.repeats), generator.oneIn(2) { bytes.append(generator.oneIn(2) ? 0xF2 : 0xF3) }
        if row.mandatory == .rep { bytes.append(0xF3) }
        switch row.map {
        case .primary: break
        case .escape0F: bytes.append(0x0F)
        case .escape0F38: bytes += [0x0F, 0x38]
        case .escape0F3A: bytes += [0x0F, 0x3A]
        }
        bytes.append(row.opcode &+ UInt8.random(in: 0..<max(row.span, 1), using: &generator))
        if row.mod != .none { bytes.append(modRM(row)) }
        // Small numbers are likely, so that counts, displacements and vectors are of every kind.
        for _ in 0..<10 {
            bytes.append(UInt8(truncatingIfNeeded: generator.oneIn(2) ? generator.word() & 7 : generator.word()))
        }
        return bytes
    }

    private mutating func modRM(_ row: InstructionRow) -> UInt8 {
        let registers = row.mod == .register || row.mod == .any && !generator.oneIn(3)
        let mode = registers ? 3 : UInt8.random(in: 0...2, using: &generator)
        let register = row.group ?? UInt8.random(in: 0...7, using: &generator)
        return mode << 6 | register << 3 | UInt8.random(in: 0...7, using: &generator)
    }

    /// A random mode: real, protected or virtual-8086, 16 or 32 bits, segments flat or not.
    package mutating func mode() -> FragmentMode {
        var mode = FragmentMode.cpl(0)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: break
        case 1: mode.formUnion([.protected, .virtual8086, .cpl(3)])
        default:
            mode.insert(.protected)
            if generator.oneIn(3) { mode.insert(.cpl(3)) }
            if !generator.oneIn(3) { mode.formUnion([.code32, .stack32]) }
            for segment in SegmentRegister.allCases where !generator.oneIn(4) { mode.insert(.flat(segment)) }
        }
        return mode
    }
}
