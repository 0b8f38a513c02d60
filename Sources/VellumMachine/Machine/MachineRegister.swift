import VellumExecution
import VellumIA32

/// A register that a debugger may write by itself.
public enum MachineRegister: String, CaseIterable, Sendable {
    case eax, ecx, edx, ebx, esp, ebp, esi, edi
    case eip, eflags
    case cs, ss, ds, es, fs, gs
    case cr0, cr2, cr3, cr4

    private var general: GeneralRegister? {
        Self.allCases.firstIndex(of: self).flatMap { GeneralRegister(rawValue: UInt8($0)) }
    }

    fileprivate var part: Part {
        switch self {
        case .eip: .eip
        case .eflags: .eflags
        case .cs: .segment(.cs)
        case .ss: .segment(.ss)
        case .ds: .segment(.ds)
        case .es: .segment(.es)
        case .fs: .segment(.fs)
        case .gs: .segment(.gs)
        case .cr0: .control(0)
        case .cr2: .control(2)
        case .cr3: .control(3)
        case .cr4: .control(4)
        default: general.map { .general($0) } ?? .eip
        }
    }

    fileprivate enum Part {
        case general(GeneralRegister)
        case eip
        case eflags
        case segment(SegmentRegister)
        case control(Int)
    }
}

extension Machine {
    public subscript(register: MachineRegister) -> UInt32 {
        let cpu = processor.cpu
        switch register.part {
        case .general(let name): return cpu[name]
        case .eip: return cpu.pointee.engine.eip
        case .eflags: return cpu.eflags
        case .segment(let name): return UInt32(cpu.pointee.privileged[name].selector)
        case .control(let number):
            let privileged = cpu.pointee.privileged
            return [privileged.cr0, 0, privileged.cr2, privileged.cr3, privileged.cr4][number]
        }
    }

    /// Writes a register as the processor would load it; false, with nothing changed, where that would fault or cannot
    /// be done from outside.
    ///
    /// EFLAGS.VM stays as it is, and CS can be loaded in real mode only: a change of either is a change of privilege.
    @discardableResult public func setRegister(_ register: MachineRegister, to value: UInt32) -> Bool {
        guard self[register] != value else { return true }
        let cpu = processor.cpu
        switch register.part {
        case .general(let name): cpu[name] = value
        case .eip: cpu.pointee.engine.eip = value
        case .eflags:
            let mode = EFlags.virtual8086.rawValue
            cpu.eflags = value & ~mode | cpu.eflags & mode
            processor.mmu.modeChanged()
        case .segment(let name):
            return value <= 0xFFFF && processor.setSegment(name, selector: UInt16(truncatingIfNeeded: value))
        case .control(let number): return processor.setControl(number, value)
        }
        return true
    }

    /// The base that a segment register was loaded with.
    public func segmentBase(_ register: MachineRegister) -> UInt32 {
        guard case .segment(let name) = register.part else { return 0 }
        return processor.cpu.pointee.privileged[name].base
    }
}
