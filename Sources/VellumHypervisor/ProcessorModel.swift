import VellumExecution
import VellumIA32

/// The processor that the guest is shown: what CPUID says, which control bits exist, which registers answer.
package struct ProcessorModel: Equatable, Sendable {
    /// 80386, i486 (with CPUID), Pentium, Pentium Pro or Pentium III.
    package var level: CPULevel
    /// Parts that may be missing: CPUID advertises only what exists.
    package var hasFPU: Bool
    package var hasMMX: Bool
    /// FXSAVE, FXRSTOR and SSE.
    package var hasSSE: Bool
    package var hasAPIC: Bool

    /// What is not said follows from the level: the 486 brought x87 onto the chip, the Pentium Pro the local
    /// APIC, the Pentium III MMX and SSE.
    package init(
        _ level: CPULevel = .pentium3, hasFPU: Bool? = nil, hasMMX: Bool? = nil, hasSSE: Bool? = nil,
        hasAPIC: Bool? = nil
    ) {
        self.level = level
        self.hasFPU = hasFPU ?? (level >= .i486)
        self.hasMMX = hasMMX ?? (level >= .pentium3)
        self.hasSSE = hasSSE ?? (level >= .pentium3)
        self.hasAPIC = hasAPIC ?? (level >= .pentiumPro)
    }

    package var hasCPUID: Bool { level >= .i486 }
    /// CR4, the MSRs, the TSC, VME, PVI, debugging extensions and 4 MiB pages came with the Pentium.
    package var isPentium: Bool { level >= .pentium }
    /// PAE, PGE, MTRRs, CMOV and RDPMC came with the Pentium Pro, SYSENTER with its successor.
    package var isP6: Bool { level >= .pentiumPro }
    package var hasSysenter: Bool { level >= .pentium3 }
    package var hasPAT: Bool { level >= .pentium3 }
    /// 36-bit physical addresses in 4 MiB pages.
    package var hasPSE36: Bool { level >= .pentium3 }

    /// EFLAGS bits that exist.
    var flagsMask: UInt32 {
        let base: UInt32 = 0x0003_7FD5
        if isPentium { return base | 0x003C_0000 }
        return hasCPUID ? base | 0x0024_0000 : base
    }

    /// CR0 bits that software may change; ET is hardwired to one (SDM vol. 3, section 2.5).
    var cr0Mask: UInt32 {
        let base = CR0.pe | CR0.mp | CR0.em | CR0.ts | CR0.pg
        return level >= .i486 ? base | CR0.ne | CR0.wp | CR0.am | CR0.nw | CR0.cd : base
    }

    /// CR4 bits that exist; setting any other is #GP.
    var cr4Mask: UInt32 {
        guard isPentium else { return 0 }
        var mask = CR4.vme | CR4.pvi | CR4.tsd | CR4.de | CR4.pse
        if isP6 { mask |= CR4.pae | CR4.pge | CR4.pce }
        if hasSSE { mask |= CR4.osfxsr | CR4.osxmmexcpt }
        return mask
    }

    /// The highest valid physical address bit plus one.
    var physicalAddressBits: UInt64 { isP6 ? 36 : 32 }
}

extension ProcessorModel {
    /// EAX EBX ECX EDX of a CPUID leaf (SDM vol. 2, CPUID); leaves beyond the last answer as the last.
    package func cpuid(_ leaf: UInt32, apicEnabled: Bool) -> (eax: UInt32, ebx: UInt32, ecx: UInt32, edx: UInt32) {
        let last: UInt32 = isP6 ? 2 : 1
        switch min(leaf, last) {
        // "GenuineIntel" in EBX, EDX, ECX.
        case 0: return leaf == 0 ? (last, 0x756E_6547, 0x6C65_746E, 0x4965_6E69) : (0, 0, 0, 0)
        case 1: return (signature, brandIndex, 0, features(apicEnabled: apicEnabled))
        // A Coppermine's TLBs and caches: 16 KiB + 16 KiB, 256 KiB eight-way second level.
        default: return (0x0302_0101, 0, 0, 0x0C04_0882)
        }
    }

    /// Family, model and stepping; also what EDX holds after reset.
    var signature: UInt32 {
        switch level {
        case .i8086, .i186, .i286, .i386: 0x308
        case .i486: 0x435
        case .pentium: 0x52C
        case .pentiumPro: 0x619
        case .pentium3: 0x686
        }
    }

    /// Brand 2 is "Intel Pentium III".
    private var brandIndex: UInt32 { level == .pentium3 ? 2 : 0 }

    private func features(apicEnabled: Bool) -> UInt32 {
        var bits: UInt32 = hasFPU ? 1 << 0 : 0
        // VME, DE, PSE, TSC, MSR, CX8.
        if isPentium { bits |= 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8 }
        if hasAPIC && apicEnabled { bits |= 1 << 9 }
        // PAE, MTRR, PGE, CMOV.
        if isP6 { bits |= 1 << 6 | 1 << 12 | 1 << 13 | 1 << 15 }
        if hasSysenter { bits |= 1 << 11 }
        if hasPAT { bits |= 1 << 16 }
        if hasPSE36 { bits |= 1 << 17 }
        if hasMMX { bits |= 1 << 23 }
        if hasSSE { bits |= 1 << 24 | 1 << 25 }
        return bits
    }
}
