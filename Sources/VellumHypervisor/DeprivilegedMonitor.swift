import VellumExecution
import VellumIA32
import VellumMicroOps

/// What one sensitive instruction of a kernel gave: whatever of the guest's state it may have changed.
package struct SensitiveRecord: Equatable, Sendable {
    package var call: HypervisorCall
    package var instructions: UInt64
    package var eip: UInt32
    /// Linear address of the instruction.
    package var linear: UInt32
    package var codeIs32: Bool
    /// What the call's two register slots hold afterwards, the flags, and the word on top of the stack.
    package var first: UInt32
    package var second: UInt32
    package var flags: UInt32
    package var stackWord: UInt32
}

/// Told of each instruction that is sensitive, does not trap, and was executed by code that believes to be the kernel.
package protocol SensitiveWatcher: AnyObject {
    func executed(_ record: SensitiveRecord)
}

/// A monitor that virtualizes by trapping alone, as far as it differs from Vellum's.
///
/// It runs the guest's kernel in ring 1 (real mode: in virtual-8086 mode) with interrupts on, its own tables in the
/// registers, and descriptors of ring 0 shown to the processor with DPL 1.  Instructions that trap it emulates
/// faithfully; those that do not do what the hardware does in that ring (SDM vol. 3, chapters 5 and 20; Robin and Irvine
/// 2000, section 3.2).
extension Hypervisor {
    /// What the monitor has in its own registers.
    private enum Monitor {
        static let gdt = TableRegister(base: 0xFF00_0000, limit: 0xFFFF)
        static let idt = TableRegister(base: 0xFF01_0000, limit: 0x07FF)
        static let ldt: UInt32 = 0xFFF0
        static let task: UInt32 = 0xFFF8
        /// PG WP NE ET MP PE.
        static let cr0: UInt32 = 0x8001_0033
        static let ring: UInt32 = 1
    }

    /// The calls behind which the two monitors may differ.
    package static func mayStaySilent(_ call: HypervisorCall) -> Bool {
        switch call {
        case .pushf, .popf, .iret, .sgdt, .sidt, .sldt, .str, .smsw, .lar, .lsl, .verr, .verw, .readSegment, .callFar:
            true
        default: false
        }
    }

    /// One sensitive instruction as a kernel without privilege executes it.
    func performDeprivileged(
        _ call: HypervisorCall, _ arguments: CallArguments
    ) throws(GuestFault) -> CallOutcome {
        let isProtected = cpu.pointee.privileged.isProtected
        guard cpl == 0, isProtected || [.sgdt, .sidt, .smsw].contains(call) else { return try perform(call, arguments) }
        let mine = EFlags([.interrupt, .ioPrivilege]).rawValue
        let kept = cpu.pointee.privileged.systemFlags & mine
        switch call {
        case .pushf:
            // The flags in the processor are the monitor's: interrupts on, IOPL 0.
            cpu.pointee.privileged.systemFlags = cpu.pointee.privileged.systemFlags & ~mine | EFlags.interrupt.rawValue
            defer { cpu.pointee.privileged.systemFlags = cpu.pointee.privileged.systemFlags & ~mine | kept }
            return try perform(call, arguments)
        case .popf, .iret:
            let outcome = try perform(call, arguments)
            // Above IOPL neither IF nor IOPL changes, and nothing traps.
            cpu.pointee.privileged.systemFlags = cpu.pointee.privileged.systemFlags & ~mine | kept
            return outcome
        case .sgdt: return store(Monitor.gdt, arguments)
        case .sidt: return store(Monitor.idt, arguments)
        case .sldt: return show(Monitor.ldt, arguments)
        case .str: return show(Monitor.task, arguments)
        case .smsw: return show(Monitor.cr0, arguments)
        case .readSegment:
            let outcome = try perform(call, arguments)
            let isRing =
                arguments.index == SegmentRegister.cs.rawValue || arguments.index == SegmentRegister.ss.rawValue
            if isRing { cpu[arguments.first] |= Monitor.ring }
            return outcome
        case .lar:
            let outcome = try perform(call, arguments)
            // Ring 0's segments have the monitor's DPL.
            if cpu.eflags & EFlags.zero.rawValue != 0, cpu[arguments.second] & 0x7000 == 0x1000 {
                cpu[arguments.second] |= Monitor.ring << 13
            }
            return outcome
        case .callFar:
            let outcome = try perform(call, arguments)
            guard cpl == 0 else { return outcome }
            // CS on the stack, above the offset, has the real ring in its RPL.
            let place = stackAddress &+ UInt32(arguments.size)
            let word = try mmu.read(place, width: 2, user: false)
            try mmu.write(place, value: word | Monitor.ring, width: 2, user: false)
            return outcome
        default: return try perform(call, arguments)
        }
    }

    private func store(_ table: TableRegister, _ arguments: CallArguments) -> CallOutcome {
        cpu[arguments.second] = table.base
        return show(UInt32(table.limit), arguments)
    }

    private func show(_ value: UInt32, _ arguments: CallArguments) -> CallOutcome {
        cpu[arguments.first] = value
        return .next
    }

    private var stackAddress: UInt32 {
        let stack = cpu.pointee.privileged[.ss]
        return stack.base &+ (stack.isBig ? cpu[.esp] : cpu[.esp] & 0xFFFF)
    }

    /// What a call left behind.
    func record(
        _ call: HypervisorCall, _ arguments: CallArguments, instructions: UInt64, eip: UInt32, code: SegmentState
    ) -> SensitiveRecord {
        // PUSHF and a far call leave something on the stack; elsewhere its top is no result.
        let pushes = call == .pushf || call == .callFar
        let place = stackAddress &+ (call == .callFar ? UInt32(arguments.size) : 0)
        let width = arguments.size == 2 ? 2 : 4
        return SensitiveRecord(
            call: call, instructions: instructions, eip: eip, linear: code.base &+ eip, codeIs32: code.isBig,
            first: cpu[arguments.first], second: cpu[arguments.second], flags: cpu.eflags,
            stackWord: pushes ? (try? mmu.read(place, width: width, user: false)) ?? 0 : 0)
    }
}
