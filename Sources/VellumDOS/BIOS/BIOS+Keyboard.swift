// INT 09h: scan codes from the keyboard controller become keys in the buffer.
extension BIOS {
    /// Bits of 40:17h.
    private enum Flag {
        static let rightShift: UInt8 = 0x01, leftShift: UInt8 = 0x02, control: UInt8 = 0x04, alt: UInt8 = 0x08
        static let scrollLock: UInt8 = 0x10, numLock: UInt8 = 0x20, capsLock: UInt8 = 0x40, insert: UInt8 = 0x80
    }

    /// What the handler's code is to do after the key.
    private enum After { static let nothing: UInt8 = 0, breakKey: UInt8 = 1, printScreen: UInt8 = 2 }

    func registerKeyboard(_ stubs: StubTable) {
        let code: [UInt8] = [
            0x50,  // PUSH AX
            0xE4, 0x60,  // IN AL,60h
            0xB4, 0x4F, 0xF9, 0xCD, 0x15,  // MOV AH,4Fh; STC; INT 15h
            0xB4, 0x00,  // MOV AH,0
            0x73, 0x02,  // JNC past the trap: the code was taken
            0x0F, 0x0B,
            0xFA, 0xB0, 0x20, 0xE6, 0x20,  // CLI; MOV AL,20h; OUT 20h,AL
            0x80, 0xFC, 0x01, 0x75, 0x02, 0xCD, 0x1B,  // CMP AH,1; JNE; INT 1Bh
            0x80, 0xFC, 0x02, 0x75, 0x02, 0xCD, 0x05,  // CMP AH,2; JNE; INT 05h
            0x58, 0xCF,  // POP AX; IRET
        ]
        stubs.setVector(
            0x09,
            stubs.add("INT 09h", code: code, trapAt: 12, hasFrame: false) { [unowned self] registers in
                registers.ah = take(scanCode: registers.al)
                return .done
            })
    }

    private var flags: UInt8 {
        get { byte(0x17) }
        set { setByte(0x17, newValue) }
    }

    /// Prefixes seen are in 40:96h: E1h in bit 0, E0h in bit 1; an enhanced keyboard in bit 4.
    private func take(scanCode: UInt8) -> UInt8 {
        let state = byte(0x96)
        switch scanCode {
        case 0xE0:
            setByte(0x96, state | 0x02)
            return After.nothing
        case 0xE1:
            setByte(0x96, state | 0x01)
            return After.nothing
        // Acknowledgements and the overrun code.
        case 0xFA, 0xFE, 0xFF: return After.nothing
        default: break
        }
        let isExtended = state & 0x02 != 0
        let isPause = state & 0x01 != 0
        // Pause is two codes behind its prefix.
        if isPause, scanCode & 0x7F == 0x1D { return After.nothing }
        setByte(0x96, state & ~0x03)
        if isPause { return After.nothing }
        if isShift(scanCode, isExtended) { return After.nothing }
        return scanCode & 0x80 != 0 ? After.nothing : press(scanCode, isExtended)
    }

    /// Keys that change the flags, pressed and released.
    private func isShift(_ scanCode: UInt8, _ isExtended: Bool) -> Bool {
        let isPressed = scanCode & 0x80 == 0
        let code = scanCode & 0x7F
        // Shifts that the keyboard itself puts around grey keys are none.
        if isExtended, code == 0x2A || code == 0x36 { return true }
        let held: [UInt8: UInt8] = [0x36: Flag.rightShift, 0x2A: Flag.leftShift, 0x1D: Flag.control, 0x38: Flag.alt]
        if let flag = held[code] {
            flags = isPressed ? flags | flag : flags & ~flag
            if code == 0x1D || code == 0x38 { noteSide(code, isExtended, isPressed) }
            if code == 0x38, !isPressed { finishAltNumber() }
            return true
        }
        let locks: [UInt8: UInt8] = [0x46: Flag.scrollLock, 0x45: Flag.numLock, 0x3A: Flag.capsLock]
        guard !isExtended, let lock = locks[code], !(code == 0x46 && flags & Flag.control != 0) else { return false }
        let down = byte(0x18)
        // A key that repeats switches once.
        if isPressed, down & lock == 0 { flags ^= lock }
        setByte(0x18, isPressed ? down | lock : down & ~lock)
        return true
    }

    /// 40:18h has the left Ctrl and Alt, 40:96h the right ones.
    private func noteSide(_ code: UInt8, _ isExtended: Bool, _ isPressed: Bool) {
        let (offset, bit): (UInt32, UInt8) =
            isExtended ? (0x96, code == 0x1D ? 0x04 : 0x08) : (0x18, code == 0x1D ? 0x01 : 0x02)
        setByte(offset, isPressed ? byte(offset) | bit : byte(offset) & ~bit)
    }

    private func press(_ code: UInt8, _ isExtended: Bool) -> UInt8 {
        let flags = flags
        if flags & Flag.control != 0, flags & Flag.alt != 0, code == 0x53 {
            host.writePort(0x64, 0xFE)
            return After.nothing
        }
        if isExtended, code == 0x37 { return After.printScreen }
        if flags & Flag.control != 0, code == 0x46 {
            setByte(0x71, 0x80)
            setWord(0x1C, word(0x1A))
            putKey(0)
            return After.breakKey
        }
        if code == 0x52, flags & (Flag.control | Flag.alt) == 0 { self.flags = flags ^ Flag.insert }
        if !isExtended, flags & Flag.alt != 0, addAltDigit(code) { return After.nothing }
        guard let key = translate(code, isExtended, flags) else { return After.nothing }
        putKey(key)
        return After.nothing
    }

    private func translate(_ code: UInt8, _ isExtended: Bool, _ flags: UInt8) -> UInt16? {
        guard
            let row = isExtended
                ? KeyTable.extended[code] : Int(code) < KeyTable.rows.count ? KeyTable.rows[Int(code)] : nil
        else { return nil }
        let word: UInt16
        if flags & Flag.alt != 0 {
            word = row.alt
        } else if flags & Flag.control != 0 {
            word = row.control
        } else {
            var isShifted = flags & (Flag.leftShift | Flag.rightShift) != 0
            let letter = row.plain & 0xFF
            if !isExtended, (0x47...0x53).contains(code), row.plain != row.shift {
                if flags & Flag.numLock != 0 { isShifted.toggle() }
            } else if (0x61...0x7A).contains(letter), flags & Flag.capsLock != 0 {
                isShifted.toggle()
            }
            word = isShifted ? row.shift : row.plain
        }
        return word == 0 ? nil : word
    }

    // MARK: Alt and digits of the pad make a character

    private static let padDigits: [UInt8: UInt8] = [
        0x52: 0, 0x4F: 1, 0x50: 2, 0x51: 3, 0x4B: 4, 0x4C: 5, 0x4D: 6, 0x47: 7, 0x48: 8, 0x49: 9,
    ]

    private func addAltDigit(_ code: UInt8) -> Bool {
        guard let digit = BIOS.padDigits[code] else { return false }
        setByte(0x19, byte(0x19) &* 10 &+ digit)
        return true
    }

    private func finishAltNumber() {
        let character = byte(0x19)
        setByte(0x19, 0)
        if character != 0 { putKey(UInt16(character)) }
    }
}
