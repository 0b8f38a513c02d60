// File control blocks: AH=0Fh to 17h, 21h to 24h, 27h to 29h.
extension DOSKernel {
    func controlBlockService(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        if registers.ah == 0x29 {
            parseName(&registers)
            return .done
        }
        let block = FileControlBlock(host: host, at: registers.dsdx)
        do throws(DOSError) {
            registers.al = 0
            switch registers.ah {
            case 0x0F: try openBlock(block)
            case 0x10: try closeBlock(block)
            case 0x11: try findFirst(block)
            case 0x12: try findNext(block)
            case 0x13: try deleteMatching(block)
            case 0x14, 0x15: registers.al = try sequential(block, writes: registers.ah == 0x15)
            case 0x16: try createBlock(block)
            case 0x17: try renameMatching(block)
            case 0x21, 0x22: registers.al = try random(block, writes: registers.ah == 0x22)
            case 0x23: try sizeInRecords(block)
            case 0x24: block.randomRecord = block.sequentialRecord
            default: registers.al = try randomBlock(block, &registers)
            }
        } catch {
            remember(error)
            // Transfers tell of a wrong block with 1, the end of the file; the others with FFh.
            registers.al = [0x14, 0x15, 0x21, 0x22, 0x27, 0x28].contains(registers.ah) ? 1 : 0xFF
        }
        return .done
    }

    /// The path of a block's name, in its drive's current directory.
    private func path(_ block: FileControlBlock, _ name: [UInt8]) throws(DOSError) -> DOSPath {
        guard let name = DOSName(padded: name) else { throw .fileNotFound }
        let directory = try directory(block)
        return DOSPath(drive: directory.drive, names: directory.names + [name])
    }

    private func directory(_ block: FileControlBlock) throws(DOSError) -> DOSPath {
        let index = block.drive == 0 ? currentDrive : block.drive - 1
        guard Int(index) < drives.count, let drive = drives[Int(index)] else { throw .invalidDrive }
        return DOSPath(drive: index, names: drive.current)
    }

    // MARK: Open and close

    private func openBlock(_ block: FileControlBlock) throws(DOSError) {
        let path = try path(block, block.name)
        var file: SystemFile
        do throws(DOSError) {
            file = try openSystemFile(path, mode: 2)
        } catch {
            guard error == .accessDenied else { throw error }
            file = try openSystemFile(path, mode: 0)
        }
        try attach(file, to: block, path)
    }

    private func createBlock(_ block: FileControlBlock) throws(DOSError) {
        let path = try path(block, block.name)
        try attach(
            try createSystemFile(path, attributes: block.attributes ?? [], exclusive: false), to: block, path)
    }

    private func attach(_ file: SystemFile, to block: FileControlBlock, _ path: DOSPath) throws(DOSError) {
        file.owner = psp
        block.slot = try enter(file)
        host.writeByte(block.address, path.drive + 1)
        block.currentBlock = 0
        block.recordSize = 128
        if case .file(let stored) = file.target {
            block.size = UInt32(clamping: stored.size)
            block.time = stored.time
        }
    }

    private func opened(_ block: FileControlBlock) throws(DOSError) -> SystemFile {
        guard let slot = block.slot, files.indices.contains(slot), let file = files[slot], file.owner != 0 else {
            throw .invalidHandle
        }
        return file
    }

    private func closeBlock(_ block: FileControlBlock) throws(DOSError) {
        let file = try opened(block)
        if let slot = block.slot { release(slot) }
        file.owner = 0
        block.slot = nil
    }

    // MARK: Directories

    private func findFirst(_ block: FileControlBlock) throws(DOSError) {
        let directory = try directory(block)
        let entries = try matches(directory, NamePattern(padded: block.name), block.attributes ?? [])
        host.writeLong(block.address + 0x0C, searches.add(entries, process: psp))
        try findNext(block)
    }

    /// The entry found goes to the transfer area as an unopened block of the same kind.
    private func findNext(_ block: FileControlBlock) throws(DOSError) {
        guard let entry = searches.next(host.readLong(block.address + 0x0C)) else { throw .noMoreFiles }
        let drive = try directory(block).drive + 1
        var bytes: [UInt8] = [drive] + entry.name.bytes + [entry.attributes.rawValue]
        bytes += [UInt8](repeating: 0, count: 10)
        for word in [entry.time.time, entry.time.date, 0] {
            bytes += [UInt8(truncatingIfNeeded: word), UInt8(word >> 8)]
        }
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: entry.size >> ($0 * 8)) }
        let prefix: [UInt8] = block.attributes.map { [0xFF, 0, 0, 0, 0, 0, $0.rawValue] } ?? []
        host.writeBytes(transferArea, prefix + bytes)
    }

    private func deleteMatching(_ block: FileControlBlock) throws(DOSError) {
        let directory = try directory(block)
        let found = try matches(directory, NamePattern(padded: block.name), block.attributes ?? [])
        guard !found.isEmpty else { throw .fileNotFound }
        for entry in found where !entry.attributes.contains(.directory) {
            try delete(DOSPath(drive: directory.drive, names: directory.names + [entry.name]))
        }
    }

    private func renameMatching(_ block: FileControlBlock) throws(DOSError) {
        let directory = try directory(block)
        let target = NamePattern(padded: block.secondName)
        let found = try matches(directory, NamePattern(padded: block.name), block.attributes ?? [])
        guard !found.isEmpty else { throw .fileNotFound }
        for entry in found {
            guard let name = target.applied(to: entry.name) else { throw .fileNotFound }
            try rename(
                DOSPath(drive: directory.drive, names: directory.names + [entry.name]),
                to: DOSPath(drive: directory.drive, names: directory.names + [name]))
        }
    }

    private func sizeInRecords(_ block: FileControlBlock) throws(DOSError) {
        let path = try path(block, block.name)
        let size = try store(path.drive).entry(path.names).size
        let record = UInt32(block.recordSize == 0 ? 128 : block.recordSize)
        block.randomRecord = size / record + (size % record == 0 ? 0 : 1)
    }
}
