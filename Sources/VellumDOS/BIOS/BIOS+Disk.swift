/// A disk as INT 13h addresses it.
package struct DiskShape: Equatable, Sendable {
    /// At most 1024, as many as there is room for in the registers.
    package var cylinders: Int
    package var heads: Int
    package var sectors: Int
    package var sectorCount: UInt64
    /// The type that AH=08h tells of floppy drives; zero for hard disks.
    package var floppyType: UInt8

    package init(cylinders: Int, heads: Int, sectors: Int, sectorCount: UInt64, floppyType: UInt8 = 0) {
        self.cylinders = cylinders
        self.heads = heads
        self.sectors = sectors
        self.sectorCount = sectorCount
        self.floppyType = floppyType
    }
}

// INT 13h: the images in the machine's drives.  DOS's own drives are directories and not among them.
extension BIOS {
    private enum Status {
        static let done: UInt8 = 0, badCommand: UInt8 = 1, protected: UInt8 = 3, notFound: UInt8 = 4
        static let boundary: UInt8 = 9, noDrive: UInt8 = 7, failure: UInt8 = 0x20, notReady: UInt8 = 0x80
    }

    /// 40:41h and 40:74h keep the last status of floppies and hard disks.
    private func finish(_ status: UInt8, _ registers: inout ServiceRegisters) -> ServiceOutcome {
        setByte(registers.dl < 0x80 ? 0x41 : 0x74, status)
        registers.ah = status
        registers.carry = status != Status.done
        return .done
    }

    func disk(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        let unit = registers.dl
        switch registers.ah {
        case 0x00, 0x0D: return finish(Status.done, &registers)
        case 0x01:
            registers.ah = byte(unit < 0x80 ? 0x41 : 0x74)
            registers.carry = registers.ah != 0
            return .done
        case 0x08: return parameters(&registers)
        case 0x15: return kind(&registers)
        default: break
        }
        guard let shape = host.diskShape(unit) else {
            return finish(unit < 0x80 ? Status.notReady : Status.badCommand, &registers)
        }
        switch registers.ah {
        case 0x02, 0x03, 0x04: return transfer(shape, &registers)
        case 0x05, 0x0C, 0x10, 0x11, 0x14, 0x47: return finish(Status.done, &registers)
        case 0x16: return finish(Status.done, &registers)
        case 0x41 where unit >= 0x80 && registers.bx == 0x55AA:
            registers.bx = 0xAA55
            registers.cx = 1
            _ = finish(Status.done, &registers)
            registers.ah = 0x21
            return .done
        case 0x42...0x44 where unit >= 0x80: return extendedTransfer(shape, &registers)
        case 0x48 where unit >= 0x80: return extendedParameters(shape, &registers)
        default: return finish(Status.badCommand, &registers)
        }
    }

    /// Cylinder, head and sector of CX and DH.
    private func transfer(_ shape: DiskShape, _ registers: inout ServiceRegisters) -> ServiceOutcome {
        let cylinder = Int(registers.ch) | Int(registers.cl & 0xC0) << 2
        let sector = Int(registers.cl & 0x3F)
        let count = Int(registers.al)
        let buffer = registers.esbx
        registers.al = 0
        guard sector > 0, sector <= shape.sectors, Int(registers.dh) < shape.heads, cylinder < shape.cylinders else {
            return finish(Status.notFound, &registers)
        }
        let first = UInt64((cylinder * shape.heads + Int(registers.dh)) * shape.sectors + sector - 1)
        let (status, done) = move(registers.ah, registers.dl, shape, first, count, buffer.linear)
        registers.al = UInt8(clamping: done)
        return finish(status, &registers)
    }

    private func move(
        _ function: UInt8, _ unit: UInt8, _ shape: DiskShape, _ first: UInt64, _ count: Int, _ address: UInt32
    ) -> (status: UInt8, done: Int) {
        guard first <= shape.sectorCount, UInt64(count) <= shape.sectorCount - first else {
            return (Status.notFound, 0)
        }
        switch function & 7 {
        case 2:
            guard let bytes = host.readDisk(unit, sector: first, count: count) else { return (Status.failure, 0) }
            host.writeBytes(address, bytes)
        case 3:
            guard host.writeDisk(unit, sector: first, host.readBytes(address, count * 512)) else {
                return (Status.protected, 0)
            }
        default: break
        }
        return (Status.done, count)
    }

    private func parameters(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        let isFloppy = registers.dl < 0x80
        let units = (0..<2 as Range<UInt8>).filter { host.diskShape($0 | (isFloppy ? 0 : 0x80)) != nil }.count
        guard let shape = host.diskShape(registers.dl) else {
            (registers.cx, registers.dx) = (0, UInt16(units))
            registers.bl = 0
            return finish(Status.noDrive, &registers)
        }
        let last = UInt16(clamping: shape.cylinders - 1)
        _ = finish(Status.done, &registers)
        registers.al = 0
        registers.bl = shape.floppyType
        registers.ch = UInt8(truncatingIfNeeded: last)
        registers.cl = UInt8(clamping: shape.sectors) & 0x3F | UInt8(last >> 8 & 3) << 6
        registers.dh = UInt8(clamping: shape.heads - 1)
        registers.dl = UInt8(units)
        return .done
    }

    /// AH=15h: none, floppy without change line, hard disk with its size.
    private func kind(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        let shape = host.diskShape(registers.dl)
        let unit = registers.dl
        _ = finish(Status.done, &registers)
        guard let shape else { return .done }
        registers.ah = unit < 0x80 ? 1 : 3
        if unit >= 0x80 {
            let count = UInt32(clamping: shape.sectorCount)
            (registers.cx, registers.dx) = (UInt16(count >> 16), UInt16(truncatingIfNeeded: count))
        }
        return .done
    }

    // MARK: Block addresses (Phoenix Enhanced Disk Drive Specification 1.1)

    private func extendedTransfer(_ shape: DiskShape, _ registers: inout ServiceRegisters) -> ServiceOutcome {
        let packet = registers.dssi.linear
        let count = Int(host.readWord(packet + 2))
        let first = UInt64(host.readLong(packet + 8)) | UInt64(host.readLong(packet + 12)) << 32
        guard host.readByte(packet) >= 16, count <= 127 else { return finish(Status.badCommand, &registers) }
        let address = host.readFar(packet + 4).linear
        let (status, done) = move(registers.ah, registers.dl, shape, first, count, address)
        host.writeWord(packet + 2, UInt16(clamping: done))
        return finish(status, &registers)
    }

    private func extendedParameters(_ shape: DiskShape, _ registers: inout ServiceRegisters) -> ServiceOutcome {
        let place = registers.dssi.linear
        guard host.readWord(place) >= 26 else { return finish(Status.badCommand, &registers) }
        host.writeWord(place, 26)
        host.writeWord(place + 2, 2)
        for (index, value) in [shape.cylinders, shape.heads, shape.sectors].enumerated() {
            host.writeLong(place + 4 + UInt32(index) * 4, UInt32(clamping: value))
        }
        host.writeLong(place + 16, UInt32(truncatingIfNeeded: shape.sectorCount))
        host.writeLong(place + 20, UInt32(truncatingIfNeeded: shape.sectorCount >> 32))
        host.writeWord(place + 24, 512)
        return finish(Status.done, &registers)
    }
}
