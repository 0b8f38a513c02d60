/// The registers that the stub shows, in the order of their numbers.
public enum TargetRegister: Int, CaseIterable, Sendable {
    case eax, ecx, edx, ebx, esp, ebp, esi, edi
    case eip, eflags
    case cs, ss, ds, es, fs, gs
    case st0, st1, st2, st3, st4, st5, st6, st7
    case fctrl, fstat, ftag, fiseg, fioff, foseg, fooff, fop
    case xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7
    case mxcsr
    case cr0, cr2, cr3, cr4
    case csBase, ssBase, dsBase, esBase, fsBase, gsBase
    /// EIP as the processor has it; `eip` may be shown with the base of CS added.
    case offset

    /// The register of a number in a packet.
    static func numbered(_ number: UInt64) -> TargetRegister? {
        Int(exactly: number).flatMap { TargetRegister(rawValue: $0) }
    }

    /// Its number in packets.
    public var number: Int { rawValue }

    /// Its name in the target description.
    public var name: String {
        switch self {
        case .csBase: "cs_base"
        case .ssBase: "ss_base"
        case .dsBase: "ds_base"
        case .esBase: "es_base"
        case .fsBase: "fs_base"
        case .gsBase: "gs_base"
        case .offset: "eip_offset"
        default: "\(self)"
        }
    }

    /// Bytes in packets.
    public var width: Int {
        switch self {
        case .st0, .st1, .st2, .st3, .st4, .st5, .st6, .st7: 10
        case .xmm0, .xmm1, .xmm2, .xmm3, .xmm4, .xmm5, .xmm6, .xmm7: 16
        default: 4
        }
    }

    /// The type in the target description.
    var type: String {
        switch self {
        case .esp, .ebp: "data_ptr"
        case .eip: "code_ptr"
        case .eflags: "i386_eflags"
        case .mxcsr: "i386_mxcsr"
        case .cr0: "i386_cr0"
        case .cr4: "i386_cr4"
        case .cr2: "data_ptr"
        case .fctrl, .fstat, .ftag, .fiseg, .fioff, .foseg, .fooff, .fop: "int"
        case .csBase, .ssBase, .dsBase, .esBase, .fsBase, .gsBase, .cr3, .offset: "uint32"
        default: width == 10 ? "i387_ext" : width == 16 ? "vec128" : "int32"
        }
    }

    /// GDB's group, where it is not the general one.
    var group: String? {
        switch self {
        case .fctrl, .fstat, .ftag, .fiseg, .fioff, .foseg, .fooff, .fop: "float"
        case .mxcsr: "vector"
        case .cr0, .cr2, .cr3, .cr4, .csBase, .ssBase, .dsBase, .esBase, .fsBase, .gsBase, .offset: "system"
        default: nil
        }
    }
}
