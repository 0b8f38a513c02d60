import VellumEvents
import VellumIA32

/// A data breakpoint that memory accesses are checked against.
package struct Watchpoint: Equatable, Sendable {
    /// First linear address and length (1, 2, 4 or 8 bytes).
    package var address: UInt32
    package var length: UInt32
    package var onRead: Bool
    /// The DR6 bit to set: 0 to 3.
    package var number: UInt8

    package init(address: UInt32, length: UInt32, onRead: Bool, number: UInt8) {
        self.address = address
        self.length = length
        self.onRead = onRead
        self.number = number
    }
}

/// Told of stores to frames that hold translated code, before the bytes change.
package protocol CodeObserver: AnyObject {
    func willWrite(physical: UInt32, length: UInt32)
    /// A store of 1, 2 or 4 bytes, whose value is known.
    func willStore(physical: UInt32, value: UInt32, width: Int)
}

/// The software memory management unit: linear addresses to host memory, with the guest's rights.
///
/// Everything that reads or writes guest memory on the processor's behalf goes through here; the interpreter has the
/// hit path inlined and calls the slow path below.
package final class SoftMMU {
    package let memory: PhysicalMemory
    package unowned(unsafe) var bus: PhysicalBus
    package unowned(unsafe) var walker: PageWalker
    /// Owned by whoever owns this unit too.
    package unowned(unsafe) var codeObserver: CodeObserver?
    package let cpu: CPU
    /// Where misses, walks and flushes are told.
    package let events: EventStream
    /// Who writes physical memory now, and the linear address of an instruction's write: for those who ask what
    /// invalidated code.
    package var writer = CodeWrite.Writer.store
    package var lastStore: UInt32?

    /// Supervisor, user, and one that is never filled, for when every access must take the slow path.
    package let supervisor = TLB()
    package let user = TLB()
    let unfilled = TLB()

    /// All ones, or all but bit 20 while the A20 gate is closed.
    package private(set) var a20Mask: UInt32 = ~0
    /// CR0.AM and EFLAGS.AC at CPL 3: misaligned accesses raise #AC.
    package private(set) var alignmentArmed = false
    package private(set) var watchpoints: [Watchpoint] = []
    /// What a debugger outside the machine watches, beside the guest's own breakpoints.
    package internal(set) var observed: [ObservedRange] = []
    /// The first of them that was met since the run loop last looked.
    package var observation: MemoryObservation?
    /// Some access must be compared with a list.
    var isWatching = false
    /// DR6 bits of watchpoints that were hit since the run loop last looked.
    package var watchpointHits: UInt32 = 0

    /// The frame whose code a store last missed: the translation cache sets it, and takes it back when that code changes.
    var besideCode: CodeBits?
    /// Stores that missed it since.
    package var storesBesideCode: UInt64 = 0

    /// Grows whenever a translation that code may rely on could have changed.
    package internal(set) var epoch: UInt64 = 1
    package private(set) var misses: UInt64 = 0
    package private(set) var flushes: UInt64 = 0

    package init(memory: PhysicalMemory, bus: PhysicalBus, walker: PageWalker, cpu: CPU) {
        self.memory = memory
        self.bus = bus
        self.walker = walker
        self.cpu = cpu
        events = EventStream(cpu: cpu)
    }

    deinit {
        supervisor.deallocate()
        user.deallocate()
        unfilled.deallocate()
    }

    // MARK: Modes and flushes

    /// The entries that translated code at the current privilege uses.
    @inline(never) package var currentEntries: UnsafeMutablePointer<TLBEntry> {
        if cpu.pointee.privileged.cpl != 3 { return supervisor.entries }
        return alignmentArmed ? unfilled.entries : user.entries
    }

    /// Recomputes what depends on the processor's mode; the hypervisor calls it after changing A20, CR0, EFLAGS or CPL.
    @inline(__always) package func modeChanged() {
        if cpu.pointee.privileged.a20 != (a20Mask == ~0) { moveA20() }
        alignmentArmed =
            cpu.pointee.privileged.cpl == 3 && cpu.pointee.privileged.cr0 & CR0.am != 0
            && cpu.pointee.privileged.systemFlags & EFlags.alignmentCheck.rawValue != 0
    }

    /// The A20 gate was opened or closed.
    package func moveA20() {
        a20Mask = cpu.pointee.privileged.a20 ? ~0 : ~0x10_0000
        flushAll()
    }

    private func noteFlush(_ what: TLBFlush) {
        if events.wants(.tlb) { events.send(.tlbFlushed(what), .tlb) }
        flushes += 1
        epoch += 1
        cpu.pointee.engine.jumpStamp = 0
    }

    package func flushAll() {
        noteFlush(.everything)
        supervisor.flush(keepGlobal: false)
        user.flush(keepGlobal: false)
    }

    /// A CR3 load: global translations stay.
    package func flushNonGlobal() {
        noteFlush(.nonGlobal)
        supervisor.flush(keepGlobal: true)
        user.flush(keepGlobal: true)
    }

    /// INVLPG.
    package func flushPage(_ linear: UInt32) {
        noteFlush(.page(linear))
        supervisor.flush(page: linear)
        user.flush(page: linear)
    }

    /// Sets the data breakpoints; their pages lose the fast path.
    package func setWatchpoints(_ list: [Watchpoint]) {
        guard list != watchpoints else { return }
        watchpoints = list
        isWatching = !watchpoints.isEmpty || !observed.isEmpty
        flushAll()
    }

    /// Takes the write fast path from every translation of a frame that has just got translated code.
    package func protectFrame(_ physical: UInt32) {
        supervisor.protect(frame: physical)
        user.protect(frame: physical)
    }

    // MARK: Translation

    /// Physical address of one byte, A20 applied.
    package func translate(_ linear: UInt32, access: MemoryAccess, user isUser: Bool) throws(GuestFault) -> UInt32 {
        let tlb = isUser ? user : supervisor
        let index = TLB.index(linear)
        let page = linear & ~0xFFF
        if tlb.details[index].tag == page, access != .write || tlb.details[index].writable {
            return tlb.details[index].physical | linear & 0xFFF
        }
        return try fill(tlb, index, linear, access, isUser) | linear & 0xFFF
    }

    private func fill(
        _ tlb: TLB, _ index: Int, _ linear: UInt32, _ access: MemoryAccess, _ isUser: Bool
    ) throws(GuestFault) -> UInt32 {
        let page = linear & ~0xFFF
        if let victim = tlb.takeVictim(page), access != .write || victim.writable {
            tlb.insert(index, victim)
            tlb.entries[index] = fastEntry(page: page, physical: victim.physical, writable: victim.writable)
            return victim.physical
        }
        misses += 1
        if events.wants([.tlb, .pageWalks]) { tellMiss(linear, access, isUser) }
        var found = PageTranslation(page: page, writable: true, global: false)
        if cpu.pointee.privileged.isPaging {
            found = try walk(linear, access, isUser)
        }
        let physical = found.page & a20Mask
        tlb.insert(
            index, TLBDetail(tag: page, physical: physical, writable: found.writable, global: found.global))
        tlb.entries[index] = fastEntry(page: page, physical: physical, writable: found.writable)
        return physical
    }

    func fastEntry(page: UInt32, physical: UInt32, writable: Bool) -> TLBEntry {
        let frame = physical >> 12
        guard let host = memory.host(frame: frame), !isWatched(page: page), !isObserved(page: page, reads: true) else {
            return .empty
        }
        let direct =
            writable && memory.kind(frame: frame) == .ram && memory.codeFrames[Int(frame)] == 0
            && !isObserved(page: page, reads: false)
        return TLBEntry(
            readTag: page, writeTag: direct ? page : TLBEntry.never,
            addend: UInt(bitPattern: host) &- UInt(page))
    }

    private func isWatched(page: UInt32) -> Bool {
        watchpoints.contains { point in
            point.address & ~0xFFF == page || (point.address &+ (point.length &- 1)) & ~0xFFF == page
        }
    }

    func noteWatchpoints(_ linear: UInt32, _ width: Int, write: Bool) {
        if !observed.isEmpty { noteObserved(linear, width, write: write) }
        let last = UInt64(linear) + UInt64(width) - 1
        for point in watchpoints where write || point.onRead {
            let pointLast = UInt64(point.address) + UInt64(point.length) - 1
            if UInt64(linear) <= pointLast && UInt64(point.address) <= last {
                watchpointHits |= 1 << UInt32(point.number & 3)
                cpu.pointee.engine.endRequested = true
            }
        }
    }

    // MARK: Linear accesses

    /// Reads 1, 2 or 4 bytes, zero-extended.
    @inline(__always)
    package func read(_ linear: UInt32, width: Int, user isUser: Bool) throws(GuestFault) -> UInt32 {
        let entry = (isUser ? user.entries : supervisor.entries)[TLB.index(linear)]
        if entry.readTag == (linear &+ UInt32(width - 1)) & ~0xFFF, !(isUser && alignmentArmed),
            let host = UnsafeRawPointer(bitPattern: entry.addend &+ UInt(linear))
        {
            return SoftMMU.load(host, width)
        }
        return try slowRead(linear, width, isUser)
    }

    /// Writes the low 1, 2 or 4 bytes of `value`; nothing is written when it throws.
    @inline(__always)
    package func write(_ linear: UInt32, value: UInt32, width: Int, user isUser: Bool) throws(GuestFault) {
        let entry = (isUser ? user.entries : supervisor.entries)[TLB.index(linear)]
        if entry.writeTag == (linear &+ UInt32(width - 1)) & ~0xFFF, !(isUser && alignmentArmed),
            let host = UnsafeMutableRawPointer(bitPattern: entry.addend &+ UInt(linear))
        {
            SoftMMU.store(host, value, width)
        } else {
            try slowWrite(linear, value, width, isUser)
        }
    }

    /// Where `length` bytes (at most 4096) lie on the host, when they may be written with nothing to check or to tell:
    /// plain memory of one page that the TLB knows.
    @inline(__always)
    package func plainWrite(_ linear: UInt32, length: UInt32, user isUser: Bool) -> UnsafeMutableRawPointer? {
        let entry = (isUser ? user.entries : supervisor.entries)[TLB.index(linear)]
        return plain(entry.writeTag, entry.addend, linear, length, isUser)
    }

    /// Likewise for reading.
    @inline(__always)
    package func plainRead(_ linear: UInt32, length: UInt32, user isUser: Bool) -> UnsafeRawPointer? {
        let entry = (isUser ? user.entries : supervisor.entries)[TLB.index(linear)]
        return UnsafeRawPointer(plain(entry.readTag, entry.addend, linear, length, isUser))
    }

    @inline(__always)
    package func plain(
        _ tag: UInt32, _ addend: UInt, _ linear: UInt32, _ length: UInt32, _ isUser: Bool
    ) -> UnsafeMutableRawPointer? {
        let fits = tag == linear & ~0xFFF && linear & 0xFFF &+ length <= 0x1000
        return fits && !(isUser && alignmentArmed) ? UnsafeMutableRawPointer(bitPattern: addend &+ UInt(linear)) : nil
    }

    /// Makes sure that `length` bytes (at most 4096) may be written, without writing.
    package func probeWrite(_ linear: UInt32, length: UInt32, user isUser: Bool) throws(GuestFault) {
        _ = try translate(linear, access: .write, user: isUser)
        let last = linear &+ (length &- 1)
        if length > 1, last & ~0xFFF != linear & ~0xFFF {
            _ = try translate(last & ~0xFFF, access: .write, user: isUser)
        }
    }

    /// Makes sure that `length` bytes (at most 4096) may be read.
    package func probeRead(_ linear: UInt32, length: UInt32, user isUser: Bool) throws(GuestFault) {
        _ = try translate(linear, access: .read, user: isUser)
        let last = linear &+ (length &- 1)
        if length > 1, last & ~0xFFF != linear & ~0xFFF {
            _ = try translate(last & ~0xFFF, access: .read, user: isUser)
        }
    }

    @inline(never)
    func slowRead(_ linear: UInt32, _ width: Int, _ isUser: Bool) throws(GuestFault) -> UInt32 {
        try checkAlignment(linear, width, isUser)
        let inPage = Int(0x1000 - linear & 0xFFF)
        if inPage >= width {
            let physical = try translate(linear, access: .read, user: isUser)
            if isWatching { noteWatchpoints(linear, width, write: false) }
            return readPhysical(physical, width: width)
        }
        let first = try translate(linear, access: .read, user: isUser)
        let second = try translate(linear &+ UInt32(inPage), access: .read, user: isUser)
        if isWatching { noteWatchpoints(linear, width, write: false) }
        var value: UInt32 = 0
        for byte in 0..<width {
            let address = byte < inPage ? first &+ UInt32(byte) : second &+ UInt32(byte - inPage)
            value |= readPhysical(address, width: 1) << UInt32(byte * 8)
        }
        return value
    }

    @inline(never)
    func slowWrite(_ linear: UInt32, _ value: UInt32, _ width: Int, _ isUser: Bool) throws(GuestFault) {
        try checkAlignment(linear, width, isUser)
        lastStore = linear
        let inPage = Int(0x1000 - linear & 0xFFF)
        let first = try translate(linear, access: .write, user: isUser)
        if inPage >= width {
            if isWatching { noteWatchpoints(linear, width, write: true) }
            writePhysical(first, value: value, width: width)
            restoreFastWrites(linear, first, isUser)
            return
        }
        let second = try translate(linear &+ UInt32(inPage), access: .write, user: isUser)
        if isWatching { noteWatchpoints(linear, width, write: true) }
        for byte in 0..<width {
            let address = byte < inPage ? first &+ UInt32(byte) : second &+ UInt32(byte - inPage)
            writePhysical(address, value: value >> UInt32(byte * 8) & 0xFF, width: 1)
        }
    }

    /// A frame that holds no code any more gets its fast path back.
    private func restoreFastWrites(_ linear: UInt32, _ physical: UInt32, _ isUser: Bool) {
        let frame = physical >> 12
        let tlb = isUser ? user : supervisor
        let index = TLB.index(linear)
        guard memory.codeFrames[Int(frame)] == 0, tlb.details[index].tag == linear & ~0xFFF,
            tlb.entries[index].writeTag == TLBEntry.never, memory.kind(frame: frame) == .ram
        else { return }
        tlb.entries[index] = fastEntry(
            page: linear & ~0xFFF, physical: physical & ~0xFFF, writable: tlb.details[index].writable)
    }

    /// #AC comes before the pages are looked at, as on the host processor.
    func checkAlignment(_ linear: UInt32, _ width: Int, _ isUser: Bool) throws(GuestFault) {
        if isUser, alignmentArmed, linear & UInt32(width - 1) != 0 {
            throw GuestFault(.alignmentCheck, errorCode: 0)
        }
    }

    // MARK: Physical accesses

    /// Reads 1, 2 or 4 bytes that lie in one frame.
    package func readPhysical(_ address: UInt32, width: Int) -> UInt32 {
        if let host = memory.host(frame: address >> 12) { return SoftMMU.load(host + Int(address & 0xFFF), width) }
        return bus.readMemory(address, width: width) & (~0 >> UInt32(32 - width * 8))
    }

    /// A byte of RAM or ROM; FFh elsewhere, since asking a device may change it.
    package func peekPhysical(_ address: UInt32) -> UInt32 {
        memory.host(frame: address >> 12).map { SoftMMU.load($0 + Int(address & 0xFFF), 1) } ?? 0xFF
    }

    /// Writes 1, 2 or 4 bytes that lie in one frame; code observers are told first.  Writes to ROM vanish.
    package func writePhysical(_ address: UInt32, value: UInt32, width: Int) {
        let frame = address >> 12
        switch memory.kind(frame: frame) {
        case .ram:
            guard let host = memory.host(frame: frame) else { return }
            if memory.codeFrames[Int(frame)] != 0 {
                codeObserver?.willStore(physical: address, value: value, width: width)
            }
            SoftMMU.store(host + Int(address & 0xFFF), value, width)
        case .rom: break
        case .bus:
            bus.writeMemory(address, value: value, width: width)
        }
    }

    /// A page-table entry at a physical address, A20 applied as the processor applies it.
    package func readTableEntry(_ address: UInt32, width: Int) -> UInt32 {
        readPhysical(address & a20Mask, width: width)
    }

    package func writeTableEntry(_ address: UInt32, value: UInt32) {
        writing(as: .pageWalk) { writePhysical(address & a20Mask, value: value, width: 4) }
    }

    @inline(__always) package static func load(_ host: UnsafeRawPointer, _ width: Int) -> UInt32 {
        switch width {
        case 1: UInt32(host.load(as: UInt8.self))
        case 2: UInt32(host.loadUnaligned(as: UInt16.self))
        default: host.loadUnaligned(as: UInt32.self)
        }
    }

    @inline(__always) package static func store(_ host: UnsafeMutableRawPointer, _ value: UInt32, _ width: Int) {
        switch width {
        case 1: host.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        case 2: host.storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
        default: host.storeBytes(of: value, as: UInt32.self)
        }
    }
}
