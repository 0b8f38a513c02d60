import VellumEvents
import VellumExecution
import VellumIA32
import VellumMicroOps
import VellumTranslation

/// Where fragments come from.
extension VirtualProcessor {
    /// Brings the context up to the processor's mode.
    func refreshContext() {
        mmu.modeChanged()
        let code = cpu.pointee.privileged[.cs]
        let now = FragmentContext(mode: cpu.fragmentMode, codeBase: code.base, codeLimit: code.limit)
        if now != context || contextNumber == .max {
            context = now
            contextNumber = cache.number(of: now)
        }
        cpu.pointee.engine.modeIsKnown = true
    }

    func resolve(eip: UInt32) -> FragmentPointer? {
        // The run loop stops there.
        if debugger.hasBreakpoint(at: context.codeBase &+ eip) { return nil }
        return find(eip: eip)
    }

    /// Likewise, whether a debugger wants to stop there or not.
    func find(eip: UInt32) -> FragmentPointer? {
        jumpCache.find(eip: eip, stamp: jumpStamp) ?? lookup(eip: eip, limit: 0)
    }

    func entered(_ fragment: FragmentPointer) {
        cache.noteEntry(fragment)
        remember(fragment)
        // What was found by a search holds for the state of now, whatever was dropped on the way.
        cpu.pointee.engine.jumpStamp = jumpStamp
    }

    func entered(_ fragment: FragmentPointer, link: Int, of source: FragmentPointer) {
        entered(fragment)
        if options.chaining, mayLink(source, fragment) { cache.link(source, link, to: fragment) }
    }

    func deferred(_ fragment: FragmentPointer) {
        events.note(EntryWord.deferred | fragment.pointee.serial)
    }

    /// A link must not outlive the mapping it relies on: with paging on it stays within its page.
    private func mayLink(_ from: FragmentPointer, _ to: FragmentPointer) -> Bool {
        guard from.pointee.isValid, to.pointee.isValid, isUsual(from), isUsual(to) else { return false }
        if from.pointee.isUnpaged { return to.pointee.secondPage == Fragment.noPage || to.pointee.isUnpaged }
        return to.pointee.secondPage == Fragment.noPage
            && from.pointee.linear & ~0xFFF == to.pointee.linear & ~0xFFF
            && from.pointee.physical & ~0xFFF == to.pointee.physical & ~0xFFF
    }

    /// The fragment has the usual limit: it was not made for a single instruction.
    private func isUsual(_ fragment: FragmentPointer) -> Bool { fragment.pointee.limit == usualLimit }

    private var usualLimit: UInt32 { UInt32(clamping: max(0, options.blockLimit)) }

    /// The fragment at an address, made if need be; nil with `fetchFault` set when it cannot be fetched, and nil without
    /// when the run loop must come by first.
    func lookup(eip: UInt32, limit: UInt32) -> FragmentPointer? {
        if cache.needsCollection { cache.collect(keeping: cpu.pointee.engine.running) }
        guard eip <= context.codeLimit else { return fail(.generalProtection()) }
        let linear = context.codeBase &+ eip
        let limit = limit == 0 ? usualLimit : limit
        do throws(GuestFault) {
            let isUser = cpu.pointee.privileged.cpl == 3
            let physical = try mmu.translate(linear, access: .execute, user: isUser)
            if let found = cache.find(physical: physical, eip: eip, context: contextNumber, limit: limit) {
                if try isWhereItWas(found, isUser) { return found }
            }
            return try translate(eip: eip, linear: linear, physical: physical, limit: limit)
        } catch {
            return fail(error)
        }
    }

    private func fail(_ fault: GuestFault) -> FragmentPointer? {
        fetchFault = fault
        return nil
    }

    private func remember(_ fragment: FragmentPointer) {
        guard fragment.pointee.secondPage == Fragment.noPage || fragment.pointee.isUnpaged, isUsual(fragment),
            fragment.pointee.isValid, !debugger.hasBreakpoint(at: fragment.pointee.linear)
        else { return }
        jumpCache.insert(fragment, eip: fragment.pointee.eip, stamp: jumpStamp)
    }

