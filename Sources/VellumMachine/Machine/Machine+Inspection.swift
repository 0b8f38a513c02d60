import VellumExecution
import VellumIA32

/// The processor's registers as a debugger shows them.
public struct RegisterSnapshot: Equatable, Sendable {
    public var eax, ecx, edx, ebx, esp, ebp, esi, edi: UInt32
    public var eip: UInt32
    public var eflags: UInt32
    public var cs, ss, ds, es, fs, gs: UInt16
    public var cr0, cr2, cr3, cr4: UInt32
    public var cpl: UInt8
}

extension Machine {
    /// The processor's registers; exact between calls of `run` and `advance`.
    public var registers: RegisterSnapshot {
        let cpu = processor.cpu
        let privileged = cpu.pointee.privileged
        return RegisterSnapshot(
            eax: cpu[.eax], ecx: cpu[.ecx], edx: cpu[.edx], ebx: cpu[.ebx], esp: cpu[.esp], ebp: cpu[.ebp],
            esi: cpu[.esi], edi: cpu[.edi], eip: cpu.pointee.engine.eip, eflags: cpu.eflags,
            cs: privileged[.cs].selector, ss: privileged[.ss].selector, ds: privileged[.ds].selector,
            es: privileged[.es].selector, fs: privileged[.fs].selector, gs: privileged[.gs].selector,
            cr0: privileged.cr0, cr2: privileged.cr2, cr3: privileged.cr3, cr4: privileged.cr4, cpl: privileged.cpl)
    }

    /// Bytes of physical memory.  Where there is neither RAM nor ROM they read as FFh; devices are not asked.
    public func readMemory(at address: UInt32, count: Int) -> [UInt8] {
        (0..<max(count, 0)).map { offset in
            let byte = address &+ UInt32(truncatingIfNeeded: offset)
            guard let host = memory.host(frame: byte >> 12) else { return 0xFF }
            return host.load(fromByteOffset: Int(byte & 0xFFF), as: UInt8.self)
        }
    }

    /// Writes physical memory as a debugger would: translations of the bytes are dropped, ROM and devices are not
    /// touched.
    public func writeMemory(_ bytes: [UInt8], at address: UInt32) {
        for (offset, byte) in bytes.enumerated() {
            let target = address &+ UInt32(truncatingIfNeeded: offset)
            guard memory.kind(frame: target >> 12) == .ram else { continue }
            processor.mmu.writePhysical(target, value: UInt32(byte), width: 1)
        }
    }

    /// Bytes of RAM.
    public var memorySize: Int { memory.size }
}
