import VellumExecution
import VellumIA32
import VellumMicroOps

/// INT n, INT3, INTO and ICEBP (SDM vol. 2, INT n; vol. 3, section 20.3 for virtual-8086 mode).
extension Hypervisor {
    func softwareInterrupt(_ vector: UInt8) throws(GuestFault) -> CallOutcome {
        if isVirtual8086 {
            if hasControl4(CR4.vme), try !isRedirected(vector) {
                try raiseVirtual(vector)
                return .transfer
            }
            if cpu.pointee.privileged.iopl < 3 { throw .generalProtection() }
        }
        try raise(softwareEvent(vector))
        return .transfer
    }

    /// INT3 and INTO, unlike INT n, do not care for IOPL in virtual-8086 mode.
    func breakpointInterrupt() throws(GuestFault) -> CallOutcome {
        try raise(softwareEvent(ExceptionVector.breakpoint.rawValue))
        return .transfer
    }

    func overflowInterrupt() throws(GuestFault) -> CallOutcome {
        guard cpu.visible.overflowFlag else { return .next }
        try raise(softwareEvent(ExceptionVector.overflow.rawValue))
        return .transfer
    }

    /// ICEBP is a debug trap without a bit in DR6; the gate's DPL does not count.
    func debugInterrupt() throws(GuestFault) -> CallOutcome {
        var event = softwareEvent(ExceptionVector.debug.rawValue)
        event.cause = .hardware
        try raise(event)
        return .transfer
    }

    private func softwareEvent(_ vector: UInt8) -> Event {
        Event(vector: vector, cause: .software, returnEIP: cpu.pointee.engine.nextEIP, flags: cpu.eflags)
    }

    // MARK: VME

    /// The interrupt redirection bitmap: 32 bytes just below the I/O map.  A set bit sends the interrupt to the
    /// protected-mode monitor (SDM vol. 3, section 20.3.3).
    private func isRedirected(_ vector: UInt8) throws(GuestFault) -> Bool {
        let task = cpu.pointee.privileged.tr
        guard task.isPresent, task.type & 13 == SystemType.availableTSS32, task.limit >= 103 else {
            throw .generalProtection()
        }
        let mapBase = try mmu.read(task.base &+ 102, width: 2, user: false)
        let offset = mapBase &- 32 &+ UInt32(vector >> 3)
        guard offset <= task.limit else { throw .generalProtection() }
        return try mmu.read(task.base &+ offset, width: 1, user: false) >> UInt32(vector & 7) & 1 != 0
    }

    /// The interrupt goes to the virtual-8086 program's own vector table at linear zero.
    private func raiseVirtual(_ vector: UInt8) throws(GuestFault) {
        let pointer = try mmu.read(UInt32(vector) * 4, width: 4, user: true)
        let event = softwareEvent(vector)
        let ownsFlags = cpu.pointee.privileged.iopl == 3
        var stack = currentStack
        try pushFrame(event, flags: ownsFlags ? event.flags : virtualImage(event.flags), size: 2, on: &stack)
        try enterRealCode(UInt16(truncatingIfNeeded: pointer >> 16), pointer & 0xFFFF)
        cpu[.esp] = stack.pointer
        clearFlags([.trap, ownsFlags ? .interrupt : .virtualInterrupt])
    }
}
