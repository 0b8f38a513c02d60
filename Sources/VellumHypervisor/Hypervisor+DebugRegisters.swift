import VellumExecution
import VellumIA32
import VellumMicroOps

/// DR6 bits (SDM vol. 3, section 17.2.3); bits 0 to 3 name breakpoints.
package enum DR6 {
    /// A MOV touched a debug register while DR7.GD was set.
    package static let bd: UInt32 = 1 << 13
    /// Single step.
    package static let bs: UInt32 = 1 << 14
    /// A task with the T bit was switched to.
    package static let bt: UInt32 = 1 << 15
}

enum DR7 {
    static let localEnables: UInt32 = 0x155
    static let gd: UInt32 = 1 << 13
    static let fixedOnes: UInt32 = 1 << 10
    static let writable: UInt32 = 0xFFFF_23FF
}

/// What a breakpoint register watches for: DR7's R/W field.
enum BreakpointKind: UInt32 {
    case execute, write, port, access
}

extension Hypervisor {
    func readDebug(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        let number = try debugRegister(arguments.index)
        cpu[arguments.first] = cpu.pointee.privileged.debug[number]
        return .next
    }

    func writeDebug(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        let number = try debugRegister(arguments.index)
        let value = cpu[arguments.first]
        switch number {
        case 6: cpu.pointee.privileged.debug[6] = value & 0xE00F | 0xFFFF_0FF0
        case 7: cpu.pointee.privileged.debug[7] = value & DR7.writable | DR7.fixedOnes
        default: cpu.pointee.privileged.debug[number] = value
        }
        updateWatchpoints()
        return .endFragment
    }

    /// DR4 and DR5 are names of DR6 and DR7 unless CR4.DE is set (SDM vol. 3, section 17.2.2).
    private func debugRegister(_ index: UInt8) throws(GuestFault) -> Int {
        if index & 6 == 4, hasControl4(CR4.de) { throw .invalidOpcode }
        try requireSupervisor()
        if cpu.pointee.privileged.debug[7] & DR7.gd != 0 { throw GuestFault(.debug, errorCode: DR6.bd) }
        return Int(index & 6 == 4 ? index | 2 : index & 7)
    }

    /// The kind, first address and length of breakpoint `number`, or nil when DR7 does not enable it.
    func breakpoint(_ number: UInt32) -> (kind: BreakpointKind, address: UInt32, length: UInt32)? {
        let control = cpu.pointee.privileged.debug[7]
        guard control >> (number * 2) & 3 != 0,
            let kind = BreakpointKind(rawValue: control >> (16 + number * 4) & 3)
        else { return nil }
        // The length field counts one, two, (undefined), four bytes; addresses are aligned to it.
        let code = control >> (18 + number * 4) & 3
        let length: UInt32 = code == 0 ? 1 : code == 1 ? 2 : 4
        return (kind, cpu.pointee.privileged.debug[Int(number)] & ~(length - 1), length)
    }

    /// Tells the soft MMU which linear addresses DR0 to DR3 watch.
    func updateWatchpoints() {
        var list: [Watchpoint] = []
        for number in UInt32(0)..<4 {
            guard let point = breakpoint(number), point.kind == .write || point.kind == .access else { continue }
            list.append(
                Watchpoint(
                    address: point.address, length: point.length, onRead: point.kind == .access,
                    number: UInt8(number)))
        }
        mmu.setWatchpoints(list)
    }

    /// The fault of a code breakpoint at the instruction that EIP points to, unless RF holds it back (SDM vol. 3,
    /// section 17.3.1.1).
    package func codeBreakpoint() -> GuestFault? {
        guard !hasFlag(.resume), cpu.pointee.privileged.hasCodeBreakpoints else { return nil }
        let linear = cpu.pointee.privileged[.cs].base &+ cpu.pointee.engine.eip
        var hits: UInt32 = 0
        for number in UInt32(0)..<4 {
            if let point = breakpoint(number), point.kind == .execute,
                cpu.pointee.privileged.debug[Int(number)] == linear
            {
                hits |= 1 << number
            }
        }
        return hits == 0 ? nil : GuestFault(.debug, errorCode: hits)
    }

    /// RF holds for one instruction; the run loop clears it once that instruction is past its breakpoint check.  A
    /// fault sets it again in the image that it pushes.
    package func clearResumeFlag() {
        cpu.pointee.privileged.systemFlags &= ~EFlags.resume.rawValue
    }

    /// Notes the I/O breakpoints that an access meets; like data breakpoints they trap after the instruction.
    func notePortBreakpoints(_ port: UInt16, length: UInt32) {
        guard hasControl4(CR4.de), cpu.pointee.privileged.debug[7] & 0xFF != 0 else { return }
        for number in UInt32(0)..<4 {
            guard let point = breakpoint(number), point.kind == .port else { continue }
            let first = UInt64(port)
            let start = UInt64(point.address)
            if first < start + UInt64(point.length), start < first + UInt64(length) {
                mmu.watchpointHits |= 1 << number
                cpu.pointee.engine.endRequested = true
            }
        }
    }
}
