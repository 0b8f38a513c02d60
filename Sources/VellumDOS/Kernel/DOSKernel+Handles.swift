// Handles: open, create, close, read, write, seek.
extension DOSKernel {
    func handleService(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        switch registers.ah {
        case 0x3C, 0x5B:
            let attributes = FileAttributes(rawValue: UInt8(truncatingIfNeeded: registers.cx))
            registers.ax = try create(
                try resolve(registers.dsdx), attributes: attributes, exclusive: registers.ah == 0x5B)
        case 0x3D: registers.ax = try open(try resolve(registers.dsdx), mode: registers.al)
        case 0x3E: try close(registers.bx)
        case 0x3F: return try readHandle(&registers)
        case 0x40: return try writeHandle(&registers)
        case 0x42: try seek(&registers)
        case 0x45:
            guard let index = slot(registers.bx) else { throw .invalidHandle }
            let handle = try freeHandle()
            files[index]?.references += 1
            setSlot(handle, index)
            registers.ax = handle
        case 0x46: try duplicate(registers.bx, onto: registers.cx)
        case 0x57: try fileTime(&registers)
        case 0x5A: try createTemporary(&registers)
        case 0x5C: try lockRegion(registers)
        case 0x67: try setHandleCount(registers.bx)
        case 0x68, 0x6A: if case .file(let stored) = try file(registers.bx).target { try stored.commit() }
        default: try extendedOpen(&registers)
        }
        registers.carry = false
        return .done
    }

    // MARK: Opening

    /// Makes a handle for a file that has been opened.
    func makeHandle(_ system: SystemFile) throws(DOSError) -> UInt16 {
        let handle = try freeHandle()
        setSlot(handle, try enter(system))
        return handle
    }

    func openDevice(_ kind: DeviceKind, mode: UInt8) -> SystemFile {
        SystemFile(.device(kind), mode: mode, name: DOSName(label: Array(kind.rawValue.utf8)))
    }

    func open(_ path: DOSPath, mode: UInt8) throws(DOSError) -> UInt16 {
        guard mode & 7 <= 2 else { throw .invalidAccess }
        return try makeHandle(try openSystemFile(path, mode: mode))
    }

    /// Opens a file or device without a handle.
    func openSystemFile(_ path: DOSPath, mode: UInt8) throws(DOSError) -> SystemFile {
        if let device = try device(path) { return openDevice(device, mode: mode) }
        let drive = try store(path.drive)
        let entry = try drive.entry(path.names)
        guard !entry.attributes.contains(.directory), !entry.attributes.contains(.volume) else { throw .accessDenied }
        let writes = mode & 7 != 0
        if writes, entry.attributes.contains(.readOnly) || drive.isReadOnly { throw .accessDenied }
        let stored = try drive.open(path.names, writing: writes)
        return systemFile(stored, path, mode: mode, attributes: entry.attributes)
    }

    private func systemFile(
        _ stored: any StoredFile, _ path: DOSPath, mode: UInt8, attributes: FileAttributes
    ) -> SystemFile {
        let system = SystemFile(.file(stored), mode: mode, name: path.names.last ?? .current)
        system.drive = path.drive
        system.path = path.names
        system.attributes = attributes
        return system
    }

    func create(_ path: DOSPath, attributes: FileAttributes, exclusive: Bool) throws(DOSError) -> UInt16 {
        // The handle comes first: a file must not be cut to nothing and then not be opened.
        _ = try freeHandle()
        guard files.contains(where: { $0 == nil }) else { throw .tooManyOpenFiles }
        return try makeHandle(try createSystemFile(path, attributes: attributes, exclusive: exclusive))
    }

    func createSystemFile(
        _ path: DOSPath, attributes: FileAttributes, exclusive: Bool
    ) throws(DOSError) -> SystemFile {
        if let device = try device(path) {
            guard !exclusive else { throw .fileExists }
            return openDevice(device, mode: 2)
        }
        guard attributes.isDisjoint(with: [.directory, .volume]) else { throw .accessDenied }
        let drive = try store(path.drive)
        guard !path.names.isEmpty, !drive.isReadOnly else { throw .accessDenied }
        let kept = attributes.intersection([.readOnly, .hidden, .system]).union(.archive)
        let stored = try drive.create(path.names, attributes: kept, exclusive: exclusive)
        return systemFile(stored, path, mode: 2, attributes: kept)
    }

    /// The device that a path names, when its directory exists.
    func device(_ path: DOSPath) throws(DOSError) -> DeviceKind? {
        guard let name = path.names.last, let kind = DeviceKind(name) ?? installedDevice(name) else { return nil }
        if path.names.count > 1 {
            guard try store(path.drive).entry(Array(path.names.dropLast())).attributes.contains(.directory) else {
                throw .pathNotFound
            }
        }
        return kind
    }

    /// An installed device takes and gives nothing by itself.
    private func installedDevice(_ name: DOSName) -> DeviceKind? { installedDevices.contains(name) ? .null : nil }

