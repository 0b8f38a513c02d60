// AH=44h: control of devices and drives.
extension DOSKernel {
    func deviceControl(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        switch registers.al {
        case 0x00:
            registers.dx = try file(registers.bx).information
            registers.ax = registers.dx
        case 0x01: try setInformation(&registers)
        case 0x02...0x05: throw .invalidFunction
        case 0x06: return try inputReady(&registers)
        case 0x07:
            _ = try file(registers.bx)
            registers.al = 0xFF
        case 0x08:
            guard drive(numbered: registers.bl) != nil else { throw .invalidDrive }
            registers.ax = 1
        case 0x09:
            guard let drive = drive(numbered: registers.bl) else { throw .invalidDrive }
            registers.dx = drive.store.isReadOnly ? 0x1000 : 0
        case 0x0A:
            _ = try file(registers.bx)
            registers.dx = 0
        case 0x0B: break
        case 0x0D: try genericDrive(&registers)
        case 0x0E, 0x0F:
            guard drive(numbered: registers.bl) != nil else { throw .invalidDrive }
            registers.al = 0
        default: throw .invalidFunction
        }
        registers.carry = false
        return .done
    }

    private func setInformation(_ registers: inout ServiceRegisters) throws(DOSError) {
        let file = try file(registers.bx)
        guard registers.dh == 0 else { throw .invalidData }
        guard case .device = file.target else { throw .invalidFunction }
        file.isRaw = registers.dl & 0x20 != 0
        registers.ax = file.information
    }

    private func inputReady(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        let file = try file(registers.bx)
        switch file.target {
        case .file(let stored): registers.al = file.position < stored.size ? 0xFF : 0
        case .device(.console): registers.al = console.keyboardIsReady ? 0xFF : 0
        case .input:
            switch console.pollStream() {
            case .asked: return .suspend
            case .byte: registers.al = 0xFF
            case .nothing, .end: registers.al = 0
            }
        default: registers.al = 0
        }
        registers.carry = false
        return .done
    }

    /// Generic requests: the volume's serial number and label (66h); the rest needs sectors.
    private func genericDrive(_ registers: inout ServiceRegisters) throws(DOSError) {
        guard let drive = drive(numbered: registers.bl) else { throw .invalidDrive }
        switch registers.cx {
        case 0x0866:
            let label = drive.store.label?.bytes ?? Array("NO NAME    ".utf8)
            host.writeBytes(registers.dsdx, [0, 0, 0x4C, 0x45, 0x56, 0x20] + label + Array("FAT16   ".utf8))
        case 0x0860:
            host.writeBytes(
                registers.dsdx.advanced(by: 1), [5, 1, 0, 0, 0, 0, 0, 2, 64, 1, 0, 2, 0, 2, 0, 0, 0xF8])
        default: throw .invalidFunction
        }
    }
}
