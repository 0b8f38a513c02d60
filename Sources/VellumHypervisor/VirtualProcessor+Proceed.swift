import VellumEvents
import VellumExecution
import VellumIA32
import VellumMicroOps

extension VirtualProcessor {
    /// The run loop's work between two fragments, for the usual case that there is none: no trap, no interrupt that may
    /// be taken, no end asked for, no stepping.  The backend asks after every far transfer, interrupt return, and change of mode, so that
    /// a system call costs a look-up and not a trip through the run loop.
    func proceed() -> FragmentPointer? {
        let isAwake = !cpu.pointee.privileged.halted && cpu.pointee.privileged.shadow == .none
        guard isAwake, !debugger.isActive, mmu.watchpointHits == 0, !cpu.pointee.engine.endRequested,
            !(hypervisor.canTakeInterrupt && interrupts.interruptPending)
        else {
            return nil
        }
        if !cpu.pointee.engine.modeIsKnown {
            refreshContext()
            hypervisor.clearResumeFlag()
        }
        if !context.mode.isDisjoint(with: VirtualProcessor.steppingModes) { return nil }
        let stamp = jumpStamp
        cpu.pointee.engine.jumpStamp = stamp
        if cpu.pointee.engine.entryLog != nil { events.note(EntryWord.runLoop) }
        let eip = cpu.pointee.engine.eip
        if let known = jumpCache.find(eip: eip, stamp: stamp) {
            guard charge(known) else { return nil }
            cpu.pointee.engine.jumpHits &+= 1
            known.pointee.entries &+= 1
            return known
        }
        guard let next = lookup(eip: eip, limit: 0), charge(next) else { return nil }
        entered(next)
        return next
    }

    /// Takes a fragment's instructions off the budget, where it allows them.
    private func charge(_ next: FragmentPointer) -> Bool {
        let left = cpu.pointee.engine.budget &- next.pointee.count
        guard left >= 0 else {
            deferred(next)
            return false
        }
        cpu.pointee.engine.budget = left
        return true
    }

    /// Modes in which fragments of one instruction run.
    private static var steppingModes: FragmentMode { [.singleStep, .breakpoints] }
}
