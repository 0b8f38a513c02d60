import VellumExecution
import VellumHypervisor
import VellumIA32

/// The handler's stack: the one in use, or the task-state segment's for an inner level.
extension DeliveryPath {
    mutating func followStack(_ gate: Descriptor, _ code: SegmentState) throws(Obstacle) {
        let isInner = !code.isConforming && code.dpl < step.cpl
        let fromVirtual = view.state.isVirtual8086
        if fromVirtual, !isInner || code.dpl != 0 {
            throw stop(
                .ringMismatch, fault(.generalProtection, UInt32(code.selector & 0xFFFC) | external),
                "virtual-8086 mode can be left to ring 0 only, not to DPL \(code.dpl)")
        }
        let size: UInt32 = gate.type & 8 != 0 ? 4 : 2
        let words = 3 + (step.errorCode == nil ? 0 : 1) + (isInner ? fromVirtual ? 6 : 2 : 0)
        if isInner {
            let inner = try innerStack(code.dpl)
            let errorCode = UInt32(inner.segment.selector & 0xFFFC) | external
            try frame(inner.segment, inner.esp, words: words, size: size, user: code.dpl == 3, code: errorCode)
        } else {
            try frame(
                view.state[.ss], view.registers.esp, words: words, size: size, user: step.cpl == 3, code: external)
        }
        let offset = size == 4 ? gate.gateOffset : gate.gateOffset & 0xFFFF
        if offset > code.limit {
            throw stop(
                .gateOffset, fault(.generalProtection, external),
                "the gate of vector \(step.vector) leads to \(Hex.long(offset)), beyond its segment's limit")
        }
    }

    private mutating func innerStack(_ level: UInt8) throws(Obstacle) -> (segment: SegmentState, esp: UInt32) {
        let task = view.state.tr
        let wide = task.type & 8 != 0
        let offset = UInt32(level) * (wide ? 8 : 4) + (wide ? 4 : 2)
        let size: UInt32 = wide ? 4 : 2
        let name = "the task-state segment \(Hex.word(task.selector))"
        guard task.isPresent, offset + size + 1 <= task.limit else {
            let why = task.isPresent ? "its limit is \(Hex.text(task.limit, 4))" : "it is not present"
            throw stop(
                .badTaskState, fault(.invalidTSS, UInt32(task.selector & 0xFFFC) | external),
                "\(name) has no stack for ring \(level): \(why)")
        }
        try reach(task.base &+ offset, "TSS", cause: .badTaskState)
        let pointer = wide ? view.long(task.base &+ offset) : view.word(task.base &+ offset).map { UInt32($0) }
        let selector = view.word(task.base &+ offset &+ size) ?? 0xFFFF
        return (try stackSegment(selector, level, name), pointer ?? ~0)
    }

    private mutating func stackSegment(
        _ selector: UInt16, _ level: UInt8, _ task: String
    ) throws(Obstacle) -> SegmentState {
        let named = "\(task) names \(Hex.word(selector)) as stack of ring \(level)"
        guard selector & 0xFFFC != 0 else {
            throw stop(.badTaskState, fault(.invalidTSS, external), "\(named), the null selector")
        }
        let record = view.record(selector: selector)
        descriptors.append(record)
        let code = UInt32(selector & 0xFFFC) | external
        guard let state = record.descriptor?.loaded(selector: selector), state.isWritable, state.dpl == level,
            UInt8(selector & 3) == level
        else { throw stop(.badTaskState, fault(.invalidTSS, code), "\(named), which is \(record.text)") }
        guard state.isPresent else {
            throw stop(.stackNotPresent, fault(.stackFault, code), "\(named), which is not present")
        }
        return state
    }

    /// Walks down the words of the frame as they would be pushed.
    mutating func frame(
        _ segment: SegmentState, _ esp: UInt32, words: Int, size: UInt32, user: Bool, code: UInt32
    ) throws(Obstacle) {
        let mask: UInt32 = segment.isBig ? ~0 : 0xFFFF
        let name = "\(Hex.word(segment.selector)):\(Hex.text(esp & mask, segment.isBig ? 8 : 4))"
        var offset = esp & mask
        for _ in 0..<words {
            offset = (offset &- size) & mask
            guard segment.holds(offset, size) else {
                throw stop(
                    .badStack, fault(.stackFault, code),
                    "the stack \(name) lies outside its segment (\(SegmentState.text(segment)))")
            }
            let linear = segment.base &+ offset
            let cause = stackCause(linear, segment.base &+ esp & mask)
            try reach(linear, "stack", write: true, user: user, cause: cause)
            let last = linear &+ (size - 1)
            guard last >> 12 != linear >> 12 else { continue }
            try reach(last & ~0xFFF, "stack", write: true, user: user, cause: cause)
        }
    }

    /// A stack that fails just below a mapped page has grown out of it.
    private func stackCause(_ linear: UInt32, _ top: UInt32) -> DeadEndCause {
        let above = (linear | 0xFFF) &+ 1
        let isNear = top &- linear <= 0x1000
        let isMapped = view.walk(above, "").fault(write: true, user: false) == nil
        return isNear && isMapped ? .stackOverflow : .badStack
    }
}

extension SegmentState {
    /// `size` bytes at an offset lie inside the segment (SDM vol. 3, section 5.3).
    func holds(_ offset: UInt32, _ size: UInt32) -> Bool {
        let (last, overflow) = offset.addingReportingOverflow(size - 1)
        guard isPresent, isCodeOrData, !overflow else { return false }
        if isExpandDown { return offset > limit && last <= (isBig ? 0xFFFF_FFFF : 0xFFFF) }
        return last <= limit
    }
}
