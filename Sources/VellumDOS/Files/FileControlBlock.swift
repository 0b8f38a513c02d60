/// A file control block in guest memory (MS-DOS Programmer's Reference, "File Control Block").
struct FileControlBlock {
    let host: any ServiceHost
    /// Of the plain block, behind an extended one's prefix.
    let address: UInt32
    /// The attributes of an extended block; nil for a plain one.
    let attributes: FileAttributes?
    let extendedAddress: UInt32

    init(host: any ServiceHost, at pointer: FarPointer) {
        self.host = host
        extendedAddress = pointer.linear
        if host.readByte(pointer.linear) == 0xFF {
            attributes = FileAttributes(rawValue: host.readByte(pointer.linear + 6))
            address = pointer.linear + 7
        } else {
            attributes = nil
            address = pointer.linear
        }
    }

    /// 0 for the current drive, 1 for A.
    var drive: UInt8 { host.readByte(address) }
    var name: [UInt8] { host.readBytes(address + 1, 11) }
    var secondName: [UInt8] { host.readBytes(address + 0x11, 11) }

    var currentBlock: UInt16 {
        get { host.readWord(address + 0x0C) }
        nonmutating set { host.writeWord(address + 0x0C, newValue) }
    }
    var recordSize: UInt16 {
        get { host.readWord(address + 0x0E) }
        nonmutating set { host.writeWord(address + 0x0E, newValue) }
    }
    var size: UInt32 {
        get { host.readLong(address + 0x10) }
        nonmutating set { host.writeLong(address + 0x10, newValue) }
    }
    var time: DOSTime {
        get { DOSTime(date: host.readWord(address + 0x14), time: host.readWord(address + 0x16)) }
        nonmutating set {
            host.writeWord(address + 0x14, newValue.date)
            host.writeWord(address + 0x16, newValue.time)
        }
    }
    /// Our own, in the reserved bytes: the place in the system file table plus one, and a mark.
    var slot: Int? {
        get {
            guard host.readByte(address + 0x19) == 0x56 else { return nil }
            return Int(host.readByte(address + 0x18)) - 1
        }
        nonmutating set {
            host.writeByte(address + 0x18, UInt8(clamping: (newValue ?? -1) + 1))
            host.writeByte(address + 0x19, newValue == nil ? 0 : 0x56)
        }
    }
    var currentRecord: UInt8 {
        get { host.readByte(address + 0x20) }
        nonmutating set { host.writeByte(address + 0x20, newValue) }
    }
    /// Four bytes where records are shorter than 64 bytes, else three.
    var randomRecord: UInt32 {
        get {
            let value = host.readLong(address + 0x21)
            return recordSize < 64 ? value : value & 0xFF_FFFF
        }
        nonmutating set {
            host.writeWord(address + 0x21, UInt16(truncatingIfNeeded: newValue))
            host.writeByte(address + 0x23, UInt8(truncatingIfNeeded: newValue >> 16))
            if recordSize < 64 { host.writeByte(address + 0x24, UInt8(truncatingIfNeeded: newValue >> 24)) }
        }
    }

    /// Current block and record as one number, for sequential access.
    var sequentialRecord: UInt32 {
        get { UInt32(currentBlock) * 128 + UInt32(currentRecord & 0x7F) }
        nonmutating set {
            currentBlock = UInt16(truncatingIfNeeded: newValue / 128)
            currentRecord = UInt8(newValue % 128)
        }
    }
}