    /// What is valid now: TLB flushes, dropped fragments and the context.
    var jumpStamp: UInt64 { (mmu.epoch &+ cache.generation) << 17 | UInt64(contextNumber & 0x1_FFFF) }

    /// A straddling fragment is keyed by both its pages: the second must still be where it was.
    private func isWhereItWas(_ fragment: FragmentPointer, _ isUser: Bool) throws(GuestFault) -> Bool {
        if fragment.pointee.secondPage == Fragment.noPage { return true }
        let second = (fragment.pointee.linear | 0xFFF) &+ 1
        return try mmu.translate(second, access: .execute, user: isUser) == fragment.pointee.secondPage
    }

    // MARK: Translation

    private func translate(
        eip: UInt32, linear: UInt32, physical: UInt32, limit: UInt32
    ) throws(GuestFault) -> FragmentPointer {
        let onBus = memory.kind(frame: physical >> 12) == .bus
        straddledPage = Fragment.noPage
        var request = TranslationRequest(
            eip: eip, codeBase: context.codeBase, codeLimit: context.codeLimit, mode: context.mode,
            limit: onBus ? 1 : limit == 0 ? Translator.longestUnit : Int(limit), runPasses: options.passes,
            verify: options.verify)
        request.cuts = debugger.breakpoints
        request.findsOperands = cache.changesItself(physical)
        let started = HostClock.nanoseconds
        let outcome = translator.translate(request, from: self)
        translationNanoseconds &+= HostClock.nanoseconds &- started
        switch outcome {
        case .fetchFault(let address):
            // The walk is made again for its fault.
            _ = try mmu.translate(address, access: .execute, user: cpu.pointee.privileged.cpl == 3)
            throw .generalProtection()
        case .unit(let unit): return enter(unit, eip, linear, physical, limit, transient: onBus)
        }
    }

    private func enter(
        _ unit: TranslatedUnit, _ eip: UInt32, _ linear: UInt32, _ physical: UInt32, _ limit: UInt32, transient: Bool
    ) -> FragmentPointer {
        let fragment = FragmentPointer.make(unit, probe: cache.probe)
        fragment.pointee.eip = eip
        fragment.pointee.linear = linear
        fragment.pointee.physical = physical
        fragment.pointee.context = contextNumber
        fragment.pointee.limit = limit
        fragment.pointee.isUnpaged = !context.mode.contains(.paging)
        if UInt64(linear & 0xFFF) + UInt64(unit.byteCount) > 0x1000 { fragment.pointee.secondPage = straddledPage }
        classCounts.0 += UInt64(unit.classes.0)
        classCounts.1 += UInt64(unit.classes.1)
        classCounts.2 += UInt64(unit.classes.2)
        if transient {
            cache.insertTransient(fragment)
        } else {
            cache.insert(fragment, isSingle: limit != usualLimit)
        }
        return fragment
    }
}

extension VirtualProcessor: CodeSource {
    package func codeBytes(at linear: UInt32) -> UnsafeRawBufferPointer? {
        let isUser = cpu.pointee.privileged.cpl == 3
        guard let physical = try? mmu.translate(linear, access: .execute, user: isUser) else { return nil }
        let length = Int(0x1000 - linear & 0xFFF)
        if let host = memory.host(frame: physical >> 12) {
            return UnsafeRawBufferPointer(start: host + Int(physical & 0xFFF), count: length)
        }
        for index in 0..<min(15, length) {
            scratch[index] = UInt8(truncatingIfNeeded: mmu.readPhysical(physical &+ UInt32(index), width: 1))
        }
        return scratch.withUnsafeBytes { UnsafeRawBufferPointer(start: $0.baseAddress, count: min(15, length)) }
    }

    package func straddlingBytes(at linear: UInt32) -> [UInt8] {
        let isUser = cpu.pointee.privileged.cpl == 3
        var bytes: [UInt8] = []
        for index in 0..<15 as Range<UInt32> {
            let address = linear &+ index
            guard let physical = try? mmu.translate(address, access: .execute, user: isUser) else { break }
            if address & 0xFFF == 0, index > 0 { straddledPage = physical }
            bytes.append(UInt8(truncatingIfNeeded: mmu.readPhysical(physical, width: 1)))
        }
        return bytes
    }
}
