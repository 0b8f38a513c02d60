import VellumExecution
import VellumIA32
import VellumMicroOps

/// Numbers of model-specific registers (SDM vol. 4; Pentium III's are in table B-20 of the older volume 3).
enum ModelRegister {
    static let timestamp: UInt32 = 0x10
    static let platformID: UInt32 = 0x17
    static let apicBase: UInt32 = 0x1B
    static let microcodeTrigger: UInt32 = 0x79
    static let microcodeSignature: UInt32 = 0x8B
    static let counters: ClosedRange<UInt32> = 0xC1...0xC2
    static let rangeCapabilities: UInt32 = 0xFE
    static let cacheControl: UInt32 = 0x119
    static let sysenterCS: UInt32 = 0x174
    static let sysenterESP: UInt32 = 0x175
    static let sysenterEIP: UInt32 = 0x176
    static let eventSelects: ClosedRange<UInt32> = 0x186...0x187
    static let debugControl: UInt32 = 0x1D9
    static let lastBranches: ClosedRange<UInt32> = 0x1DB...0x1DE
    static let variableRanges: ClosedRange<UInt32> = 0x200...0x20F
    static let fixedRanges: [UInt32] = [0x250, 0x258, 0x259] + Array(0x268...0x26F)
    static let pageAttributes: UInt32 = 0x277
    static let defaultRangeType: UInt32 = 0x2FF
}

extension Hypervisor {
    func readTimestamp() throws(GuestFault) -> CallOutcome {
        guard model.isPentium else { throw .invalidOpcode }
        if hasControl4(CR4.tsd) { try requireSupervisor() }
        setPair(timestamp)
        return .next
    }

    private var timestamp: UInt64 { time.timestampCounter(at: cpu.instructions) &+ cpu.pointee.privileged.tscOffset }

    /// The counters stand still: nothing counts events.
    func readPerformanceCounter() throws(GuestFault) -> CallOutcome {
        guard model.isP6 else { throw .invalidOpcode }
        if !hasControl4(CR4.pce) { try requireSupervisor() }
        guard cpu[.ecx] < 2 else { throw .generalProtection() }
        setPair(stored(ModelRegister.counters.lowerBound + cpu[.ecx]) & 0xFF_FFFF_FFFF)
        return .next
    }

    func identify() throws(GuestFault) -> CallOutcome {
        guard model.hasCPUID else { throw .invalidOpcode }
        let enabled = cpu.pointee.privileged.apicBase & 1 << 11 != 0
        let answer = model.cpuid(cpu[.eax], apicEnabled: enabled)
        cpu[.eax] = answer.eax
        cpu[.ebx] = answer.ebx
        cpu[.ecx] = answer.ecx
        cpu[.edx] = answer.edx
        return .next
    }

    func readModelSpecific() throws(GuestFault) -> CallOutcome {
        guard model.isPentium else { throw .invalidOpcode }
        try requireSupervisor()
        setPair(try modelSpecific(cpu[.ecx]))
        return .next
    }

    func writeModelSpecific() throws(GuestFault) -> CallOutcome {
        guard model.isPentium else { throw .invalidOpcode }
        try requireSupervisor()
        let value = UInt64(cpu[.edx]) << 32 | UInt64(cpu[.eax])
        try setModelSpecific(cpu[.ecx], value)
        return .endFragment
    }

    private func setPair(_ value: UInt64) {
        cpu[.eax] = UInt32(truncatingIfNeeded: value)
        cpu[.edx] = UInt32(truncatingIfNeeded: value >> 32)
    }

    private func stored(_ number: UInt32) -> UInt64 { cpu.pointee.modelSpecific[number] ?? 0 }

    func resetModelSpecific() {
        guard model.isP6 else { return }
        cpu.pointee.privileged.apicBase = 0xFEE0_0100 | (model.hasAPIC ? 1 << 11 : 0)
        interrupts.setAPICBase(cpu.pointee.privileged.apicBase)
        if model.hasPAT { cpu.pointee.modelSpecific[ModelRegister.pageAttributes] = 0x0007_0406_0007_0406 }
    }

    // MARK: Reading

