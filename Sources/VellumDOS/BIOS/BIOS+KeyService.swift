// INT 16h.
extension BIOS {
    func keyboard(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        switch registers.ah {
        case 0x00, 0x10, 0x20: return readKey(&registers)
        case 0x01, 0x11, 0x21: return lookAtKey(&registers)
        case 0x02: registers.al = byte(0x17)
        case 0x12, 0x22:
            registers.al = byte(0x17)
            // Side keys from 40:96h and locks held down from 40:18h.
            registers.ah = byte(0x18) & 0x73 | byte(0x96) & 0x0C
        case 0x03: break
        case 0x05:
            registers.al = putKey(registers.cx) ? 0 : 1
        case 0x09: registers.al = 0x20
        case 0x0A: registers.bx = 0x41AB
        default: break
        }
        return .done
    }

    /// The next key as the function number wants it; keys that the old functions do not know are dropped.
    private func nextKey(_ function: UInt8) -> UInt16? {
        for _ in 0..<128 {
            guard let key = peekKey() else { return nil }
            if function >= 0x10 { return key & 0xFF == 0xF0 && key >> 8 != 0 ? key & 0xFF00 : key }
            if let standard = KeyTable.standard(key) { return standard }
            _ = takeKey()
        }
        return nil
    }

    private func readKey(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        if let key = nextKey(registers.ah) {
            _ = takeKey()
            registers.ax = key
            return .done
        }
        switch keySource(false) {
        case .key(let key):
            registers.ax = key
            return .done
        case .asked: return .suspend
        case .nothing, .end: return .wait
        }
    }

    /// A key stays where it is; from outside it comes into the buffer.
    private func lookAtKey(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        if nextKey(registers.ah) == nil {
            switch keySource(true) {
            case .key(let key): putKey(key)
            case .asked: return .suspend
            case .nothing, .end: break
            }
        }
        let key = nextKey(registers.ah)
        registers.zero = key == nil
        if let key { registers.ax = key }
        return .done
    }
}
