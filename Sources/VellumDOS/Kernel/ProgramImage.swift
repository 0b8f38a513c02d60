/// A DOS program's file, taken apart.
package struct ProgramImage: Equatable, Sendable {
    /// The header of an MZ executable (MS-DOS Programmer's Reference, "EXE File Format"), in the units of the file.
    package struct Header: Equatable, Sendable {
        package var size: Int
        /// Bytes of the load module.
        package var moduleSize: Int
        /// Paragraphs beyond the load module: at least, at most.
        package var minimum: UInt16
        package var maximum: UInt16
        package var ss: UInt16
        package var sp: UInt16
        package var cs: UInt16
        package var ip: UInt16
        /// Places of the load module whose word gets the load segment added.
        package var relocations: [FarPointer]
    }

    /// Nil for a COM file.
    package var header: Header?
    /// The load module, or the whole COM file.
    package var module: [UInt8]

    /// Why a file is no program.
    package struct Problem: Error, Equatable, Sendable {
        package var place: String
        package var text: String
    }

    /// - Parameter bytes: the whole file.
    package init(_ bytes: [UInt8]) throws(Problem) {
        guard Self.isEXE(bytes) else {
            guard !bytes.isEmpty else { throw Problem(place: "", text: "the file is empty") }
            guard bytes.count <= 0x10000 - 0x100 - 2 else {
                throw Problem(place: "", text: "a .COM program of \(bytes.count) bytes, expected at most 65278")
            }
            module = bytes
            return
        }
        let header = try Header(bytes)
        self.header = header
        module = Array(bytes[min(header.size, bytes.count)..<min(header.size + header.moduleSize, bytes.count)])
        for place in header.relocations {
            guard Int(place.linear) + 2 <= module.count else {
                throw Problem(
                    place: "relocation \(hex4(place.segment)):\(hex4(place.offset))", text: "outside the load module")
            }
        }
    }

    /// "MZ", or "ZM" as the oldest linkers wrote it.
    package static func isEXE(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && (bytes[0] == 0x4D && bytes[1] == 0x5A || bytes[0] == 0x5A && bytes[1] == 0x4D)
    }

    /// The load module with the segment that it is loaded at put in.
    package func relocated(to segment: UInt16) -> [UInt8] {
        var bytes = module
        for place in header?.relocations ?? [] {
            let index = Int(place.linear)
            guard index + 1 < bytes.count else { continue }
            let word = UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8
            let sum = word &+ segment
            bytes[index] = UInt8(truncatingIfNeeded: sum)
            bytes[index + 1] = UInt8(truncatingIfNeeded: sum >> 8)
        }
        return bytes
    }
}

extension ProgramImage.Header {
    init(_ bytes: [UInt8]) throws(ProgramImage.Problem) {
        guard bytes.count >= 0x1C else {
            throw ProgramImage.Problem(
                place: "header", text: "\(bytes.count) bytes, expected at least 28 of an MZ header")
        }
        func word(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8 }
        size = Int(word(8)) * 16
        minimum = word(0x0A)
        maximum = word(0x0C)
        (ss, sp, ip, cs) = (word(0x0E), word(0x10), word(0x14), word(0x16))
        // Pages of 512 bytes, the last of which may be partial; the count includes the header.
        let pages = Int(word(4))
        let last = Int(word(2))
        let declared = pages == 0 ? 0 : pages * 512 - (last == 0 || last >= 512 ? 0 : 512 - last)
        // DOS loads what there is of a file that is shorter than its header says.
        moduleSize = max(0, min(declared, bytes.count) - size)
        guard moduleSize > 0 else {
            throw ProgramImage.Problem(
                place: "header", text: "no load module: a header of \(size) bytes, and \(declared) bytes altogether")
        }
        relocations = []
        let (count, table) = (Int(word(6)), Int(word(0x18)))
        guard count == 0 || table + count * 4 <= bytes.count else {
            throw ProgramImage.Problem(
                place: "relocation table at \(table)", text: "\(count) entries, past the file's end at \(bytes.count)")
        }
        relocations.reserveCapacity(count)
        for index in 0..<count {
            relocations.append(FarPointer(word(table + index * 4 + 2), word(table + index * 4)))
        }
    }
}
