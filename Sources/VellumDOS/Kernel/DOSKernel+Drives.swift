// Drives: which there are, which is current, how much is free.
extension DOSKernel {
    func driveService(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        switch registers.ah {
        case 0x0D: break
        case 0x0E:
            if Int(registers.dl) < drives.count, drives[Int(registers.dl)] != nil { currentDrive = registers.dl }
            registers.al = UInt8(DOSLayout.directoryCount)
        case 0x19: registers.al = currentDrive
        case 0x1A: transferArea = registers.dsdx
        case 0x1B, 0x1C: allocation(&registers)
        case 0x1F, 0x32: parameterBlock(&registers)
        default: freeSpace(&registers)
        }
        return .done
    }

    /// The drive that a number names, 0 for the current one.
    func drive(numbered number: UInt8) -> Drive? {
        let index = number == 0 ? Int(currentDrive) : Int(number) - 1
        return index < drives.count ? drives[index] : nil
    }

    /// Sectors of 512 bytes, 64 to a cluster; what a FAT16 volume cannot say is cut to 2 GiB less a cluster.
    private static let sectorsPerCluster: UInt16 = 64

    private func clusters(_ bytes: UInt64) -> UInt16 {
        UInt16(clamping: min(bytes / (UInt64(Self.sectorsPerCluster) * 512), 0xFFEF))
    }

    private func freeSpace(_ registers: inout ServiceRegisters) {
        guard let drive = drive(numbered: registers.dl) else {
            registers.ax = 0xFFFF
            return
        }
        let space = drive.store.space
        registers.ax = Self.sectorsPerCluster
        registers.bx = clusters(space.free)
        registers.cx = 512
        registers.dx = clusters(space.total)
    }

    private func allocation(_ registers: inout ServiceRegisters) {
        guard let drive = drive(numbered: registers.ah == 0x1B ? 0 : registers.dl) else {
            registers.al = 0xFF
            return
        }
        registers.al = UInt8(Self.sectorsPerCluster)
        registers.cx = 512
        registers.dx = clusters(drive.store.space.total)
        // The media byte is in the parameter block.
        registers.ds = DOSLayout.segment
        registers.bx = DOSLayout.parameters + 0x17
    }

    private func parameterBlock(_ registers: inout ServiceRegisters) {
        let number = registers.ah == 0x1F ? 0 : registers.dl
        guard drive(numbered: number) != nil else {
            registers.al = 0xFF
            return
        }
        let index = number == 0 ? currentDrive : number - 1
        writeParameters()
        host.writeBytes(DOSLayout.address(DOSLayout.parameters), [index, index])
        registers.al = 0
        registers.ds = DOSLayout.segment
        registers.bx = DOSLayout.parameters
    }

    /// INT 25h and 26h: drives are directories, which have no sectors.
    func absoluteDisk(writes: Bool, _ registers: inout ServiceRegisters) -> ServiceOutcome {
        noteUnknown(writes ? 0x26 : 0x25, registers)
        // Unknown unit, or a write error; the flags of the return are the processor's own.
        registers.ax = registers.al < 26 && drives[Int(registers.al)] != nil ? 0x0207 : 0x0201
        registers.carry = true
        return .done
    }
}
