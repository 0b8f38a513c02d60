import CVellumSupport
import VellumIA32
import VellumMicroOps

/// INT n, IRET and far transfers in their usual case: by paragraphs, or in protected mode with 32-bit gates and
/// descriptors of the GDT that have been used before, all of it in plain memory.  Everything is checked before anything is
/// changed; whatever is unusual, and every fault, is the hypervisor's (SDM vol. 2, INT n and IRET; vol. 3, sections 5.8
/// and 6.12).
extension UnsafeMutablePointer where Pointee == CPUState {
    /// What a selector names in the GDT: code or data, present, its accessed bit set.
    @inline(__always)
    private func usedSegment(_ selector: UInt16, _ mmu: SoftMMU) -> SegmentState? {
        guard let state = plainSegment(selector, mmu), state.access & 0x91 == 0x91 else { return nil }
        return state
    }

    /// Selectors name descriptors, and no trap or task is about to be returned from.
    @inline(__always)
    private var isPlainlyProtected: Bool {
        let flags = EFlags([.trap, .virtual8086, .nestedTask]).rawValue
        return pointee.privileged.isProtected && pointee.privileged.systemFlags & flags == 0
            && !pointee.privileged.nmiBlocked
    }

    /// Goes to a segment, at the level of its selector.
    @inline(__always)
    private func go(_ code: SegmentState, _ eip: UInt32, _ stack: SegmentState?, _ esp: UInt32, _ mmu: SoftMMU) {
        let old = pointee.privileged[.cs]
        if !old.isSame(as: code) || stack != nil { pointee.engine.modeIsKnown = false }
        if !old.isSame(as: code) { setSegment(.cs, code) }
        if let stack { setSegment(.ss, stack) }
        self[.esp] = esp
        pointee.engine.eip = eip
        guard pointee.privileged.cpl != code.rpl else { return }
        pointee.privileged.cpl = code.rpl
        mmu.modeChanged()
    }

    // MARK: Far transfers at the same level

    /// Code of the GDT that a far JMP or CALL names directly, and that holds the offset.
    @inline(__always)
    private func directTarget(_ selector: UInt16, _ eip: UInt32, _ mmu: SoftMMU) -> SegmentState? {
        let level = pointee.privileged.cpl
        guard var code = usedSegment(selector, mmu), code.isCode, !code.isConforming, code.rpl <= level,
            code.dpl == level, eip <= code.limit
        else { return nil }
        code.selector = code.selector & ~3 | UInt16(level)
        return code
    }

    /// The target's offset, of the operand's size.
    @inline(__always)
    private func offset(_ arguments: CallArguments) -> UInt32 {
        self[arguments.first] & (arguments.size == 2 ? 0xFFFF : ~0)
    }

    @inline(never) func jumpFar(_ arguments: CallArguments, _ mmu: SoftMMU) -> InCacheOutcome {
        let selector = UInt16(truncatingIfNeeded: self[arguments.second])
        let eip = offset(arguments)
        if usesParagraphs { return jumpToParagraph(selector, eip) }
        guard let code = directTarget(selector, eip, mmu) else { return .no }
        go(code, eip, nil, self[.esp], mmu)
        return .transfer
    }

    @inline(never) func callFar(_ arguments: CallArguments, _ mmu: SoftMMU) -> InCacheOutcome {
        let selector = UInt16(truncatingIfNeeded: self[arguments.second])
        let eip = offset(arguments)
        if usesParagraphs { return callParagraph(selector, eip, arguments.size, mmu) }
        guard let code = directTarget(selector, eip, mmu), let frame = pushed(2, arguments.size, mmu) else {
            return .no
        }
        frame[0] = pointee.engine.nextEIP
        frame[1] = UInt32(pointee.privileged[.cs].selector)
        move(by: 0 &- frame.length)
        go(code, eip, nil, self[.esp], mmu)
        return .transfer
    }

    @inline(never) func returnFar(_ arguments: CallArguments, _ mmu: SoftMMU) -> InCacheOutcome {
        if usesParagraphs { return returnToParagraph(arguments, mmu) }
        let level = pointee.privileged.cpl
        guard let frame = popped(2, arguments.size, mmu),
            let code = usedSegment(UInt16(truncatingIfNeeded: frame[1]), mmu), code.isCode, !code.isConforming,
            code.rpl == level, code.dpl == level, frame[0] <= code.limit
        else { return .no }
        let eip = frame[0]
        move(by: frame.length &+ arguments.immediate)
        go(code, eip, nil, self[.esp], mmu)
        return .transfer
    }

    // MARK: INT n

