import VellumIA32

/// CR0 bits (SDM vol. 3, section 2.5).
package enum CR0 {
    package static let pe: UInt32 = 1 << 0
    package static let mp: UInt32 = 1 << 1
    package static let em: UInt32 = 1 << 2
    package static let ts: UInt32 = 1 << 3
    package static let et: UInt32 = 1 << 4
    package static let ne: UInt32 = 1 << 5
    package static let wp: UInt32 = 1 << 16
    package static let am: UInt32 = 1 << 18
    package static let nw: UInt32 = 1 << 29
    package static let cd: UInt32 = 1 << 30
    package static let pg: UInt32 = 1 << 31
}

/// CR4 bits.
package enum CR4 {
    package static let vme: UInt32 = 1 << 0
    package static let pvi: UInt32 = 1 << 1
    package static let tsd: UInt32 = 1 << 2
    package static let de: UInt32 = 1 << 3
    package static let pse: UInt32 = 1 << 4
    package static let pae: UInt32 = 1 << 5
    package static let mce: UInt32 = 1 << 6
    package static let pge: UInt32 = 1 << 7
    package static let pce: UInt32 = 1 << 8
    package static let osfxsr: UInt32 = 1 << 9
    package static let osxmmexcpt: UInt32 = 1 << 10
}

/// What interrupts and single-step traps wait for after STI, MOV SS and POP SS (SDM vol. 3, section 6.8.3).
package enum InterruptShadow: UInt8, Sendable, Codable {
    case none
    /// External interrupts wait for one instruction.
    case sti
    /// Interrupts, NMI and debug traps wait for one instruction.
    case movSS
}

/// Processor state that belongs to the hypervisor: no micro-op can name any of it.
///
/// A trivial type: reading a field costs a load, with no array or reference behind it.
package struct Privileged: Equatable, Sendable, Codable {
    /// The EFLAGS bits that are neither arithmetic nor DF: TF IF IOPL NT RF VM AC VIF VIP ID.
    package var systemFlags: UInt32 = 0
    /// Current privilege level, 0 to 3; 0 in real mode and 3 in virtual-8086 mode.
    package var cpl: UInt8 = 0
    package var cr0: UInt32 = 0
    package var cr2: UInt32 = 0
    package var cr3: UInt32 = 0
    package var cr4: UInt32 = 0
    /// DR0 to DR3 and DR6, DR7 at their numbers; 4 and 5 unused.
    package var debug = DebugRegisters()
    package var gdtr = TableRegister(base: 0, limit: 0xFFFF)
    package var idtr = TableRegister(base: 0, limit: 0x3FF)
    package var ldtr = SegmentState.null()
    package var tr = SegmentState.null()
    /// ES CS SS DS FS GS.
    package var segments = SegmentRegisters()
    package var shadow = InterruptShadow.none
    package var halted = false
    /// An NMI was delivered and no IRET has run since.
    package var nmiBlocked = false
    package var sysenterCS: UInt32 = 0
    package var sysenterESP: UInt32 = 0
    package var sysenterEIP: UInt32 = 0
    /// What WRMSR has added to the time-stamp counter.
    package var tscOffset: UInt64 = 0
    /// The four PDPT entries that a CR3 load under PAE caches (SDM vol. 3, section 4.4.1).
    package var pdpt = PageDirectoryPointers()
    package var apicBase: UInt64 = 0
    /// A20 gate: when false, physical address bit 20 is forced to zero.
    package var a20 = true

    package init() {}

    @inline(__always) package var isProtected: Bool { cr0 & CR0.pe != 0 }
    @inline(__always) package var isVirtual8086: Bool { systemFlags & EFlags.virtual8086.rawValue != 0 }
    @inline(__always) package var isPaging: Bool { cr0 & CR0.pg != 0 }
    @inline(__always) package var iopl: UInt8 { UInt8(systemFlags &>> 12 & 3) }

    package subscript(segment: SegmentRegister) -> SegmentState {
        @inline(__always) get { segments[segment] }
        @inline(__always) set { segments[segment] = newValue }
    }
}
