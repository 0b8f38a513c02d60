/// The character generators: glyphs of 8, 14 and 16 lines, and where programs find them.
package struct Fonts {
    /// 256 glyphs each; empty when the machine has none.
    package var eight: [UInt8] = []
    package var fourteen: [UInt8] = []
    package var sixteen: [UInt8] = []
    /// Where each lies in read-only memory.
    private(set) var eightPlace = FarPointer(0xF000, 0)
    private(set) var fourteenPlace = FarPointer(0xF000, 0)
    private(set) var sixteenPlace = FarPointer(0xF000, 0)

    package init() {}

    /// Takes the glyphs out of a video firmware, which keeps them one character set behind the other.
    package init(videoFirmware rom: [UInt8]) {
        // The glyph of code 1, a face, is the same in all of them; code 0 before it is blank.
        sixteen = Fonts.find(rom, [0, 0, 0x7E, 0x81, 0xA5, 0x81, 0x81, 0xBD, 0x99, 0x81, 0x81, 0x7E, 0, 0, 0, 0])
        fourteen = Fonts.find(rom, [0, 0, 0x7E, 0x81, 0xA5, 0x81, 0x81, 0xBD, 0x99, 0x81, 0x7E, 0, 0, 0])
        eight = Fonts.find(rom, [0x7E, 0x81, 0xA5, 0x81, 0xBD, 0x99, 0x81, 0x7E])
    }

    private static func find(_ rom: [UInt8], _ face: [UInt8]) -> [UInt8] {
        let height = face.count
        guard rom.count > height * 257 else { return [] }
        for start in 0...(rom.count - height * 256) where rom[start + height] == face[0] {
            let glyph = rom[start + height..<start + height * 2]
            if glyph.elementsEqual(face), rom[start..<start + height].allSatisfy({ $0 == 0 }) {
                return Array(rom[start..<start + height * 256])
            }
        }
        return []
    }

    /// Puts the glyphs into read-only memory.
    mutating func place(in stubs: StubTable) {
        var offset: UInt16 = 0x4000
        func put(_ bytes: [UInt8], _ count: Int) -> FarPointer {
            stubs.put(bytes.isEmpty ? [UInt8](repeating: 0, count: count) : bytes, at: offset)
            defer { offset += UInt16(count) }
            return FarPointer(StubTable.segment, offset)
        }
        eightPlace = put(eight, 2048)
        fourteenPlace = put(fourteen, 3584)
        sixteenPlace = put(sixteen, 4096)
    }

    func glyphs(height: UInt8) -> (bytes: [UInt8], place: FarPointer) {
        height >= 16 ? (sixteen, sixteenPlace) : height >= 14 ? (fourteen, fourteenPlace) : (eight, eightPlace)
    }
}
