import VellumEvents
import VellumMicroOps

/// What the interpreter writes to the log of entries, while somebody wants it.
extension Interpreter {
    @inline(__always)
    func logEntry(_ fragment: FragmentPointer, _ cpu: CPU) {
        guard let place = cpu.pointee.engine.entryLog else { return }
        place.pointee = EntryWord(rawValue: fragment.pointee.serial)
        cpu.pointee.engine.entryLog = place + 1
        if let end = cpu.pointee.engine.entryLogEnd, place + 1 >= end { drainLog(fragment) }
    }

    @inline(never)
    private func drainLog(_ fragment: FragmentPointer) {
        // Nothing of the fragment has retired yet.
        cpu.pointee.engine.unretired = fragment.pointee.count
        cpu.pointee.engine.running = fragment
        cpu.pointee.engine.eip = fragment.pointee.eip
        host.drainEntries()
    }

    /// The running fragment did `count` instructions by a block operation.
    func logRepeated(_ count: UInt32) { append(EntryWord.repeated | min(count, EntryWord.number)) }

    /// Gives back the charge for instructions of the running fragment that will not retire; `tried` says that the first
    /// of them had begun.
    @inline(__always)
    func giveBack(_ count: Int64, tried: Bool, _ cpu: CPU) {
        cpu.pointee.engine.budget &+= count
        if count != 0, cpu.pointee.engine.entryLog != nil { logEarlyLeave(count, tried) }
    }

    @inline(never)
    private func logEarlyLeave(_ count: Int64, _ tried: Bool) {
        append(EntryWord.leftEarly | (tried ? EntryWord.tried : 0) | UInt32(clamping: count) & EntryWord.count)
    }

    /// A call was handled in the cache.
    @inline(never)
    func logCall(_ call: HypervisorCall, _ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) {
        let offset = fragment.eip(ofInstruction: ip.pointee.instruction) &- fragment.pointee.eip
        append(EntryWord.called | CallWord(call, offset: offset, faulted: false).rawValue | CallWord.inCache)
        // A fragment may have more calls than the log keeps room for.
        guard let place = cpu.pointee.engine.entryLog, let end = cpu.pointee.engine.entryLogEnd, place >= end else {
            return
        }
        announce(ip, fragment)
        host.drainEntries()
    }

    /// The log keeps room behind each entry for the few words that may follow it.
    private func append(_ word: UInt32) {
        guard let place = cpu.pointee.engine.entryLog else { return }
        place.pointee = EntryWord(rawValue: word)
        cpu.pointee.engine.entryLog = place + 1
    }
}
