import VellumExecution
import VellumIA32

/// What a handler made of a trap instruction.
package enum TrapOutcome: Equatable, Sendable {
    /// Done; the guest goes on behind the instruction.
    case next
    /// Done; the handler has set where the guest goes on.
    case transfer
    /// Not done: the run stops, and the instruction is met again when it goes on.
    case suspend
}

/// Services of the machine itself, reached by UD2 at physical addresses of its own.  Anywhere else UD2 is what it
/// always is, an undefined opcode.
package protocol TrapHandler: AnyObject {
    /// Where trap instructions may stand.
    var trapRange: Range<UInt32> { get }
    /// Serves the trap at a physical address, between two instructions; nil when there is none in this mode.
    func handleTrap(at physical: UInt32) -> TrapOutcome?
}

extension VirtualProcessor {
    /// UD2 as it lies in memory.
    private static let trapInstruction: UInt32 = 0x0B0F
    private static let trapLength: UInt32 = 2

    /// The trap that a fault was, if it was one; with what became of it.
    func serveTrap(_ fault: GuestFault) -> TrapOutcome? {
        guard fault.vector == .invalidOpcode, let traps else { return nil }
        let linear = cpu.pointee.privileged[.cs].base &+ cpu.pointee.engine.eip
        let isUser = cpu.pointee.privileged.cpl == 3
        guard let physical = try? mmu.translate(linear, access: .execute, user: isUser),
            traps.trapRange.contains(physical), physical & 0xFFF != 0xFFF,
            mmu.readPhysical(physical, width: 2) == VirtualProcessor.trapInstruction,
            let outcome = traps.handleTrap(at: physical)
        else { return nil }
        if outcome == .next { cpu.pointee.engine.eip &+= VirtualProcessor.trapLength }
        return outcome
    }
}
