import VellumEvents
import VellumIA32
import VellumMicroOps

/// What the cache tells observers.
extension TranslationCache {
    /// What fragments made now start with.
    package var probe: MicroOp? { events.logsEntries ? MicroOp(.logEntry) : nil }

    func tellTranslated(_ fragment: FragmentPointer, _ cause: TranslationCause, _ previous: UInt32?) {
        var description = FragmentDescription(
            id: FragmentID(fragment.pointee.serial), cause: cause, ending: fragment.ending)
        description.previous = previous.map { FragmentID($0) }
        description.eip = fragment.pointee.eip
        description.linear = fragment.pointee.linear
        description.physical = fragment.pointee.physical
        let mode = cpu.fragmentMode
        description.is32Bit = mode.contains(.code32)
        description.isProtected = mode.contains(.protected)
        description.isVirtual8086 = mode.contains(.virtual8086)
        description.isPaged = !fragment.pointee.isUnpaged
        description.cpl = mode.cpl
        description.mode = mode.rawValue
        description.codeBase = fragment.pointee.linear &- fragment.pointee.eip
        description.codeLimit = cpu.pointee.privileged[.cs].limit
        description.instructions = Int(fragment.pointee.count)
        description.microOps = Int(fragment.pointee.operationCount)
        description.cacheBytes = Int(fragment.pointee.blockBytes)
        description.limit = fragment.pointee.limit
        description.targets = fragment.targets
        description.offsets = (0..<Int(fragment.pointee.count)).map { fragment.pointee.offsets[$0] }
        if fragment.pointee.secondPage != Fragment.noPage { description.secondPage = fragment.pointee.secondPage }
        for (start, length) in fragment.ranges {
            for offset in 0..<length {
                description.code.append(UInt8(truncatingIfNeeded: mmu.peekPhysical(start &+ offset)))
            }
        }
        events.send(.translated(description), .translations)
    }

    /// Sets a direct link.
    package func link(_ from: FragmentPointer, _ link: Int, to target: FragmentPointer) {
        guard from.setLink(link, to: target), events.wants(.links) else { return }
        events.send(
            .chained(from: FragmentID(from.pointee.serial), link: link, to: FragmentID(target.pointee.serial)), .links)
    }

    func tellUnchained(_ fragment: FragmentPointer) {
        let id = FragmentID(fragment.pointee.serial)
        for (owner, link) in fragment.incomingLinks {
            events.send(.unchained(from: FragmentID(owner.pointee.serial), link: link, to: id), .links)
        }
        for (link, target) in [fragment.pointee.link0, fragment.pointee.link1].enumerated() {
            guard let target, target != fragment else { continue }
            events.send(.unchained(from: id, link: link, to: FragmentID(target.pointee.serial)), .links)
        }
    }

    func tellFlush(forRoom: Bool) {
        guard events.wants(.removals), liveFragments > 0 else { return }
        for serial in table.values.map(\.pointee.serial).sorted() {
            events.send(.evicted(FragmentID(serial)), .removals)
        }
        events.send(.flushed(forRoom: forRoom), .removals)
    }

    /// Takes in what has been counted in a fragment, and tells it to those who want to know.
    func settle(_ fragment: FragmentPointer) {
        let entries = fragment.pointee.entries
        guard entries > 0 else { return }
        settledEntries &+= entries
        fragment.pointee.entries = 0
        guard events.wants(.entryCounts) else { return }
        events.send(.counted(FragmentID(fragment.pointee.serial), entries: entries), .entryCounts)
    }

    /// Tells what has not been told yet: the log, and what has been counted in the fragments that are still there.
    package func tellCounts() {
        events.drain()
        guard events.wants(.entryCounts) else { return }
        for fragment in table.values.sorted(by: { $0.pointee.serial < $1.pointee.serial }) { settle(fragment) }
    }

    /// Starts to tell counts: what was before is nobody's.
    package func forgetCounts() {
        for fragment in table.values + graveyard {
            settledEntries &+= fragment.pointee.entries
            fragment.pointee.entries = 0
        }
    }

    /// Entries into fragments so far.
    package var entries: UInt64 {
        (table.values + graveyard).reduce(settledEntries) { $0 &+ $1.pointee.entries }
    }

    /// The fragments that are there, how often each was entered since counts were last told, and its opcodes.
    package var countedFragments: [(entries: UInt64, opcodes: [MicroOpcode])] {
        (table.values + graveyard).filter { $0.pointee.entries > 0 }.map { fragment in
            let count = Int(fragment.pointee.operationCount)
            let opcodes = UnsafeBufferPointer(start: fragment.operations, count: count).map(\.opcode)
            return (fragment.pointee.entries, opcodes.filter { $0 != .logEntry })
        }
    }

    /// The fragments that were made from the byte at a physical address.
    package func fragments(covering physical: UInt32) -> [FragmentPointer] {
        pages[physical >> 12]?.fragments.filter { $0.overlaps(physical, 1) } ?? []
    }

    /// Frames that hold translated code.
    package var codePageCount: Int { pages.values.count { !$0.isEmpty } }

    /// Stores have killed fragments of the page.
    package func changesItself(_ physical: UInt32) -> Bool { pages[physical >> 12]?.changesItself ?? false }

    /// An operand was changed in place.
    func tellPatched(_ fragment: FragmentPointer, _ physical: UInt32, _ width: Int) -> Bool {
        counters.patches += 1
        if events.wants(.removals) {
            let write = codeWrite(physical, UInt32(width))
            events.send(.patched(FragmentID(fragment.pointee.serial), by: write), .removals)
        }
        return true
    }

    /// A write of the moment, for observers: who, where, by which instruction.
    func codeWrite(_ physical: UInt32, _ length: UInt32) -> CodeWrite {
        let engine = cpu.pointee.engine
        var eip = engine.eip
        if engine.unretired > 0, let running = engine.running {
            let index = running.pointee.count - engine.unretired
            eip = running.eip(ofInstruction: UInt8(clamping: index))
        }
        let isByInstruction = mmu.writer == .store || mmu.writer == .processor
        return CodeWrite(
            writer: mmu.writer, physical: physical, length: length, linear: isByInstruction ? mmu.lastStore : nil,
            eip: eip, instruction: cpu.pointee.privileged[.cs].base &+ eip)
    }
}

extension UnsafeMutablePointer where Pointee == Fragment {
    @inline(__always) var key: FragmentKey {
        FragmentKey(
            physical: pointee.physical, eip: pointee.eip, context: pointee.context, limit: pointee.limit)
    }

    private var terminal: MicroOpcode { operations[Int(pointee.operationCount) - 1].opcode }

    var ending: FragmentEnding {
        switch terminal {
        case .jump: .jump
        case .indirect: .indirect
        case .return32: .return
        case .fault: .fault
        case .exit: .exit
        default: .branch
        }
    }

    /// Where direct links lead: taken, not taken.
    var targets: [UInt32] {
        // A REP prefix with nothing to do leaves over link 1 before the end.
        let all = UnsafeBufferPointer(start: operations, count: Int(pointee.operationCount))
        if all.contains(where: { $0.opcode.effects.flow.contains(.link1) }) {
            return [pointee.target0, pointee.target1]
        }
        return terminal.effects.flow.contains(.link0) ? [pointee.target0] : []
    }
}
