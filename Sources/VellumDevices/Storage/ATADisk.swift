/// An ATA hard disk (T13/1410D, chapter 8: the general feature set with 48-bit addresses).
final class ATADisk: ATADevice {
    /// What a disk remembers besides its task file.
    struct Progress: Codable, Equatable, Sendable {
        /// Sectors of a block in READ and WRITE MULTIPLE; zero while these are not set up.
        var multiple: UInt8 = 0
        /// The translation that INITIALIZE DEVICE PARAMETERS chose; zero heads for the drive's own.
        var heads: UInt8 = 0
        var sectors: UInt8 = 0
        var writeCache = true
        /// The multiword DMA mode that SET FEATURES chose.
        var transferMode: UInt8 = 2
        /// The next sector of the command and how many are left.
        var address: UInt64 = 0
        var remaining = 0
    }

    /// Sectors of the largest block.
    static let largestMultiple: UInt8 = 16
    /// Sectors that are moved between medium and memory at a time.
    private static let chunk = 128

    let medium: any BlockMedium
    let geometry: DiskGeometry
    /// The serial number that IDENTIFY shows.
    let serial: String

    init(clock: any VirtualClock, medium: any BlockMedium, geometry: DiskGeometry, serial: String) {
        self.medium = medium
        self.geometry = geometry
        self.serial = serial
        super.init(clock: clock)
    }

    override func isValid(_ state: State) -> Bool {
        super.isValid(state) && (0...65_536).contains(state.disk.remaining)
            && state.disk.multiple <= Self.largestMultiple && (state.disk.heads == 0) == (state.disk.sectors == 0)
    }

    override func start(_ command: UInt8) {
        super.start(command)
        guard case .write(let kind) = Transfer(command), kind.method != .dma else { return }
        // The first block of data is asked for without an interrupt.
        guard prepare(kind) else { return }
        content.due = nil
        requestBlock(kind, interrupt: false)
    }

    // MARK: Reading and writing

    enum Method { case sectors, multiple, dma }
    struct Kind { var method: Method, extended: Bool }
    /// The commands that move data or look at it.
    enum Transfer {
        case read(Kind), write(Kind), verify(Kind)

        init?(_ command: UInt8) {
            switch command {
            case 0x20, 0x21: self = .read(Kind(method: .sectors, extended: false))
            case 0x24: self = .read(Kind(method: .sectors, extended: true))
            case 0xC4: self = .read(Kind(method: .multiple, extended: false))
            case 0x29: self = .read(Kind(method: .multiple, extended: true))
            case 0xC8, 0xC9: self = .read(Kind(method: .dma, extended: false))
            case 0x25: self = .read(Kind(method: .dma, extended: true))
            case 0x30, 0x31, 0x3C: self = .write(Kind(method: .sectors, extended: false))
            case 0x34: self = .write(Kind(method: .sectors, extended: true))
            case 0xC5: self = .write(Kind(method: .multiple, extended: false))
            case 0x39: self = .write(Kind(method: .multiple, extended: true))
            case 0xCA, 0xCB: self = .write(Kind(method: .dma, extended: false))
            case 0x35: self = .write(Kind(method: .dma, extended: true))
            case 0x40, 0x41: self = .verify(Kind(method: .sectors, extended: false))
            case 0x42: self = .verify(Kind(method: .sectors, extended: true))
            default: return nil
            }
        }

        var kind: Kind {
            switch self {
            case .read(let kind), .write(let kind), .verify(let kind): kind
            }
        }
    }

    override func execute() {
        guard let transfer = Transfer(content.command) else { return executeOther() }
        switch transfer {
        case .read(let kind):
            guard prepare(kind) else { return }
            if kind.method == .dma { requestDMA() } else { offerBlock(kind) }
        case .verify(let kind):
            guard prepare(kind) else { return }
            verify(kind)
        case .write(let kind):
            if kind.method != .dma { storeBlock(kind) } else if prepare(kind) { requestDMA() }
        }
    }

    /// Takes address and count from the task file; false when the command has ended for being out of range.
    private func prepare(_ kind: Kind) -> Bool {
        if kind.method == .multiple, content.disk.multiple == 0 {
            abort()
            return false
        }
        content.disk.remaining = kind.extended ? content.taskFile.count48 : content.taskFile.count28
        guard let address = address(kind) else {
            end(status: ATATaskFile.Status.error, error: ATATaskFile.Fault.noSector)
            return false
        }
        content.disk.address = address
        return true
    }

    private func address(_ kind: Kind) -> UInt64? {
        if kind.extended { return content.taskFile.address48 }
        guard !content.taskFile.isLBA else { return content.taskFile.address28 }
        let (heads, sectors) = translation
        let head = UInt64(content.taskFile.device & 15)
        let sector = UInt64(content.taskFile.low.value)
        guard head < heads, sector > 0, sector <= sectors else { return nil }
        let cylinder = UInt64(content.taskFile.high.value) << 8 | UInt64(content.taskFile.middle.value)
        return (cylinder * heads + head) * sectors + sector - 1
    }

    /// Heads and sectors of addresses by cylinder, head and sector.
    private var translation: (heads: UInt64, sectors: UInt64) {
        content.disk.heads == 0
            ? (UInt64(geometry.heads), UInt64(geometry.sectors))
            : (UInt64(content.disk.heads), UInt64(content.disk.sectors))
    }

