import VellumExecution
import VellumIA32
import VellumMicroOps

/// PUSHF, POPF, CLI, STI and HLT (SDM vol. 2; vol. 3, sections 20.2.7 and 20.3 for virtual-8086 mode).
extension Hypervisor {
    private static let iopl = EFlags.ioPrivilege.rawValue

    func pushFlags(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        var image = cpu.flagsImage
        if isVirtual8086, cpu.pointee.privileged.iopl < 3 {
            guard hasControl4(CR4.vme), arguments.size == 2 else { throw .generalProtection() }
            image = virtualImage(image)
        }
        var stack = currentStack
        try push(image, size: arguments.size, on: &stack)
        cpu[.esp] = stack.pointer
        return .next
    }

    /// FLAGS as a virtual-8086 program with VME sees them: IOPL 3, and VIF in IF's place.
    func virtualImage(_ flags: UInt32) -> UInt32 {
        let interrupt = hasFlag(.virtualInterrupt) ? EFlags.interrupt.rawValue : 0
        return flags & ~EFlags.interrupt.rawValue | interrupt | Hypervisor.iopl
    }

    func popFlags(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        let isVirtual = isVirtual8086
        let iopl = cpu.pointee.privileged.iopl
        let usesVIF = isVirtual && iopl < 3
        if usesVIF, !hasControl4(CR4.vme) || arguments.size != 2 { throw .generalProtection() }
        var stack = currentStack
        let image = try pop(size: arguments.size, from: &stack)
        if usesVIF {
            let outcome = try setVirtualFlags(image)
            cpu[.esp] = stack.pointer
            return outcome
        }
        cpu[.esp] = stack.pointer
        return setFlags(image & ~EFlags.resume.rawValue, mask: cpu.popMask(size: arguments.size))
    }

    /// The low sixteen flags under VME with IOPL below 3: IF goes to VIF.
    func setVirtualFlags(_ image: UInt32) throws(GuestFault) -> CallOutcome {
        let wantsInterrupts = image & EFlags.interrupt.rawValue != 0
        if image & EFlags.trap.rawValue != 0 || wantsInterrupts && hasFlag(.virtualInterruptPending) {
            throw .generalProtection()
        }
        let flag = EFlags.virtualInterrupt.rawValue
        return setFlags(image | (wantsInterrupts ? flag : 0), mask: CPUState.openFlags | flag)
    }

    /// Replaces the arithmetic flags, DF, and those of the others that are in `mask`, and says whether the fragment may
    /// go on.
    @discardableResult
    func setFlags(_ value: UInt32, mask: UInt32) -> CallOutcome {
        let old = cpu.pointee.privileged.systemFlags
        let new = cpu.systemFlags(of: value, mask: mask)
        cpu.eflags = value & ~CPUState.systemFlagsMask | new
        let changed = EFlags(rawValue: old ^ new)
        if changed.isDisjoint(with: [.interrupt, .trap, .alignmentCheck]) { return .next }
        if changed.contains(.alignmentCheck) { mmu.modeChanged() }
        let opensInterrupts = changed.contains(.interrupt) && new & EFlags.interrupt.rawValue != 0
        return opensInterrupts || !changed.isDisjoint(with: [.trap, .alignmentCheck]) ? .endFragment : .next
    }

    /// Where the flag is the processor's own, CLI is done in the cache.
    func clearInterruptFlag() throws(GuestFault) -> CallOutcome {
        guard cpu.interruptFlagOwner == .virtual else { throw .generalProtection() }
        cpu.pointee.privileged.systemFlags &= ~EFlags.virtualInterrupt.rawValue
        return .next
    }

    func setInterruptFlag(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        switch cpu.interruptFlagOwner {
        case .real:
            // The shadow reaches beyond the fragment.
            cpu.pointee.privileged.systemFlags |= EFlags.interrupt.rawValue
            cpu.pointee.privileged.shadow = .sti
            return .endFragment
        case .virtual:
            if hasFlag(.virtualInterruptPending) { throw .generalProtection() }
            cpu.pointee.privileged.systemFlags |= EFlags.virtualInterrupt.rawValue
            return .next
        case .nobody: throw .generalProtection()
        }
    }

    func halt() throws(GuestFault) -> CallOutcome {
        try requireSupervisor()
        cpu.pointee.privileged.halted = true
        return .endFragment
    }

    /// LAR, LSL, VERR and VERW answer in ZF.
    func setZeroFlag(_ value: Bool) {
        var flags = cpu.visible.arithmeticFlags
        if value { flags.insert(.zero) } else { flags.remove(.zero) }
        cpu.visible.arithmeticFlags = flags
    }
}