    @inline(never) func softwareInterrupt(_ vector: UInt8, _ mmu: SoftMMU) -> InCacheOutcome {
        if !pointee.privileged.isProtected { return interruptByVector(vector, mmu) }
        let level = pointee.privileged.cpl
        guard isPlainlyProtected, let gate = plainGate(vector, mmu), gate.dpl >= level,
            var code = usedSegment(gate.gateSelector, mmu), code.isCode, !code.isConforming, code.dpl <= level,
            gate.gateOffset <= code.limit
        else { return .no }
        code.selector = code.selector & ~3 | UInt16(code.dpl)
        let isInner = code.dpl < level
        var stack = pointee.privileged[.ss]
        var esp = self[.esp]
        if isInner {
            guard let inner = innerStack(code.dpl, mmu) else { return .no }
            (stack, esp) = inner
        }
        let length: UInt32 = isInner ? 20 : 12
        guard stack.isBig, stack.isWritable, stack.isPresent, !stack.isExpandDown, esp >= length,
            esp &- 1 <= stack.limit,
            let frame = mmu.plainWrite(stack.base &+ (esp &- length), length: length, user: code.dpl == 3)
        else { return .no }
        vellum_store32(frame, pointee.engine.nextEIP)
        vellum_store32(frame + 4, UInt32(pointee.privileged[.cs].selector))
        vellum_store32(frame + 8, eflags)
        if isInner {
            vellum_store32(frame + 12, self[.esp])
            vellum_store32(frame + 16, UInt32(pointee.privileged[.ss].selector))
        }
        pointee.engine.deliveries &+= 1
        pointee.engine.lastGate = gate.type
        // Trap gates (odd types) leave IF alone.
        let cleared: EFlags = gate.type & 1 == 0 ? [.resume, .interrupt] : .resume
        pointee.privileged.systemFlags &= ~cleared.rawValue
        go(code, gate.gateOffset, isInner ? stack : nil, esp &- length, mmu)
        return .transfer
    }

    /// A present 32-bit interrupt or trap gate.
    @inline(__always)
    private func plainGate(_ vector: UInt8, _ mmu: SoftMMU) -> Descriptor? {
        let slot = UInt32(vector) &* 8
        guard slot + 7 <= UInt32(pointee.privileged.idtr.limit),
            let host = mmu.plainRead(pointee.privileged.idtr.base &+ slot, length: 8, user: false)
        else { return nil }
        let gate = Descriptor(low: vellum_load32(host), high: vellum_load32(host + 4))
        return gate.high & 0x9E00 == 0x8E00 ? gate : nil
    }

    /// SS and ESP of an inner level, from a 32-bit task-state segment.
    private func innerStack(_ level: UInt8, _ mmu: SoftMMU) -> (SegmentState, UInt32)? {
        let task = pointee.privileged.tr
        let offset = UInt32(level) &* 8 &+ 4
        guard task.isPresent, task.type & 8 != 0, offset + 5 <= task.limit,
            let host = mmu.plainRead(task.base &+ offset, length: 6, user: false),
            let segment = usedSegment(UInt16(truncatingIfNeeded: vellum_load32(host + 2) &>> 16), mmu),
            segment.rpl == level, segment.dpl == level, segment.isWritable, segment.isBig
        else { return nil }
        return (segment, vellum_load32(host))
    }

    // MARK: IRET

    @inline(never) func interruptReturn(_ arguments: CallArguments, _ mmu: SoftMMU) -> InCacheOutcome {
        if !pointee.privileged.isProtected { return returnToVector(arguments, mmu) }
        let level = pointee.privileged.cpl
        let stack = pointee.privileged[.ss]
        let esp = self[.esp]
        guard arguments.size == 4, isPlainlyProtected, let frame = plainFrame(3, stack, esp, mmu) else { return .no }
        let eip = vellum_load32(frame)
        let image = vellum_load32(frame + 8)
        // What may change depends on the level that is being left.
        let new = systemFlags(of: image, mask: returnMask(size: 4))
        let deciding = EFlags([.trap, .resume, .nestedTask, .virtual8086, .alignmentCheck]).rawValue
        guard image & EFlags.virtual8086.rawValue == 0, (new ^ pointee.privileged.systemFlags) & deciding == 0,
            let code = usedSegment(UInt16(truncatingIfNeeded: vellum_load32(frame + 4)), mmu), code.isCode,
            !code.isConforming, code.rpl >= level, code.dpl == code.rpl, eip <= code.limit
        else { return .no }
        if code.rpl == level {
            eflags = image & ~CPUState.systemFlagsMask | new
            go(code, eip, nil, esp &+ 12, mmu)
            return .transfer
        }
        guard let outer = plainFrame(5, stack, esp, mmu),
            let segment = usedSegment(UInt16(truncatingIfNeeded: vellum_load32(outer + 16)), mmu),
            segment.rpl == code.rpl, segment.dpl == code.rpl, segment.isWritable, segment.isBig
        else { return .no }
        eflags = image & ~CPUState.systemFlagsMask | new
        go(code, eip, segment, vellum_load32(outer + 12), mmu)
        dropInnerSegments()
        return .transfer
    }

    /// The words on top of a 32-bit stack.
    @inline(__always)
    private func plainFrame(
        _ count: UInt32, _ stack: SegmentState, _ esp: UInt32, _ mmu: SoftMMU
    ) -> UnsafeRawPointer? {
        let (last, overflow) = esp.addingReportingOverflow(count &* 4 &- 1)
        guard stack.isBig, stack.isPresent, stack.isCodeOrData, !stack.isExpandDown, !overflow, last <= stack.limit
        else { return nil }
        return mmu.plainRead(stack.base &+ esp, length: count &* 4, user: pointee.privileged.cpl == 3)
    }

    /// The flags that IRET may change in protected mode (SDM vol. 2, IRET).
    @inline(__always) package func returnMask(size: UInt8) -> UInt32 {
        let virtual = EFlags([.virtualInterrupt, .virtualInterruptPending]).rawValue
        return popMask(size: size) | (size == 4 && pointee.privileged.cpl == 0 ? virtual : 0)
    }

    /// Data segments that an outer level may not keep become null (SDM vol. 2, RET).
    package func dropInnerSegments() {
        for segment in [SegmentRegister.es, .ds, .fs, .gs] {
            let state = pointee.privileged[segment]
            if state.isCodeOrData, !state.isConforming, state.dpl < pointee.privileged.cpl {
                setSegment(segment, .null())
            }
        }
    }
}
