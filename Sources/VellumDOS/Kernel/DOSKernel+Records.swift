// Records of file control blocks.
extension DOSKernel {
    /// The results of a transfer: done, end of file, segment wrap, part of a record.
    private enum Status { static let done: UInt8 = 0, end: UInt8 = 1, wrap: UInt8 = 2, part: UInt8 = 3 }

    private func fileBehind(_ block: FileControlBlock) throws(DOSError) -> any StoredFile {
        guard let slot = block.slot, files.indices.contains(slot), let file = files[slot], file.owner != 0,
            case .file(let stored) = file.target
        else { throw .invalidHandle }
        return stored
    }

    func sequential(_ block: FileControlBlock, writes: Bool) throws(DOSError) -> UInt8 {
        let record = block.sequentialRecord
        let (status, _) = try transfer(block, record: record, count: 1, writes: writes)
        if status == Status.done || status == Status.part { block.sequentialRecord = record &+ 1 }
        return status
    }

    func random(_ block: FileControlBlock, writes: Bool) throws(DOSError) -> UInt8 {
        let record = block.randomRecord
        block.sequentialRecord = record
        return try transfer(block, record: record, count: 1, writes: writes).status
    }

    /// AH=27h and 28h: CX records; writing none sets the file's size.
    func randomBlock(_ block: FileControlBlock, _ registers: inout ServiceRegisters) throws(DOSError) -> UInt8 {
        let writes = registers.ah == 0x28
        let record = block.randomRecord
        if writes, registers.cx == 0 {
            let stored = try fileBehind(block)
            let size = UInt64(record) * UInt64(block.recordSize)
            guard size <= 0xFFFF_FFFF else { return Status.end }
            try stored.resize(to: Int(size))
            block.size = UInt32(size)
            return Status.done
        }
        let (status, count) = try transfer(block, record: record, count: registers.cx, writes: writes)
        registers.cx = count
        block.randomRecord = record &+ UInt32(count)
        block.sequentialRecord = block.randomRecord
        return status
    }

    private func transfer(
        _ block: FileControlBlock, record: UInt32, count: UInt16, writes: Bool
    ) throws(DOSError) -> (status: UInt8, count: UInt16) {
        let stored = try fileBehind(block)
        let size = Int(block.recordSize == 0 ? 128 : block.recordSize)
        let room = (0x10000 - Int(transferArea.offset)) / size
        let wanted = min(Int(count), room)
        guard wanted > 0 else { return (Status.wrap, 0) }
        let offset = Int(record) * size
        let length = wanted * size
        if writes {
            let done = try stored.write(at: offset, host.readBytes(transferArea, length))
            block.size = UInt32(clamping: stored.size)
            guard done == length else { return (Status.end, UInt16(done / size)) }
            return (wanted < Int(count) ? Status.wrap : Status.done, UInt16(wanted))
        }
        let bytes = try stored.read(at: offset, count: length)
        let got = bytes.count
        guard got > 0 else { return (Status.end, 0) }
        // The rest of a part of a record reads as zeros.
        let records = (got + size - 1) / size
        host.writeBytes(transferArea, bytes + [UInt8](repeating: 0, count: records * size - got))
        if got % size != 0 { return (Status.part, UInt16(records)) }
        if records < wanted { return (Status.end, UInt16(records)) }
        return (wanted < Int(count) ? Status.wrap : Status.done, UInt16(records))
    }

    // MARK: AH=29h

    func parseName(_ registers: inout ServiceRegisters) {
        var source = registers.dssi
        let flags = registers.al
        var text: [UInt8] = []
        for index in 0..<128 {
            let byte = host.readByte(source.advanced(by: index).linear)
            if byte < 0x20, byte != 0x09 { break }
            text.append(byte)
        }
        let target = registers.esdi
        let old = host.readBytes(target, 12)
        var skipped = 0
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        let isSeparator: (UInt8) -> Bool = { ":.;,=+ \t".utf8.contains($0) }
        while skipped < text.count, isBlank(text[skipped]) { skipped += 1 }
        if flags & 1 != 0, skipped < text.count, isSeparator(text[skipped]) {
            skipped += 1
            while skipped < text.count, isBlank(text[skipped]) { skipped += 1 }
        }
        var kept = [UInt8](repeating: 0x20, count: 11)
        if flags & 4 != 0 { kept.replaceSubrange(0..<8, with: old[1..<9]) }
        if flags & 8 != 0 { kept.replaceSubrange(8..<11, with: old[9..<12]) }
        let parsed = parseBlock(Array(text[skipped...]), keeping: kept)
        var block = parsed.block
        if block[0] == 0, flags & 2 != 0 { block[0] = old[0] }
        host.writeBytes(target, block)
        source = source.advanced(by: skipped + parsed.used)
        registers.si = source.offset
        registers.al = !parsed.driveExists ? 0xFF : parsed.isWild ? 1 : 0
    }

    /// What parsing a name found.
    struct ParsedBlock {
        /// Drive and name.
        var block: [UInt8]
        var used: Int
        var isWild: Bool
        var driveExists: Bool
    }

    /// A name into the form of an FCB; parts that are missing stay as they are in `kept`.
    func parseBlock(_ text: [UInt8], keeping kept: [UInt8]) -> ParsedBlock {
        var index = 0
        var drive: UInt8 = 0
        var exists = true
        if text.count >= 2, text[1] == 0x3A {
            let letter = DOSName.capital(text[0])
            if (0x41...0x5A).contains(letter) {
                drive = letter - 0x40
                exists = drives[Int(drive) - 1] != nil
                index = 2
            }
        }
        func part(_ length: Int) -> [UInt8]? {
            var part: [UInt8] = []
            let start = index
            while index < text.count, DOSName.isAllowed(text[index]) || text[index] == 0x2A || text[index] == 0x3F {
                if text[index] == 0x2A {
                    while part.count < length { part.append(0x3F) }
                } else if part.count < length {
                    part.append(DOSName.capital(text[index]))
                }
                index += 1
            }
            return start == index ? nil : part + [UInt8](repeating: 0x20, count: length - part.count)
        }
        let base = part(8)
        var suffix: [UInt8]?
        if index < text.count, text[index] == 0x2E {
            index += 1
            suffix = part(3) ?? [0x20, 0x20, 0x20]
        } else if base != nil {
            suffix = nil
        }
        let name = (base ?? Array(kept[..<8])) + (suffix ?? Array(kept[8...]))
        return ParsedBlock(block: [drive] + name, used: index, isWild: name.contains(0x3F), driveExists: exists)
    }
}
