import VellumIA32
import VellumMicroOps

/// Real mode, and what virtual-8086 mode does like it: a selector is a paragraph, and no table says what may be done.
extension UnsafeMutablePointer where Pointee == CPUState {
    /// Selectors are paragraphs.
    @inline(__always) var usesParagraphs: Bool {
        !pointee.privileged.isProtected || pointee.privileged.isVirtual8086
    }

    /// What loading a paragraph makes of a segment register.  Real mode changes selector and base only, so that limits
    /// loaded in protected mode live on; a register that protected mode left unusable gets back its 64 KiB.
    @inline(__always) package func paragraph(_ selector: UInt16, for segment: SegmentRegister) -> SegmentState {
        if pointee.privileged.isProtected { return .realMode(selector, dpl: 3) }
        var state = pointee.privileged[segment]
        guard state.isPresent, state.isCodeOrData else { return .realMode(selector) }
        state.selector = selector
        state.base = UInt32(selector) &<< 4
        state.access = state.access & 0xF000 | 0x93
        return state
    }

    /// Goes on at an offset inside a paragraph.
    @inline(__always) private func go(_ code: SegmentState, _ eip: UInt32) {
        if !code.isSame(as: pointee.privileged[.cs]) {
            pointee.engine.modeIsKnown = false
            setSegment(.cs, code)
        }
        pointee.engine.eip = eip
    }

    func jumpToParagraph(_ selector: UInt16, _ eip: UInt32) -> InCacheOutcome {
        let code = paragraph(selector, for: .cs)
        guard eip <= code.limit else { return .no }
        go(code, eip)
        return .transfer
    }

    func callParagraph(_ selector: UInt16, _ eip: UInt32, _ size: UInt8, _ mmu: SoftMMU) -> InCacheOutcome {
        let code = paragraph(selector, for: .cs)
        guard eip <= code.limit, let frame = pushed(2, size, mmu) else { return .no }
        frame[0] = pointee.engine.nextEIP
        frame[1] = UInt32(pointee.privileged[.cs].selector)
        move(by: 0 &- frame.length)
        go(code, eip)
        return .transfer
    }

    func returnToParagraph(_ arguments: CallArguments, _ mmu: SoftMMU) -> InCacheOutcome {
        guard let frame = popped(2, arguments.size, mmu) else { return .no }
        let code = paragraph(UInt16(truncatingIfNeeded: frame[1]), for: .cs)
        let eip = frame[0]
        guard eip <= code.limit else { return .no }
        move(by: frame.length &+ arguments.immediate)
        go(code, eip)
        return .transfer
    }

    // MARK: INT n and IRET in real mode

    /// Neither a trap nor a check of alignment is about to end (they are parts of the fragment's mode).
    private var isPlainlyReal: Bool {
        pointee.privileged.systemFlags & EFlags([.trap, .alignmentCheck]).rawValue == 0
            && !pointee.privileged.nmiBlocked
    }

    @inline(never) func interruptByVector(_ vector: UInt8, _ mmu: SoftMMU) -> InCacheOutcome {
        let slot = UInt32(vector) &* 4
        guard isPlainlyReal, slot + 3 <= UInt32(pointee.privileged.idtr.limit),
            let host = mmu.plainRead(pointee.privileged.idtr.base &+ slot, length: 4, user: false)
        else { return .no }
        let target = SoftMMU.load(host, 4)
        let code = paragraph(UInt16(truncatingIfNeeded: target &>> 16), for: .cs)
        guard target & 0xFFFF <= code.limit, let frame = pushed(3, 2, mmu) else { return .no }
        frame[0] = pointee.engine.nextEIP
        frame[1] = UInt32(pointee.privileged[.cs].selector)
        frame[2] = eflags
        move(by: 0 &- frame.length)
        pointee.engine.deliveries &+= 1
        pointee.privileged.systemFlags &= ~EFlags([.interrupt, .resume]).rawValue
        go(code, target & 0xFFFF)
        return .transfer
    }

    @inline(never) func returnToVector(_ arguments: CallArguments, _ mmu: SoftMMU) -> InCacheOutcome {
        guard isPlainlyReal, let frame = popped(3, arguments.size, mmu) else { return .no }
        let code = paragraph(UInt16(truncatingIfNeeded: frame[1]), for: .cs)
        let eip = frame[0]
        let image = frame[2]
        let new = systemFlags(of: image, mask: realReturnMask(size: arguments.size))
        let deciding = EFlags([.trap, .resume, .alignmentCheck]).rawValue
        guard eip <= code.limit, (new ^ pointee.privileged.systemFlags) & deciding == 0 else { return .no }
        eflags = image & ~CPUState.systemFlagsMask | new
        move(by: frame.length)
        go(code, eip)
        return .transfer
    }

    /// The flags that IRET may change in real mode (SDM vol. 2, IRET).
    package func realReturnMask(size: UInt8) -> UInt32 {
        let wide = EFlags([.resume, .alignmentCheck, .identification]).rawValue
        return CPUState.openFlags | EFlags([.interrupt, .ioPrivilege]).rawValue | (size == 4 ? wide : 0)
    }
}

// MARK: The stack in use

/// Words on the stack that lie together in plain memory, from the top down: the first is the one pushed last.
struct PlainFrame {
    let host: UnsafeMutableRawPointer
    let size: UInt8
    let length: UInt32

    @inline(__always) subscript(index: Int) -> UInt32 {
        get { SoftMMU.load(host + index &* Int(size), Int(size)) }
        nonmutating set { SoftMMU.store(host + index &* Int(size), newValue, Int(size)) }
    }
}

extension UnsafeMutablePointer where Pointee == CPUState {
    /// ESP, or SP on a 16-bit stack.
    @inline(__always) private var stackOffset: UInt32 {
        pointee.privileged[.ss].isBig ? self[.esp] : self[.esp] & 0xFFFF
    }

    /// Moves ESP, or SP alone.
    @inline(__always) func move(by delta: UInt32) {
        let esp = self[.esp]
        let moved = esp &+ delta
        self[.esp] = pointee.privileged[.ss].isBig ? moved : esp & 0xFFFF_0000 | moved & 0xFFFF
    }

    /// Room for `count` words under the top; nil where it is not plain.  Nothing is moved.
    @inline(__always) func pushed(_ count: UInt32, _ size: UInt8, _ mmu: SoftMMU) -> PlainFrame? {
        let length = count &* UInt32(size)
        let offset = stackOffset
        guard offset >= length,
            let linear = visible.window(.ss).pointee.linear(offset &- length, length, write: true),
            let host = mmu.plainWrite(linear, length: length, user: pointee.privileged.cpl == 3)
        else { return nil }
        return PlainFrame(host: host, size: size, length: length)
    }

    /// The `count` words on top.
    @inline(__always) func popped(_ count: UInt32, _ size: UInt8, _ mmu: SoftMMU) -> PlainFrame? {
        let length = count &* UInt32(size)
        let offset = stackOffset
        guard pointee.privileged[.ss].isBig || offset &+ length <= 0x1_0000,
            let linear = visible.window(.ss).pointee.linear(offset, length, write: false),
            let host = mmu.plainRead(linear, length: length, user: pointee.privileged.cpl == 3)
        else { return nil }
        return PlainFrame(host: UnsafeMutableRawPointer(mutating: host), size: size, length: length)
    }
}
