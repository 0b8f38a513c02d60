/// The ports.
extension DisplayAdapter {
    /// Bits that exist in each register.
    private static let sequencerMasks: [UInt8] = [0x03, 0x3D, 0x0F, 0x3F, 0x0E]
    private static let graphicsMasks: [UInt8] = [0x0F, 0x0F, 0x0F, 0x1F, 0x03, 0x7B, 0x0F, 0x0F, 0xFF]
    private static let attributeMasks: [UInt8] = [UInt8](repeating: 0x3F, count: 16) + [0xEF, 0xFF, 0x3F, 0x0F, 0x0F]

    /// The CRT controller and input status 1 answer at 3Dxh or 3Bxh, never at both.
    private func answers(_ port: UInt16) -> Bool {
        port & 0xFFF0 == 0x3C0 || (port & 0xFFF0 == 0x3D0) == registers.isColor
    }

    package func read(port: UInt16) -> UInt8 {
        guard answers(port) else { return 0xFF }
        switch port {
        case 0x3C0: return registers.attributeIndex
        case 0x3C1: return register(registers.attribute, registers.attributeIndex & 0x1F)
        case 0x3C2: return 0x10
        case 0x3C3: return registers.enable
        case 0x3C4: return registers.sequencerIndex
        case 0x3C5: return register(registers.sequencer, registers.sequencerIndex)
        case 0x3C6: return registers.paletteMask
        case 0x3C7: return registers.paletteReads ? 3 : 0
        case 0x3C8: return registers.paletteWriteIndex
        case 0x3C9: return readPalette()
        case 0x3CA: return registers.feature
        case 0x3CC: return registers.miscellaneous
        case 0x3CE: return registers.graphicsIndex
        case 0x3CF: return register(registers.graphics, registers.graphicsIndex)
        case 0x3B4, 0x3D4: return registers.controllerIndex
        case 0x3B5, 0x3D5: return register(registers.controller, registers.controllerIndex)
        case 0x3BA, 0x3DA:
            registers.attributeTakesData = false
            return inputStatus
        default: return 0xFF
        }
    }

    /// A register that does not exist reads as zero.
    private func register(_ file: [UInt8], _ index: UInt8) -> UInt8 {
        Int(index) < file.count ? file[Int(index)] : 0
    }

    package func write(port: UInt16, value: UInt8) {
        guard answers(port) else { return }
        switch port {
        case 0x3C0: writeAttribute(value)
        case 0x3C2: writeMiscellaneous(value)
        case 0x3C3: registers.enable = value & 1
        case 0x3C4: registers.sequencerIndex = value & 7
        case 0x3C5: writeSequencer(value)
        case 0x3C6: writePaletteMask(value)
        case 0x3C7: selectPalette(value, reads: true)
        case 0x3C8: selectPalette(value, reads: false)
        case 0x3C9: writePalette(value)
        case 0x3CE: registers.graphicsIndex = value & 15
        case 0x3CF: writeGraphics(value)
        case 0x3B4, 0x3D4: registers.controllerIndex = value
        case 0x3B5, 0x3D5: writeController(value)
        case 0x3BA, 0x3DA: registers.feature = value
        default: break
        }
    }

    private func writeMiscellaneous(_ value: UInt8) {
        if Self.change(&registers.miscellaneous, value) { registersChanged() }
    }

    /// The map mask changes nothing on the screen.
    private func writeSequencer(_ value: UInt8) {
        let index = registers.sequencerIndex
        guard Self.change(&registers.sequencer, index, value, Self.sequencerMasks) else { return }
        index == 2 ? accessChanged() : registersChanged()
    }

    /// Drawing programs write the data path between accesses to memory; only the mode registers change the screen.
    private func writeGraphics(_ value: UInt8) {
        let index = registers.graphicsIndex
        guard Self.change(&registers.graphics, index, value, Self.graphicsMasks) else { return }
        index == 5 || index == 6 ? registersChanged() : accessChanged()
    }

    private func writePaletteMask(_ value: UInt8) {
        if Self.change(&registers.paletteMask, value) { generation &+= 1 }
    }

    /// Stores a value; true when that changed something.
    private static func change(_ register: inout UInt8, _ value: UInt8) -> Bool {
        guard register != value else { return false }
        register = value
        return true
    }

    private static func change(_ file: inout [UInt8], _ index: UInt8, _ value: UInt8, _ masks: [UInt8]) -> Bool {
        let index = Int(index)
        guard index < masks.count else { return false }
        return change(&file[index], value & masks[index])
    }

    /// One port takes index and data in turn; reading input status 1 makes the next one an index.
    private func writeAttribute(_ value: UInt8) {
        let index = registers.attributeIndex & 0x1F
        let changed =
            registers.attributeTakesData
            ? Self.change(&registers.attribute, index, value, Self.attributeMasks)
            : Self.change(&registers.attributeIndex, value & 0x3F)
        registers.attributeTakesData.toggle()
        if changed { generation &+= 1 }
    }

    /// Bit 7 of register 11h protects registers 0–7, except bit 8 of the line compare in register 7.
    private func writeController(_ value: UInt8) {
        let index = Int(registers.controllerIndex)
        guard index < registers.controller.count else { return }
        var value = value
        if index < 8, registers.controller[0x11] & 0x80 != 0 {
            guard index == 7 else { return }
            value = registers.controller[7] & ~0x10 | value & 0x10
        }
        if Self.change(&registers.controller[index], value) { generation &+= 1 }
    }

    // MARK: The DAC

    private func selectPalette(_ index: UInt8, reads: Bool) {
        if reads {
            registers.paletteReadIndex = index
        } else {
            registers.paletteWriteIndex = index
        }
        registers.paletteComponent = 0
        registers.paletteReads = reads
    }

    private func readPalette() -> UInt8 {
        let value = registers.palette[Int(registers.paletteReadIndex) * 3 + Int(registers.paletteComponent)]
        if nextComponent() { registers.paletteReadIndex &+= 1 }
        return value
    }

    private func writePalette(_ value: UInt8) {
        let place = Int(registers.paletteWriteIndex) * 3 + Int(registers.paletteComponent)
        let value = linear.hasWideDAC ? value : value & 0x3F
        if registers.palette[place] != value {
            registers.palette[place] = value
            generation &+= 1
        }
        if nextComponent() { registers.paletteWriteIndex &+= 1 }
    }

    /// Red, green, blue; true when the next entry's turn has come.
    private func nextComponent() -> Bool {
        registers.paletteComponent = registers.paletteComponent == 2 ? 0 : registers.paletteComponent + 1
        return registers.paletteComponent == 0
    }
}
