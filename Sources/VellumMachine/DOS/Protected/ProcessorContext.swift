import VellumExecution
import VellumIA32

/// The registers of a program that is interrupted, in whichever mode it is.
struct ProcessorContext {
    var eax: UInt32 = 0
    var ecx: UInt32 = 0
    var edx: UInt32 = 0
    var ebx: UInt32 = 0
    var esp: UInt32 = 0
    var ebp: UInt32 = 0
    var esi: UInt32 = 0
    var edi: UInt32 = 0
    var eip: UInt32 = 0
    var eflags: UInt32 = 0
    var segments = SegmentRegister.allCases.map { _ in SegmentState.null() }

    init() {}

    init(_ cpu: CPU) {
        (eax, ecx, edx, ebx) = (cpu[.eax], cpu[.ecx], cpu[.edx], cpu[.ebx])
        (esp, ebp, esi, edi) = (cpu[.esp], cpu[.ebp], cpu[.esi], cpu[.edi])
        eip = cpu.pointee.engine.eip
        eflags = cpu.eflags
        segments = SegmentRegister.allCases.map { cpu.pointee.privileged[$0] }
    }

    subscript(segment: SegmentRegister) -> SegmentState {
        get { segments[Int(segment.rawValue)] }
        set { segments[Int(segment.rawValue)] = newValue }
    }

    /// Puts the registers into the processor; its mode is the caller's to set.
    func restore(_ cpu: CPU) {
        (cpu[.eax], cpu[.ecx], cpu[.edx], cpu[.ebx]) = (eax, ecx, edx, ebx)
        (cpu[.esp], cpu[.ebp], cpu[.esi], cpu[.edi]) = (esp, ebp, esi, edi)
        cpu.pointee.engine.eip = eip
        cpu.eflags = eflags
        for segment in SegmentRegister.allCases { cpu.setSegment(segment, self[segment]) }
    }

    /// The general registers and flags of a real-mode routine, for a caller who keeps the rest.
    mutating func takeResults(of other: ProcessorContext) {
        (eax, ecx, edx, ebx) = (other.eax, other.ecx, other.edx, other.ebx)
        (ebp, esi, edi) = (other.ebp, other.esi, other.edi)
        eflags = eflags & ~Self.results | other.eflags & Self.results
    }

    /// Flags in which services answer: the arithmetic ones and DF.
    static let results: UInt32 = 0xCD5

    var carry: Bool {
        get { eflags & 1 != 0 }
        set { eflags = eflags & ~1 | (newValue ? 1 : 0) }
    }
    var ax: UInt16 {
        get { UInt16(truncatingIfNeeded: eax) }
        set { eax = eax & 0xFFFF_0000 | UInt32(newValue) }
    }
    var bx: UInt16 {
        get { UInt16(truncatingIfNeeded: ebx) }
        set { ebx = ebx & 0xFFFF_0000 | UInt32(newValue) }
    }
    var cx: UInt16 {
        get { UInt16(truncatingIfNeeded: ecx) }
        set { ecx = ecx & 0xFFFF_0000 | UInt32(newValue) }
    }
    var dx: UInt16 {
        get { UInt16(truncatingIfNeeded: edx) }
        set { edx = edx & 0xFFFF_0000 | UInt32(newValue) }
    }
    var si: UInt16 {
        get { UInt16(truncatingIfNeeded: esi) }
        set { esi = esi & 0xFFFF_0000 | UInt32(newValue) }
    }
    var di: UInt16 {
        get { UInt16(truncatingIfNeeded: edi) }
        set { edi = edi & 0xFFFF_0000 | UInt32(newValue) }
    }
    var bl: UInt8 { UInt8(truncatingIfNeeded: ebx) }
    var al: UInt8 {
        get { UInt8(truncatingIfNeeded: eax) }
        set { eax = eax & ~0xFF | UInt32(newValue) }
    }
}
