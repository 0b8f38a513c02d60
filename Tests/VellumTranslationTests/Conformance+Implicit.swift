import VellumIA32

extension Conformance {
    /// Registers that the operation uses and no operand names (SDM vol. 2, each instruction's description).
    var implicit: Set<GeneralRegister> {
        switch row.operation {
        case .mul, .imul, .div, .idiv: row.operands.first == .eb ? [.eax] : [.eax, .edx]
        case .daa, .das, .aaa, .aas, .aam, .aad, .cbw, .lahf, .sahf, .salc, .cmpxchg: [.eax]
        case .cwd, .rdtsc: [.eax, .edx]
        case .rdpmc, .rdmsr, .wrmsr: [.eax, .ecx, .edx]
        case .xlat: [.eax, .ebx]
        case .cmpxchg8b, .cpuid: [.eax, .ebx, .ecx, .edx]
        case .push, .pop, .call, .ret, .pushSegment, .popSegment, .pushf, .popf, .callFar, .retFar, .iret, .int, .int3,
            .into, .icebp, .sysenter:
            [.esp]
        case .sysexit: [.ecx, .edx, .esp]
        case .pusha, .popa: Set(GeneralRegister.allCases)
        case .enter, .leave: [.esp, .ebp]
        case .loop, .loope, .loopne, .jcxz: [.ecx]
        default: []
        }
    }
}
