import VellumIA32
import VellumMicroOps

/// What an instruction of a kernel does when a trap-and-emulate monitor runs that kernel without privilege.
package struct Deprivileged: Equatable, Sendable {
    package enum Outcome: String, CaseIterable, Sendable {
        /// Raises an exception: the monitor can do what was meant.
        case traps
        /// Goes through the monitor's own tables: it gets control.
        case entersMonitor = "enters-monitor"
        /// Does something else than in ring 0, and nobody is told.
        case silent
        /// Does the same.
        case same
    }

    package var outcome: Outcome
    package var text: String

    init(_ outcome: Outcome, _ text: String) {
        self.outcome = outcome
        self.text = text
    }
}

extension Deprivileged {
    /// 32-bit code at ring 1 to 3 with IOPL 0 (SDM vol. 3, chapter 5; Robin and Irvine 2000, section 3).
    static func inOuterRing(_ operation: Operation) -> Deprivileged {
        switch operation {
        case .pushf: Deprivileged(.silent, "shows the monitor's IF and IOPL")
        case .popf: Deprivileged(.silent, "keeps IF and IOPL")
        case .iret: Deprivileged(.silent, "keeps IF and IOPL; returns to the real rings")
        case .sgdt, .sidt, .sldt, .str: Deprivileged(.silent, "shows the monitor's table")
        case .smsw: Deprivileged(.silent, "shows the monitor's CR0")
        case .lar, .lsl, .verr, .verw: Deprivileged(.silent, "answers for the real ring and tables")
        case .pushSegment, .movFromSegment: Deprivileged(.silent, "shows the real ring in the selector's RPL")
        case .popSegment, .movToSegment, .les, .lds, .lss, .lfs, .lgs:
            Deprivileged(.silent, "checked against the real ring and tables")
        case .callFar, .jmpFar, .retFar: Deprivileged(.silent, "privilege checked against the real ring")
        case .cpuid: Deprivileged(.silent, "shows the host's processor")
        case .int, .int3, .into, .icebp:
            Deprivileged(.entersMonitor, "#GP where the gate's DPL is below the ring, else the monitor's handler")
        case .sysenter: Deprivileged(.entersMonitor, "enters ring 0 where the monitor's MSRs say")
        case .cli, .sti: Deprivileged(.traps, "#GP where the ring is above IOPL")
        case .in, .out, .ins, .outs:
            Deprivileged(.traps, "#GP where the ring is above IOPL and the I/O map has the port")
        case .rdtsc: Deprivileged(.traps, "#GP with CR4.TSD set")
        case .rdpmc: Deprivileged(.traps, "#GP with CR4.PCE clear")
        case .rsm: Deprivileged(.traps, "#UD outside of system management mode")
        default: Deprivileged(.traps, "#GP in rings 1 to 3")
        }
    }

    /// 16-bit code of real mode in virtual-8086 mode with IOPL below 3 (SDM vol. 3, section 21.2).
    static func inVirtual8086(_ operation: Operation) -> Deprivileged {
        switch operation {
        case .pushf, .popf, .iret, .int, .cli, .sti: Deprivileged(.traps, "#GP in virtual-8086 mode, IOPL below 3")
        case .in, .out, .ins, .outs: Deprivileged(.traps, "#GP where the I/O map has the port")
        case .int3, .into, .icebp: Deprivileged(.entersMonitor, "the monitor's handler")
        case .sgdt, .sidt: Deprivileged(.silent, "shows the monitor's table")
        case .smsw: Deprivileged(.silent, "shows the monitor's CR0")
        case .cpuid: Deprivileged(.silent, "shows the host's processor")
        case .pushSegment, .popSegment, .movFromSegment, .movToSegment, .les, .lds, .lss, .lfs, .lgs, .callFar,
            .jmpFar, .retFar:
            Deprivileged(.same, "segments are those of real mode")
        case .sldt, .str, .lar, .lsl, .verr, .verw, .lldt, .ltr: Deprivileged(.same, "#UD, as in real mode")
        case .rdtsc: Deprivileged(.traps, "#GP with CR4.TSD set")
        case .rdpmc: Deprivileged(.traps, "#GP with CR4.PCE clear")
        case .rsm: Deprivileged(.traps, "#UD outside of system management mode")
        case .sysenter: Deprivileged(.same, "#GP, as in real mode")
        default: Deprivileged(.traps, "#GP in virtual-8086 mode")
        }
    }
}

extension Deprivileged {
    /// What becomes of the instructions behind a hypervisor call, by the name that statistics have for it.
    package static func outcome(ofCall name: String, isProtected: Bool) -> Outcome? {
        HypervisorCall.allCases.first { $0.name == name }.map { outcome(of: $0, isProtected: isProtected) }
    }

    /// What becomes of the instructions behind a hypervisor call.
    package static func outcome(of call: HypervisorCall, isProtected: Bool) -> Outcome {
        let operation: Operation =
            switch call {
            case .pushf: .pushf
            case .popf: .popf
            case .iret: .iret
            case .cli: .cli
            case .sti: .sti
            case .int: .int
            case .int3: .int3
            case .into: .into
            case .icebp: .icebp
            case .jmpFar: .jmpFar
            case .callFar: .callFar
            case .retFar: .retFar
            case .readSegment: .pushSegment
            case .loadSegment: .movToSegment
            case .sgdt: .sgdt
            case .sidt: .sidt
            case .sldt: .sldt
            case .str: .str
            case .smsw: .smsw
            case .lar: .lar
            case .lsl: .lsl
            case .verr: .verr
            case .verw: .verw
            case .cpuid: .cpuid
            case .sysenter: .sysenter
            case .rdtsc: .rdtsc
            case .rdpmc: .rdpmc
            case .portIn, .ins: .in
            case .portOut, .outs: .out
            case .lldt: .lldt
            case .ltr: .ltr
            case .hlt, .clts, .lgdt, .lidt, .lmsw, .readControl, .writeControl, .readDebug, .writeDebug, .invlpg, .invd,
                .wbinvd, .rdmsr, .wrmsr, .sysexit:
                .hlt
            }
        return (isProtected ? inOuterRing(operation) : inVirtual8086(operation)).outcome
    }
}
