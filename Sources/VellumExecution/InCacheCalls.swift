import CVellumSupport
import VellumIA32
import VellumMicroOps

/// Who owns the interrupt flag that CLI and STI act on (SDM vol. 3, sections 20.3 and 20.4).
package enum InterruptFlagOwner { case real, virtual, nobody }

/// What the cache made of a hypervisor call.
package enum InCacheOutcome: Equatable {
    /// Nothing: it is for the hypervisor.
    case no
    /// Done; the next micro-op may run.
    case next
    /// Done; `engine.eip` is where to go on.
    case transfer
}

/// Hypervisor calls that the cache handles itself: the usual case of the frequent ones, which changes nothing but
/// registers, the flags, and the stack where the TLB knows it.
///
/// What each does is said here and nowhere else; the hypervisor asks here first too, and has the unusual rest.
extension UnsafeMutablePointer where Pointee == CPUState {
    /// Performs a call, and counts it among those handled in the cache; where it is not for the cache, nothing has
    /// changed.  For INT n, `engine.nextEIP` is the address to return to.
    @inline(__always)
    package func performInCache(
        _ call: HypervisorCall, _ arguments: CallArguments, _ mmu: SoftMMU
    ) -> InCacheOutcome {
        guard call.isForCache, !(pointee.engine.leavesCalls && call.isForBoth) else { return .no }
        let outcome = perform(call, arguments, mmu)
        if outcome != .no { pointee.engine.inCacheCalls &+= 1 }
        return outcome
    }

    @inline(__always)
    private func perform(_ call: HypervisorCall, _ arguments: CallArguments, _ mmu: SoftMMU) -> InCacheOutcome {
        let isDone: Bool
        switch call {
        case .int: return softwareInterrupt(UInt8(truncatingIfNeeded: arguments.immediate), mmu)
        case .iret: return interruptReturn(arguments, mmu)
        case .jmpFar: return jumpFar(arguments, mmu)
        case .callFar: return callFar(arguments, mmu)
        case .retFar: return returnFar(arguments, mmu)
        case .readSegment: isDone = readSegment(arguments)
        case .loadSegment: isDone = loadSegment(arguments, mmu)
        case .sgdt: isDone = store(pointee.privileged.gdtr, arguments)
        case .sidt: isDone = store(pointee.privileged.idtr, arguments)
        case .sldt: isDone = storeSelector(pointee.privileged.ldtr.selector, arguments)
        case .str: isDone = storeSelector(pointee.privileged.tr.selector, arguments)
        case .smsw: isDone = set(arguments.first, pointee.privileged.cr0)
        case .pushf: isDone = pushFlags(arguments, mmu)
        case .popf: isDone = popFlags(arguments, mmu)
        case .cli: isDone = clearInterruptFlag()
        case .sti: isDone = setInterruptFlag(arguments)
        case .clts: isDone = pointee.privileged.cpl == 0 && pointee.privileged.cr0 & CR0.ts == 0
        case .readControl: isDone = readControl(arguments)
        case .writeControl: isDone = writeControl(arguments)
        default: isDone = false
        }
        return isDone ? .next : .no
    }

    // MARK: Registers

    private func set(_ slot: RegisterSlot, _ value: UInt32) -> Bool {
        visible[slot] = value
        return true
    }

    private func readSegment(_ arguments: CallArguments) -> Bool {
        set(arguments.first, UInt32(selector(arguments.index)))
    }

    /// A paragraph, or a data segment of the GDT that may be loaded, with its accessed bit set, into DS, ES, FS or GS,
    /// which stays flat or stays not flat.
    @inline(never) private func loadSegment(_ arguments: CallArguments, _ mmu: SoftMMU) -> Bool {
        guard let segment = SegmentRegister(rawValue: arguments.index), segment != .cs, segment != .ss else {
            return false
        }
        let selector = UInt16(truncatingIfNeeded: visible[arguments.first])
        let state: SegmentState
        if usesParagraphs {
            state = paragraph(selector, for: segment)
        } else {
            guard let found = plainSegment(selector, mmu), found.isReadable, found.access & 0x81 == 0x81,
                found.isConforming || max(found.rpl, pointee.privileged.cpl) <= found.dpl
            else { return false }
            state = found
        }
        let old = pointee.privileged[segment]
        if state.isSame(as: old) { return true }
        let flat = pointee.engine.flatSegments
        setSegment(segment, state)
        if pointee.engine.flatSegments == flat { return true }
        setSegment(segment, old)
        return false
    }

    /// What a selector names in the GDT, where that is plain memory.
    @inline(__always)
    func plainSegment(_ selector: UInt16, _ mmu: SoftMMU) -> SegmentState? {
        let offset = UInt32(selector & 0xFFF8)
        guard offset != 0, selector & 4 == 0, offset + 7 <= UInt32(pointee.privileged.gdtr.limit),
            let host = mmu.plainRead(pointee.privileged.gdtr.base &+ offset, length: 8, user: false)
        else { return nil }
        return Descriptor(low: vellum_load32(host), high: vellum_load32(host + 4)).loaded(selector: selector)
    }

    private func store(_ table: TableRegister, _ arguments: CallArguments) -> Bool {
        visible[arguments.second] = table.base
        return set(arguments.first, UInt32(table.limit))
    }