    private func modelSpecific(_ number: UInt32) throws(GuestFault) -> UInt64 {
        if number == ModelRegister.timestamp { return timestamp }
        guard model.isP6 else { throw .generalProtection() }
        switch number {
        case ModelRegister.apicBase: return cpu.pointee.privileged.apicBase
        case ModelRegister.platformID, ModelRegister.microcodeSignature: return 0
        // Eight variable ranges, fixed ranges, write combining.
        case ModelRegister.rangeCapabilities: return 0x508
        case ModelRegister.sysenterCS where model.hasSysenter: return UInt64(cpu.pointee.privileged.sysenterCS)
        case ModelRegister.sysenterESP where model.hasSysenter: return UInt64(cpu.pointee.privileged.sysenterESP)
        case ModelRegister.sysenterEIP where model.hasSysenter: return UInt64(cpu.pointee.privileged.sysenterEIP)
        default:
            guard isPlainRegister(number) else { throw .generalProtection() }
            return stored(number)
        }
    }

    /// Registers that only remember what was written.
    private func isPlainRegister(_ number: UInt32) -> Bool {
        switch number {
        case ModelRegister.counters, ModelRegister.eventSelects, ModelRegister.lastBranches,
            ModelRegister.variableRanges, ModelRegister.cacheControl, ModelRegister.debugControl,
            ModelRegister.defaultRangeType:
            true
        case ModelRegister.pageAttributes: model.hasPAT
        default: ModelRegister.fixedRanges.contains(number)
        }
    }

    // MARK: Writing

    private func setModelSpecific(_ number: UInt32, _ value: UInt64) throws(GuestFault) {
        let low = UInt32(truncatingIfNeeded: value)
        if number == ModelRegister.timestamp {
            // Up to the Pentium III a write clears the upper half (SDM vol. 3, section 17.17.3).
            cpu.pointee.privileged.tscOffset = UInt64(low) &- time.timestampCounter(at: cpu.instructions)
            return
        }
        guard model.isP6 else { throw .generalProtection() }
        switch number {
        case ModelRegister.apicBase: setAPICBase(value)
        // Microcode never changes; Linux clears the signature before it reads it.
        case ModelRegister.microcodeTrigger, ModelRegister.microcodeSignature: break
        case ModelRegister.sysenterCS where model.hasSysenter: cpu.pointee.privileged.sysenterCS = low
        case ModelRegister.sysenterESP where model.hasSysenter: cpu.pointee.privileged.sysenterESP = low
        case ModelRegister.sysenterEIP where model.hasSysenter: cpu.pointee.privileged.sysenterEIP = low
        default:
            guard isPlainRegister(number), isAcceptable(value, for: number) else { throw .generalProtection() }
            let isCounter = ModelRegister.counters.contains(number)
            // Writes to a counter sign-extend 32 bits to its 40.
            let kept = isCounter ? UInt64(bitPattern: Int64(Int32(bitPattern: low))) & 0xFF_FFFF_FFFF : value
            cpu.pointee.modelSpecific[number] = kept
        }
    }

    /// The boot-processor flag is fixed; the enable bit needs an APIC.
    private func setAPICBase(_ value: UInt64) {
        let mask: UInt64 = 0xF_FFFF_F000 | (model.hasAPIC ? 1 << 11 : 0)
        cpu.pointee.privileged.apicBase = value & mask | 0x100
        interrupts.setAPICBase(cpu.pointee.privileged.apicBase)
    }

    /// Memory types and reserved bits of the memory-type registers (SDM vol. 3, sections 11.11 and 11.12).
    private func isAcceptable(_ value: UInt64, for number: UInt32) -> Bool {
        let addressBits = UInt64.max >> (64 - model.physicalAddressBits)
        switch number {
        case ModelRegister.variableRanges:
            if value & ~addressBits != 0 { return false }
            return number & 1 == 0
                ? value & 0xF00 == 0 && isMemoryType(value & 0xFF) : value & 0x7FF == 0
        case ModelRegister.defaultRangeType: return value & ~0xCFF == 0 && isMemoryType(value & 0xFF)
        case ModelRegister.pageAttributes: return allBytes(of: value) { isMemoryType($0) || $0 == 7 }
        default: return !ModelRegister.fixedRanges.contains(number) || allBytes(of: value, isMemoryType)
        }
    }

    private func isMemoryType(_ type: UInt64) -> Bool { type == 0 || type == 1 || (4...6).contains(type) }

    private func allBytes(of value: UInt64, _ holds: (UInt64) -> Bool) -> Bool {
        (0..<8).allSatisfy { holds(value >> UInt64($0 * 8) & 0xFF) }
    }
}
