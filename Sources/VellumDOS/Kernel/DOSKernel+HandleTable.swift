// From a process's handles to open files.
extension DOSKernel {
    /// The handle table of the current process and its length; the PSP says where, and a program may have moved it.
    var handleTable: (address: UInt32, count: UInt16) {
        let base = UInt32(psp) << 4
        return (host.readFar(base + 0x34).linear, host.readWord(base + 0x32))
    }

    /// The entry of the system file table behind a handle.
    func slot(_ handle: UInt16) -> Int? {
        let (table, count) = handleTable
        guard handle < count else { return nil }
        let index = Int(host.readByte(table + UInt32(handle)))
        return index < files.count && files[index] != nil ? index : nil
    }

    func openFile(_ handle: UInt16) -> SystemFile? { slot(handle).flatMap { files[$0] } }

    func file(_ handle: UInt16) throws(DOSError) -> SystemFile {
        guard let file = openFile(handle) else { throw .invalidHandle }
        return file
    }

    func setSlot(_ handle: UInt16, _ index: Int?) {
        host.writeByte(handleTable.address + UInt32(handle), index.map { UInt8(clamping: $0) } ?? 0xFF)
    }

    /// The lowest free handle.
    func freeHandle() throws(DOSError) -> UInt16 {
        let (table, count) = handleTable
        for handle in 0..<count where host.readByte(table + UInt32(handle)) == 0xFF { return handle }
        throw .tooManyOpenFiles
    }

    /// Puts a file into the system file table.
    func enter(_ file: SystemFile) throws(DOSError) -> Int {
        guard let index = files.firstIndex(where: { $0 == nil }) else { throw .tooManyOpenFiles }
        files[index] = file
        mirror(index)
        return index
    }

    func release(_ index: Int) {
        guard let file = files[index] else { return }
        file.references -= 1
        if file.references <= 0 { files[index] = nil }
        mirror(index)
    }

    func close(_ handle: UInt16) throws(DOSError) {
        guard let index = slot(handle) else { throw .invalidHandle }
        setSlot(handle, nil)
        release(index)
    }

    /// Closes whatever a process has open.
    func closeHandles(of process: UInt16) {
        let base = UInt32(process) << 4
        let (table, count) = (host.readFar(base + 0x34).linear, host.readWord(base + 0x32))
        for handle in 0..<min(count, 255) {
            let index = Int(host.readByte(table + UInt32(handle)))
            guard index < files.count else { continue }
            host.writeByte(table + UInt32(handle), 0xFF)
            release(index)
        }
        for index in files.indices where files[index]?.owner == process { release(index) }
    }

    /// A child begins with its parent's first twenty handles, but for those that say no.
    func inheritHandles(to child: UInt16) {
        let (table, count) = handleTable
        for handle in 0..<min(count, 20) {
            let index = Int(host.readByte(table + UInt32(handle)))
            guard index < files.count, let file = files[index], file.mode & 0x80 == 0 else { continue }
            file.references += 1
            host.writeByte(UInt32(child) << 4 + 0x18 + UInt32(handle), UInt8(index))
            mirror(index)
        }
    }

    /// What programs see of the system file table (R. Brown's Interrupt List, table 01642).
    func mirror(_ index: Int) {
        let address = DOSLayout.address(DOSLayout.files) + 6 + UInt32(index) * UInt32(DOSLayout.fileSize)
        guard let file = files[index] else { return host.writeWord(address, 0) }
        host.writeWord(address, UInt16(clamping: file.references))
        host.writeWord(address + 2, UInt16(file.mode))
        host.writeByte(address + 4, file.attributes.rawValue)
        host.writeWord(address + 5, file.information)
        host.writeBytes(address + 0x20, file.name.bytes)
        host.writeWord(address + 0x31, psp)
    }
}
