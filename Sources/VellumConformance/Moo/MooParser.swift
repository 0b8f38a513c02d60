/// Why a MOO file could not be read.
package enum MooError: Error, Equatable, CustomStringConvertible {
    case notMoo
    /// Offset in the unpacked file.
    case truncated(offset: Int)
    /// A test without one of the chunks it needs.
    case missing(String, test: Int)

    package var description: String {
        switch self {
        case .notMoo: "not a MOO file: it does not start with a 'MOO ' chunk"
        case .truncated(let offset): "truncated or lying chunk at offset \(offset)"
        case .missing(let chunk, let test): "test \(test) has no \(chunk) chunk"
        }
    }
}

/// Parser of MOO files, version 1.1: nested chunks of a four-letter tag, a length and a payload.  Unknown chunks are
/// skipped by their length.
package struct MooParser {
    private typealias Chunk = (tag: String, body: ByteCursor)

    /// Parses an unpacked file.
    package static func parse(_ bytes: [UInt8]) throws(MooError) -> MooFile {
        do {
            return try file(ByteCursor(bytes))
        } catch let error as ShortRead {
            throw .truncated(offset: error.offset)
        } catch let error as MooError {
            throw error
        } catch {
            throw .notMoo
        }
    }

    private static func file(_ cursor: ByteCursor) throws -> MooFile {
        var cursor = cursor
        guard cursor.remaining >= 8, let first = try next(&cursor), first.tag == "MOO " else { throw MooError.notMoo }
        var result = MooFile()
        try header(first.body, &result)
        while let chunk = try next(&cursor) {
            var body = chunk.body
            switch chunk.tag {
            case "META": result.mode = try mode(body)
            case "RMSK": result.masks = try narrow(&body)
            case "RM32": result.masks = try wide(&body)
            case "TEST": result.tests.append(try test(body, result.tests.count, &result.isWide))
            default: break
            }
        }
        return result
    }

    private static func next(_ cursor: inout ByteCursor) throws(ShortRead) -> Chunk? {
        if cursor.remaining == 0 { return nil }
        let tag = text(try cursor.take(4))
        let length = try cursor.u32()
        return (tag, try cursor.slice(Int(length)))
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func header(_ body: ByteCursor, _ result: inout MooFile) throws(ShortRead) {
        var body = body
        result.majorVersion = try body.u8()
        result.minorVersion = try body.u8()
        _ = try body.u16()
        _ = try body.u32()
        result.processor = text(try body.take(4))
    }

    /// META's cpu_mode; short chunks of early files have none.
    private static func mode(_ body: ByteCursor) throws(ShortRead) -> UInt8 {
        var body = body
        guard body.remaining >= 28 else { return 0 }
        _ = try body.take(27)
        return try body.u8()
    }

    private static func test(_ body: ByteCursor, _ number: Int, _ isWide: inout Bool) throws -> MooTest {
        var body = body
        var result = MooTest()
        result.index = try body.u32()
        var seen: Set<String> = []
        while var chunk = try next(&body) {
            seen.insert(chunk.tag)
            switch chunk.tag {
            case "NAME": result.name = text(try prefixed(&chunk.body))
            case "BYTS": result.bytes = try prefixed(&chunk.body)
            case "INIT": result.initial = try state(chunk.body, &result.masks, &isWide)
            case "FINA": result.final = try state(chunk.body, &result.masks, &isWide)
            case "EXCP":
                result.exception = MooException(vector: try chunk.body.u8(), flagsAddress: try chunk.body.u32())
            case "HASH": result.hash = try chunk.body.take(chunk.body.remaining)
            default: break
            }
        }
        for tag in ["BYTS", "INIT", "FINA"] where !seen.contains(tag) { throw MooError.missing(tag, test: number) }
        return result
    }

    private static func prefixed(_ body: inout ByteCursor) throws(ShortRead) -> [UInt8] {
        let count = try body.u32()
        return try body.take(Int(count))
    }

    private static func state(
        _ body: ByteCursor, _ masks: inout MooRegisters, _ isWide: inout Bool
    ) throws(ShortRead) -> MooState {
        var body = body
        var result = MooState()
        while var chunk = try next(&body) {
            switch chunk.tag {
            case "REGS": result.registers = try narrow(&chunk.body)
            case "RG32":
                result.registers = try wide(&chunk.body)
                isWide = true
            case "RMSK": masks = try narrow(&chunk.body)
            case "RM32": masks = try wide(&chunk.body)
            case "RAM ": result.memory = try memory(&chunk.body)
            default: break
            }
        }
        return result
    }

    private static func narrow(_ body: inout ByteCursor) throws(ShortRead) -> MooRegisters {
        let present = try body.u16()
        var result = MooRegisters()
        for (bit, register) in MooRegister.narrow.enumerated() where present >> UInt16(bit) & 1 != 0 {
            result[register] = UInt32(try body.u16())
        }
        return result
    }

    private static func wide(_ body: inout ByteCursor) throws(ShortRead) -> MooRegisters {
        let present = try body.u32()
        var result = MooRegisters()
        for register in MooRegister.allCases where present >> UInt32(register.rawValue) & 1 != 0 {
            result[register] = try body.u32()
        }
        return result
    }

    private static func memory(_ body: inout ByteCursor) throws(ShortRead) -> [MooByte] {
        let count = Int(try body.u32())
        guard count <= body.remaining / 5 else { throw ShortRead(offset: body.offset) }
        var result: [MooByte] = []
        result.reserveCapacity(count)
        for _ in 0..<count { result.append(MooByte(address: try body.u32(), value: try body.u8())) }
        return result
    }
}
