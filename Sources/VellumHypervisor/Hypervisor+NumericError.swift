import VellumExecution
import VellumIA32

/// How x87 exceptions reach the guest: #MF, or the PC's way through FERR# and IRQ 13 (SDM vol. 1, section 8.7).
extension Hypervisor {
    /// A waiting x87 instruction meets a pending exception.  Returns true when the instruction may run.
    ///
    /// Without CR0.NE the processor drives FERR# and stops for the interrupt, unless IGNNE# is asserted.  Where no
    /// interrupt can come it would stop for ever; here the instruction then runs.
    func meetNumericError() throws(GuestFault) -> Bool {
        if cpu.pointee.privileged.cr0 & CR0.ne != 0 { throw GuestFault(.floatingPoint) }
        if interrupts.ignoresNumericErrors { return true }
        cpu.floating.pointee.reported = true
        interrupts.setNumericError(true)
        return !(canTakeInterrupt && interrupts.interruptPending)
    }
}
