extension DisplayAdapter {
    /// How the processor reaches the planes: worked out of the registers when one changes, since each access needs it.
    struct MemoryAccess {
        /// The part of the window that answers, from A0000h on.
        var base: UInt32
        var size: UInt32
        /// Four neighbouring addresses are the four planes (mode 13h).
        var chain4: Bool
        /// Even addresses are planes 0 and 2, odd ones 1 and 3 (text).
        var oddEvenWrites: Bool
        var oddEvenReads: Bool
        var mapMask: UInt8
        var writeMode: UInt8
        var function: UInt8
        var rotate: UInt8
        var setReset: UInt32
        var enableSetReset: UInt32
        var bitMask: UInt32
        var comparesColors: Bool
        var readMap: UInt32
        var colorCompare: UInt32
        var colorCare: UInt32
        /// A write stores its byte as it is: text as everyone writes it.
        var plainText: Bool
        /// The byte of memory that the window's first shows, in modes of bytes in order.
        var linearBank: Int?
        /// The plane address that the window's first shows.
        var planarBank = 0

        init(_ registers: VideoRegisters, _ linear: LinearRegisters) {
            let graphics = registers.graphics
            (base, size) = Self.window(graphics[6] >> 2 & 3)
            if registers.miscellaneous & 2 == 0 { size = 0 }
            chain4 = registers.sequencer[4] & 8 != 0
            oddEvenWrites = registers.sequencer[4] & 4 == 0
            oddEvenReads = graphics[5] & 0x10 != 0
            mapMask = registers.sequencer[2]
            writeMode = graphics[5] & 3
            function = graphics[3] >> 3 & 3
            rotate = graphics[3] & 7
            setReset = Self.spread(graphics[0])
            enableSetReset = Self.spread(graphics[1])
            bitMask = UInt32(graphics[8]) &* 0x0101_0101
            comparesColors = graphics[5] & 8 != 0
            readMap = UInt32(graphics[4])
            colorCompare = Self.spread(graphics[2])
            colorCare = Self.spread(graphics[7])
            plainText =
                oddEvenWrites && !chain4 && mapMask == 3 && writeMode == 0 && function == 0 && rotate == 0
                && enableSetReset == 0 && graphics[8] == 0xFF
            guard linear.isEnabled else { return }
            (base, size) = (0, 0x10000)
            plainText = false
            if linear.isPlanar { planarBank = Int(linear.bank) << 16 } else { linearBank = Int(linear.bank) << 16 }
        }

        private static func window(_ select: UInt8) -> (base: UInt32, size: UInt32) {
            switch select {
            case 0: (0, 0x20000)
            case 1: (0, 0x10000)
            case 2: (0x10000, 0x8000)
            default: (0x18000, 0x8000)
            }
        }

        /// Each of four bits becomes a byte of zeros or ones.
        static func spread(_ bits: UInt8) -> UInt32 {
            ((UInt32(bits & 15) &* 0x0020_4081) & 0x0101_0101) &* 0xFF
        }

        /// What a written byte makes of the latches, in all planes (PS/2 Technical Reference, "Graphics Controller").
        func combine(_ value: UInt8, latch: UInt32) -> UInt32 {
            let rotated = UInt32(value >> rotate | value << ((8 - rotate) & 7)) &* 0x0101_0101
            switch writeMode {
            case 0: return mix(rotated & ~enableSetReset | setReset & enableSetReset, latch, bitMask)
            case 1: return latch
            case 2: return mix(Self.spread(value), latch, bitMask)
            default: return mix(setReset, latch, bitMask & rotated)
            }
        }

        private func mix(_ data: UInt32, _ latch: UInt32, _ mask: UInt32) -> UInt32 {
            let result =
                switch function {
                case 1: data & latch
                case 2: data | latch
                case 3: data ^ latch
                default: data
                }
            return result & mask | latch & ~mask
        }
    }

    // MARK: The window at A0000h

    package func read(offset: UInt32, width: Int) -> UInt32 {
        var value: UInt32 = 0
        for byte in 0..<UInt32(width) { value |= UInt32(readByte(offset &+ byte)) << (byte * 8) }
        return value
    }

    package func write(offset: UInt32, value: UInt32, width: Int) {
        for byte in 0..<UInt32(width) {
            writeByte(offset &+ byte, UInt8(truncatingIfNeeded: value >> (byte * 8)))
        }
    }

    private func readByte(_ offset: UInt32) -> UInt8 {
        let relative = offset &- access.base
        guard relative < access.size else { return 0xFF }
        if let bank = access.linearBank {
            return memory.bytes.load(fromByteOffset: bank + Int(relative), as: UInt8.self)
        }
        var address = relative & 0xFFFF
        var plane = access.readMap
        if access.chain4 {
            plane = relative & 3
            address &= ~3
        } else if access.oddEvenReads {
            plane = plane & 2 | relative & 1
            address &= ~1
        }
        let latch = planes[access.planarBank + Int(address)]
        registers.latch = latch
        guard access.comparesColors else { return UInt8(truncatingIfNeeded: latch >> (plane * 8)) }
        let differs = (latch ^ access.colorCompare) & access.colorCare
        return ~UInt8(truncatingIfNeeded: differs | differs >> 8 | differs >> 16 | differs >> 24)
    }

    private func writeByte(_ offset: UInt32, _ value: UInt8) {
        let relative = offset &- access.base
        guard relative < access.size else { return }
        if access.plainText { return writeText(relative & 0xFFFF, value) }
        if let bank = access.linearBank {
            return memory.bytes.storeBytes(of: value, toByteOffset: bank + Int(relative), as: UInt8.self)
        }
        var address = relative & 0xFFFF
        var map = access.mapMask
        if access.chain4 {
            map &= 1 << UInt8(relative & 3)
            address &= ~3
        } else if access.oddEvenWrites {
            map &= relative & 1 == 0 ? 0b0101 : 0b1010
            address &= ~1
        }
        let mask = MemoryAccess.spread(map)
        let place = access.planarBank + Int(address)
        store(place, access.combine(value, latch: registers.latch) & mask | planes[place] & ~mask)
    }

    /// The character or attribute byte of a cell.
    private func writeText(_ address: UInt32, _ value: UInt8) {
        let shift = (address & 1) * 8
        let index = Int(address & ~1)
        store(index, planes[index] & ~(0xFF << shift) | UInt32(value) << shift)
    }

    private func store(_ address: Int, _ word: UInt32) {
        guard planes[address] != word else { return }
        planes[address] = word
        generation &+= 1
    }
}
