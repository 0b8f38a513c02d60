import VellumEvents
import VellumExecution
import VellumIA32
import VellumMicroOps

extension VirtualProcessor {
    /// The run loop's work between two fragments, for the usual case that there is none: no trap, no interrupt that may
    /// be taken, no stepping.  The backend asks after every far transfer, interrupt return, and change of mode, so that
    /// a system call costs a look-up and not a trip through the run loop.
    package func proceed() -> FragmentPointer? {
        let isAwake = !cpu.pointee.privileged.halted && cpu.pointee.privileged.shadow == .none
        guard isAwake, !debugger.isActive, mmu.watchpointHits == 0,
            !(interrupts.interruptPending && hypervisor.canTakeInterrupt)
        else {
            return nil
        }
        refreshContext()
        if !context.mode.isDisjoint(with: VirtualProcessor.steppingModes) { return nil }
        hypervisor.clearResumeFlag()
        cpu.pointee.engine.jumpStamp = jumpStamp
        events.note(EntryWord.runLoop)
        return resolve(eip: cpu.pointee.engine.eip)
    }

    /// Modes in which fragments of one instruction run.
    private static let steppingModes: FragmentMode = [.singleStep, .breakpoints]
}
