// DOS's own data in guest memory, as far as programs look at it (R. Brown's Interrupt List, INT 21h AH=52h).
extension DOSKernel {
    /// Tables of AH=65h, each with its length before it.
    var tableOffsets: [UInt8: UInt16] { DOSTables.offsets }

    /// The far-call routine that makes capitals.
    var caseMap: FarPointer { entries.caseMap }

    func writeTables() {
        host.fill(DOSLayout.base, count: Int(DOSLayout.firstArena - DOSLayout.segment) << 4)
        writeListOfLists()
        writeDrivers()
        for (offset, bytes) in DOSTables.contents { host.writeBytes(DOSLayout.address(offset), bytes) }
        writeFileTable()
        writeDirectories()
        writeParameters()
        // The swappable area: no critical error, not in DOS, current drive.
        host.writeBytes(DOSLayout.address(DOSLayout.swappable), [0, 0, 0xFF])
        host.writeByte(DOSLayout.address(DOSLayout.swappable + 0x16), currentDrive)
    }

    private func here(_ offset: UInt16) -> FarPointer { FarPointer(DOSLayout.segment, offset) }

    private func writeListOfLists() {
        let list = DOSLayout.address(DOSLayout.listOfLists)
        host.writeWord(list - 2, DOSLayout.firstArena)
        host.writeFar(list, here(DOSLayout.parameters))
        host.writeFar(list + 0x04, here(DOSLayout.files))
        host.writeFar(list + 0x08, here(driver(.clock)))
        host.writeFar(list + 0x0C, here(driver(.console)))
        host.writeWord(list + 0x10, 512)
        host.writeFar(list + 0x12, here(DOSLayout.diskBuffers))
        host.writeFar(list + 0x16, here(DOSLayout.directories))
        host.writeFar(list + 0x1A, here(DOSLayout.files + 6 + UInt16(DOSLayout.fileCount) * DOSLayout.fileSize))
        host.writeByte(list + 0x20, UInt8(drives.count { $0 != nil }))
        host.writeByte(list + 0x21, UInt8(DOSLayout.directoryCount))
        // An empty table of FCBs behind the files.
        host.writeLong(
            DOSLayout.address(DOSLayout.files + 6 + UInt16(DOSLayout.fileCount) * DOSLayout.fileSize), 0xFFFF_FFFF)
    }

    private static let drivers: [(DeviceKind, String, UInt16)] = [
        (.console, "CON", 0x8013), (.auxiliary, "AUX", 0x8000), (.printer, "PRN", 0xA0C0), (.clock, "CLOCK$", 0x8008),
    ]

    private func driver(_ kind: DeviceKind) -> UInt16 {
        let index = Self.drivers.firstIndex { $0.0 == kind } ?? 0
        return DOSLayout.drivers + UInt16(index) * 18
    }

    /// The chain of device drivers' headers from NUL on.  Their routines do nothing.
    private func writeDrivers() {
        var names = [("NUL", UInt16(0x8004), DOSLayout.nullDevice)]
        names += Self.drivers.map { ($0.1, $0.2, driver($0.0)) }
        for (index, (name, attributes, offset)) in names.enumerated() {
            let address = DOSLayout.address(offset)
            let next = index + 1 < names.count ? here(names[index + 1].2) : FarPointer(0xFFFF, 0xFFFF)
            host.writeFar(address, next)
            host.writeWord(address + 4, attributes)
            host.writeWord(address + 6, DOSLayout.deviceDrivers)
            host.writeWord(address + 8, DOSLayout.deviceDrivers)
            let padded = Array(name.utf8) + [UInt8](repeating: 0x20, count: 8 - name.utf8.count)
            host.writeBytes(address + 10, padded)
        }
        // RETF
        host.writeByte(DOSLayout.address(DOSLayout.deviceDrivers), 0xCB)
    }

    private func writeFileTable() {
        let address = DOSLayout.address(DOSLayout.files)
        host.writeLong(address, 0xFFFF_FFFF)
        host.writeWord(address + 4, UInt16(DOSLayout.fileCount))
    }

    private func writeDirectories() {
        for number in 0..<DOSLayout.directoryCount {
            let address = DOSLayout.address(DOSLayout.directories) + UInt32(number) * UInt32(DOSLayout.directorySize)
            host.writeBytes(address, [0x41 + UInt8(number), 0x3A, 0x5C, 0])
            host.writeWord(address + 0x43, number < drives.count && drives[number] != nil ? 0x4000 : 0)
            host.writeFar(address + 0x45, here(DOSLayout.parameters))
            host.writeWord(address + 0x4F, 2)
        }
    }

    /// The parameter block of a hard disk with 32 KiB clusters.
    func writeParameters() {
        let address = DOSLayout.address(DOSLayout.parameters)
        host.writeBytes(address, [2, 0, 0, 2, 63, 6, 1, 0, 2, 0, 2, 0x21, 0])
        host.writeWord(address + 0x0D, 0xFFF0)
        host.writeWord(address + 0x0F, 0x100)
        host.writeFar(address + 0x13, here(driver(.console)))
        host.writeByte(address + 0x17, 0xF8)
        host.writeLong(address + 0x19, 0xFFFF_FFFF)
        host.writeWord(address + 0x1F, 0xFFFF)
    }
}

/// Tables for upper case, sorting and names (AH=65h), code page 437.
enum DOSTables {
    static let offsets: [UInt8: UInt16] = [2: 0x150, 4: 0x1D2, 5: 0x254, 6: 0x3D0, 7: 0x26C]

    static let contents: [(UInt16, [UInt8])] = {
        let upper = (0x80...0xFF).map { DOSName.capital(UInt8($0)) }
        // Characters that names may have, range left out, and separators.
        let names: [UInt8] =
            [0x16, 0x00, 0x01, 0x00, 0xFF, 0x00, 0x00, 0x20, 0x02, 0x0E] + Array(".\"/\\[]:|<>+=;,".utf8)
        let order = [0x00, 0x01] + (0...255).map { DOSName.capital(UInt8($0)) }
        return [
            (0x150, [0x80, 0x00] + upper), (0x1D2, [0x80, 0x00] + upper), (0x254, names), (0x26C, [0, 0, 0, 0]),
            (0x3D0, order),
        ]
    }()
}