    /// AH=6Ch: what to do when the file exists in bits 0–3 of DX, when it does not in bits 4–7.
    private func extendedOpen(_ registers: inout ServiceRegisters) throws(DOSError) {
        let path = try resolve(registers.dssi)
        let action = registers.dx
        let mode = UInt8(truncatingIfNeeded: registers.bx)
        let attributes = FileAttributes(rawValue: UInt8(truncatingIfNeeded: registers.cx))
        let isDevice = try device(path) != nil
        let exists: Bool
        if isDevice {
            exists = true
        } else {
            do throws(DOSError) {
                _ = try store(path.drive).entry(path.names)
                exists = true
            } catch {
                guard error == .fileNotFound else { throw error }
                exists = false
            }
        }
        switch (exists, action & 15, action >> 4 & 15) {
        case (true, 1, _):
            registers.ax = try open(path, mode: mode)
            registers.cx = 1
        case (true, 2, _):
            registers.ax = try create(path, attributes: attributes, exclusive: false)
            registers.cx = 3
        case (false, _, 1):
            registers.ax = try create(path, attributes: attributes, exclusive: true)
            registers.cx = 2
        case (true, _, _): throw .fileExists
        case (false, _, _): throw .fileNotFound
        }
    }

    /// AH=5Ah: a name that is not taken, in the directory given; the name is put behind it.
    private func createTemporary(_ registers: inout ServiceRegisters) throws(DOSError) {
        guard var text = host.readString(registers.dsdx) else { throw .pathNotFound }
        if let last = text.last, last != 0x5C, last != 0x2F, last != 0x3A { text.append(0x5C) }
        let attributes = FileAttributes(rawValue: UInt8(truncatingIfNeeded: registers.cx))
        for number in 0..<0x1_0000 as Range<UInt32> {
            let digits = String(UInt32(truncatingIfNeeded: clockSeconds) &* 0x1_0000 &+ number, radix: 16)
            let name = Array(digits.uppercased().utf8.suffix(8))
            do throws(DOSError) {
                registers.ax = try create(try resolve(text + name), attributes: attributes, exclusive: true)
            } catch {
                guard error == .fileExists else { throw error }
                continue
            }
            host.writeBytes(registers.dsdx, text + name + [0])
            return
        }
        throw .cannotMake
    }

    private func duplicate(_ handle: UInt16, onto target: UInt16) throws(DOSError) {
        guard let index = slot(handle), target < handleTable.count else { throw .invalidHandle }
        guard handle != target else { return }
        if slot(target) != nil { try close(target) }
        files[index]?.references += 1
        setSlot(target, index)
        mirror(index)
    }

    // MARK: Place, time, locks

    private func seek(_ registers: inout ServiceRegisters) throws(DOSError) {
        let file = try file(registers.bx)
        let offset = Int(Int32(bitPattern: UInt32(registers.cx) << 16 | UInt32(registers.dx)))
        guard case .file(let stored) = file.target else {
            (registers.ax, registers.dx) = (0, 0)
            return
        }
        let start: Int
        switch registers.al {
        case 0: start = 0
        case 1: start = file.position
        case 2: start = stored.size
        default: throw .invalidFunction
        }
        // Offsets from the start are unsigned; others may lead before it, to a place near 4 GiB as in DOS.
        let target = UInt32(truncatingIfNeeded: start + offset)
        file.position = Int(target)
        registers.ax = UInt16(truncatingIfNeeded: target)
        registers.dx = UInt16(target >> 16)
    }

    private func fileTime(_ registers: inout ServiceRegisters) throws(DOSError) {
        let file = try file(registers.bx)
        switch registers.al {
        case 0:
            var time = DOSTime(moment)
            if case .file(let stored) = file.target { time = stored.time }
            (registers.cx, registers.dx) = (time.time, time.date)
        case 1:
            if case .file(let stored) = file.target {
                try stored.setTime(DOSTime(date: registers.dx, time: registers.cx))
            }
        default: throw .invalidFunction
        }
    }

    /// There is nobody to lock a region against; the handle must be one.
    private func lockRegion(_ registers: ServiceRegisters) throws(DOSError) {
        guard registers.al <= 1 else { throw .invalidFunction }
        _ = try file(registers.bx)
    }

    /// AH=67h: a larger table outside the PSP.
    private func setHandleCount(_ count: UInt16) throws(DOSError) {
        let base = UInt32(psp) << 4
        let (table, old) = handleTable
        guard count > 20 else { return host.writeWord(base + 0x32, max(count, 20)) }
        guard count <= 0xFFFE else { throw .notEnoughMemory }
        guard count > old else { return host.writeWord(base + 0x32, count) }
        let segment = try arena.allocate(UInt16((Int(count) + 15) / 16), owner: psp)
        let entries = host.readBytes(table, Int(old))
        host.writeBytes(
            UInt32(segment) << 4, entries + [UInt8](repeating: 0xFF, count: Int(count) - entries.count))
        host.writeFar(base + 0x34, FarPointer(segment, 0))
        host.writeWord(base + 0x32, count)
    }
}