    /// SLDT and STR are #UD where selectors name no descriptors.
    private func storeSelector(_ selector: UInt16, _ arguments: CallArguments) -> Bool {
        guard pointee.privileged.isProtected, !pointee.privileged.isVirtual8086 else { return false }
        return set(arguments.first, UInt32(selector))
    }

    private func readControl(_ arguments: CallArguments) -> Bool {
        guard pointee.privileged.cpl == 0 else { return false }
        switch arguments.index {
        case 0: return set(arguments.first, pointee.privileged.cr0)
        case 2: return set(arguments.first, pointee.privileged.cr2)
        case 3: return set(arguments.first, pointee.privileged.cr3)
        default: return false
        }
    }

    /// CR0 as it is already, and CR2, which nothing depends on.
    private func writeControl(_ arguments: CallArguments) -> Bool {
        guard pointee.privileged.cpl == 0 else { return false }
        switch arguments.index {
        case 0: return visible[arguments.first] == pointee.privileged.cr0
        case 2:
            pointee.privileged.cr2 = visible[arguments.first]
            return true
        default: return false
        }
    }

    // MARK: Flags

    @inline(never) private func pushFlags(_ arguments: CallArguments, _ mmu: SoftMMU) -> Bool {
        guard !pointee.privileged.isVirtual8086, let frame = pushed(1, arguments.size, mmu) else { return false }
        frame[0] = flagsImage
        move(by: 0 &- frame.length)
        return true
    }

    @inline(never) private func popFlags(_ arguments: CallArguments, _ mmu: SoftMMU) -> Bool {
        guard !pointee.privileged.isVirtual8086, let frame = popped(1, arguments.size, mmu) else { return false }
        let image = frame[0] & ~EFlags.resume.rawValue
        let new = systemFlags(of: image, mask: popMask(size: arguments.size))
        // Interrupts that are let in, traps and alignment checks are for the run loop.
        let changed = new ^ pointee.privileged.systemFlags
        let opens = changed & new & EFlags.interrupt.rawValue
        guard opens | changed & EFlags([.trap, .alignmentCheck]).rawValue == 0 else { return false }
        eflags = image & ~CPUState.systemFlagsMask | new
        move(by: frame.length)
        return true
    }

    /// EFLAGS as PUSHF stores it: without VM and RF.
    package var flagsImage: UInt32 { @inline(__always) get { eflags & 0x00FC_FFFF } }

    /// The flags that POPF may change, outside virtual-8086 mode with an IOPL below 3 (SDM vol. 2, POPF).
    @inline(__always) package func popMask(size: UInt8) -> UInt32 {
        var mask = CPUState.openFlags
        if pointee.privileged.cpl <= pointee.privileged.iopl { mask |= EFlags.interrupt.rawValue }
        if pointee.privileged.cpl == 0 { mask |= EFlags.ioPrivilege.rawValue }
        if size == 4 { mask |= EFlags([.alignmentCheck, .identification, .resume]).rawValue }
        return mask
    }

    /// The flags beside the arithmetic ones and DF after those in `mask` were taken from an image.
    @inline(__always) package func systemFlags(of image: UInt32, mask: UInt32) -> UInt32 {
        let mask = mask & pointee.engine.flagsMask & CPUState.systemFlagsMask
        return pointee.privileged.systemFlags & ~mask | image & mask
    }

    // MARK: The interrupt flag

    package var interruptFlagOwner: InterruptFlagOwner {
        guard pointee.privileged.isProtected else { return .real }
        let iopl = pointee.privileged.iopl
        let cr4 = pointee.privileged.cr4
        if pointee.privileged.isVirtual8086 { return iopl == 3 ? .real : cr4 & CR4.vme != 0 ? .virtual : .nobody }
        if iopl >= pointee.privileged.cpl { return .real }
        return pointee.privileged.cpl == 3 && cr4 & CR4.pvi != 0 ? .virtual : .nobody
    }

    private func clearInterruptFlag() -> Bool {
        guard interruptFlagOwner == .real else { return false }
        pointee.privileged.systemFlags &= ~EFlags.interrupt.rawValue
        return true
    }

    /// Where the fragment itself runs exactly the instruction that the shadow covers, there is nothing else to do.
    private func setInterruptFlag(_ arguments: CallArguments) -> Bool {
        guard interruptFlagOwner == .real else { return false }
        if pointee.privileged.systemFlags & EFlags.interrupt.rawValue != 0 { return true }
        guard arguments.immediate != 0, !pointee.engine.endRequested else { return false }
        pointee.privileged.systemFlags |= EFlags.interrupt.rawValue
        return true
    }
}

extension HypervisorCall {
    /// The hypervisor can do all that the cache does of it.
    @inline(__always) var isForBoth: Bool {
        switch self {
        case .int, .iret, .jmpFar, .callFar, .retFar, .loadSegment, .pushf, .popf, .writeControl: true
        default: false
        }
    }

    /// The cache may handle it.
    @inline(__always) var isForCache: Bool {
        switch self {
        case .int, .iret, .jmpFar, .callFar, .retFar, .readSegment, .loadSegment, .sgdt, .sidt, .sldt, .str, .smsw,
            .pushf, .popf, .cli, .sti, .clts, .readControl, .writeControl:
            true
        default: false
        }
    }
}