    /// Shows where the command is in the task file.
    private func show(_ address: UInt64, _ kind: Kind) {
        if kind.extended { return content.taskFile.setAddress48(address) }
        guard !content.taskFile.isLBA else { return content.taskFile.setAddress28(address) }
        let (heads, sectors) = translation
        let track = address / sectors
        content.taskFile.low.value = UInt8(truncatingIfNeeded: address % sectors + 1)
        content.taskFile.device = content.taskFile.device & 0xF0 | UInt8(truncatingIfNeeded: track % heads)
        content.taskFile.middle.value = UInt8(truncatingIfNeeded: track / heads)
        content.taskFile.high.value = UInt8(truncatingIfNeeded: track / heads >> 8)
    }

    /// The command met a sector that is not there or cannot be used.
    private func fail(_ kind: Kind) {
        let missing = !medium.contains(content.disk.address, 1)
        show(content.disk.address, kind)
        content.taskFile.count.value = UInt8(truncatingIfNeeded: content.disk.remaining)
        let fault = missing ? ATATaskFile.Fault.noSector : ATATaskFile.Fault.uncorrectable
        end(status: ATATaskFile.Status.error, error: fault)
    }

    /// `count` sectors are done.
    private func move(_ count: Int, _ kind: Kind) {
        content.disk.address &+= UInt64(count)
        content.disk.remaining = max(content.disk.remaining - count, 0)
        // The last sector done is what the task file shows.
        show(content.disk.address &- 1, kind)
        content.taskFile.count.value = UInt8(truncatingIfNeeded: content.disk.remaining)
    }

    private func blockSize(_ kind: Kind) -> Int {
        min(content.disk.remaining, kind.method == .multiple ? Int(max(content.disk.multiple, 1)) : 1)
    }

    private func offerBlock(_ kind: Kind) {
        let count = blockSize(kind)
        guard let bytes = medium.sectors(content.disk.address, count) else {
            // What is readable comes first, sector by sector.
            guard count > 1, let one = medium.sectors(content.disk.address, 1) else { return fail(kind) }
            move(1, kind)
            return request(.dataIn, one, interrupt: true)
        }
        move(count, kind)
        request(.dataIn, bytes, interrupt: true)
    }

    private func requestBlock(_ kind: Kind, interrupt: Bool) {
        request(.dataOut, [UInt8](repeating: 0, count: blockSize(kind) * 512), interrupt: interrupt)
    }

    private func storeBlock(_ kind: Kind) {
        let count = content.buffer.count / 512
        guard medium.store(content.buffer, at: content.disk.address) else { return failWrite(kind) }
        move(count, kind)
        if content.disk.remaining == 0 {
            content.buffer = []
            content.position = 0
            settleWrite()
        } else {
            requestBlock(kind, interrupt: true)
        }
    }

    /// Without the write cache a command ends when its data is on the medium.
    private func settleWrite() {
        content.disk.writeCache || medium.flush() ? finish() : deviceFault()
    }

    private func failWrite(_ kind: Kind) {
        medium.contains(content.disk.address, UInt64(content.buffer.count / 512)) ? deviceFault() : fail(kind)
    }

    private func deviceFault() {
        end(status: ATATaskFile.Status.fault | ATATaskFile.Status.error, error: ATATaskFile.Fault.aborted)
    }

    override func bufferDone() {
        if content.phase == .dataOut { return wait() }
        guard let transfer = Transfer(content.command), content.disk.remaining > 0 else {
            content.phase = .idle
            content.taskFile.status = ATATaskFile.Status.ready | ATATaskFile.Status.seekComplete
            return
        }
        offerBlock(transfer.kind)
    }

    private func verify(_ kind: Kind) {
        guard medium.contains(content.disk.address, UInt64(content.disk.remaining)) else {
            let there = medium.sectorCount
            if content.disk.address < there { move(Int(there - content.disk.address), kind) }
            return fail(kind)
        }
        move(content.disk.remaining, kind)
        finish()
    }

    // MARK: Bus master

    override func transfer(_ busMaster: BusMaster) {
        guard let transfer = Transfer(content.command) else { return abort() }
        let kind = transfer.kind
        var cursor = busMaster.cursor
        while content.disk.remaining > 0 {
            let count = min(content.disk.remaining, Self.chunk)
            guard medium.contains(content.disk.address, UInt64(count)) || count == 1 else {
                content.disk.remaining = overrun(transfer, &cursor)
                break
            }
            guard step(transfer, count, &cursor) else { break }
        }
        busMaster.stop(cursor)
        guard content.phase == .dma else { return }
        if content.disk.remaining > 0 { return fail(kind) }
        if case .write = transfer { settleWrite() } else { finish() }
    }

    /// The request reaches past the end of the disk: up to there it is carried out.  Returns what is left then.
    private func overrun(_ transfer: Transfer, _ cursor: inout BusMaster.Cursor) -> Int {
        let there = medium.sectorCount
        while content.disk.address < there, step(transfer, 1, &cursor) {}
        return max(content.disk.remaining, 1)
    }

    /// Moves sectors between medium and memory; false when the command cannot go on.
    private func step(_ transfer: Transfer, _ count: Int, _ cursor: inout BusMaster.Cursor) -> Bool {
        if case .write = transfer {
            guard let bytes = cursor.take(count * 512) else { return starve() }
            guard medium.store(bytes, at: content.disk.address) else {
                if medium.contains(content.disk.address, UInt64(count)) { deviceFault() }
                return false
            }
        } else {
            guard let bytes = medium.sectors(content.disk.address, count) else { return false }
            guard cursor.put(bytes) else { return starve() }
        }
        move(count, transfer.kind)
        return true
    }

    /// The table ended before the data: the device goes on waiting, and software sees the bus master stopped.
    private func starve() -> Bool {
        content.phase = .executing
        return false
    }
}
