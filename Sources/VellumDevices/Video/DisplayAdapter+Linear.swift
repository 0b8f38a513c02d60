/// Modes of the Bochs VBE extensions.
extension DisplayAdapter {
    static let linearPorts: ClosedRange<UInt16> = 0x1CE...0x1D0

    /// A mode with a linear frame buffer shows, whose memory the guest changes unseen.
    package var isLinear: Bool { linear.isEnabled }

    /// The extensions' ports take 16 bits; 32 at the index port are both.
    package func read(port: UInt16, width: Int) -> UInt32 {
        guard Self.linearPorts.contains(port) else { return bytes(port: port, width: width) }
        return UInt32(port == 0x1CE ? linear.index : port == 0x1CF ? linear.value : 0xFFFF)
    }

    package func write(port: UInt16, value: UInt32, width: Int) {
        let word = UInt16(truncatingIfNeeded: value)
        switch port {
        case 0x1CE: linear.index = word
        case 0x1CF: writeLinear(word)
        case 0x1D0: break
        default:
            for byte in 0..<width {
                write(port: port &+ UInt16(byte), value: UInt8(truncatingIfNeeded: value >> UInt32(byte * 8)))
            }
        }
    }

    private func bytes(port: UInt16, width: Int) -> UInt32 {
        (0..<width).reduce(0) { $0 | UInt32(read(port: port &+ UInt16($1))) << UInt32($1 * 8) }
    }

    private func writeLinear(_ value: UInt16) {
        switch linear.write(value) {
        case .none: return
        case .shows: break
        case .clears: memory.clear(linear.screenBytes)
        }
        registersChanged()
    }

    // MARK: The picture

    func linearFrame() -> Frame {
        var frame = Frame(width: Int(linear.width), height: Int(linear.height))
        let colors = (0..<256).map { dacColor($0 & Int(registers.paletteMask)) }
        let bytesPerPixel = linear.pixelBits / 8
        for y in 0..<frame.height {
            let line = linear.start + y * linear.pitch
            for x in 0..<frame.width {
                // `settle` has seen to it that a screen lies within memory; planes have a word for eight pixels.
                frame[x, y] =
                    linear.isPlanar
                    ? planarColor(line + x / 2 & ~3, 7 - x % 8)
                    : packedColor(line + x * bytesPerPixel, colors)
            }
        }
        return frame
    }

    private func planarColor(_ place: Int, _ bit: Int) -> TextScreen.Color {
        let word = memory.words[min(place, VideoMemory.size - 4) / 4]
        let value = (0..<4).reduce(0) { $0 | Int(word >> UInt32($1 * 8 + bit) & 1) << $1 }
        return dacColor(registers.paletteEntry(value & Int(registers.attribute[0x12] & 15)))
    }

    private func packedColor(_ place: Int, _ colors: [TextScreen.Color]) -> TextScreen.Color {
        guard place + linear.pixelBits / 8 <= VideoMemory.size else {
            return TextScreen.Color(red: 0, green: 0, blue: 0)
        }
        let bytes = UnsafeRawPointer(memory.bytes) + place
        switch linear.depth {
        case 8: return colors[Int(bytes.load(as: UInt8.self))]
        case 15:
            let word = Int(bytes.loadUnaligned(as: UInt16.self))
            return TextScreen.Color(
                red: Self.widen(word >> 10 & 31, 5), green: Self.widen(word >> 5 & 31, 5),
                blue: Self.widen(word & 31, 5))
        case 16:
            let word = Int(bytes.loadUnaligned(as: UInt16.self))
            return TextScreen.Color(
                red: Self.widen(word >> 11, 5), green: Self.widen(word >> 5 & 63, 6), blue: Self.widen(word & 31, 5))
        default:
            let components = (0..<3).map { bytes.load(fromByteOffset: $0, as: UInt8.self) }
            return TextScreen.Color(red: components[2], green: components[1], blue: components[0])
        }
    }

    /// A component of 5 or 6 bits in 8.
    private static func widen(_ value: Int, _ bits: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: value << (8 - bits) | value >> (2 * bits - 8))
    }
}
