import VellumDebugger
import VellumMachine

extension TargetRegister {
    /// Where a register of the protocol's lies in the machine.
    enum Place: Equatable {
        case machine(MachineRegister)
        /// EIP without the base of CS.
        case offset
        case base(MachineRegister)
        case stack(Int)
        case vector(Int)
        case coprocessor
    }

    var place: Place {
        switch self {
        case .st0, .st1, .st2, .st3, .st4, .st5, .st6, .st7: .stack(index(from: .st0))
        case .xmm0, .xmm1, .xmm2, .xmm3, .xmm4, .xmm5, .xmm6, .xmm7: .vector(index(from: .xmm0))
        case .fctrl, .fstat, .ftag, .fiseg, .fioff, .foseg, .fooff, .fop, .mxcsr: .coprocessor
        case .csBase: .base(.cs)
        case .ssBase: .base(.ss)
        case .dsBase: .base(.ds)
        case .esBase: .base(.es)
        case .fsBase: .base(.fs)
        case .gsBase: .base(.gs)
        case .offset: .offset
        // The others have their names in common.
        default: MachineRegister(rawValue: name).map { .machine($0) } ?? .offset
        }
    }

    private func index(from first: TargetRegister) -> Int { min(7, max(0, number - first.number)) }
}

extension FloatingPointRegisters {
    /// The control registers that the protocol widens to 32 bits.
    subscript(register: TargetRegister) -> UInt32 {
        get {
            switch register {
            case .fctrl: UInt32(control)
            case .fstat: UInt32(status)
            case .ftag: UInt32(tags)
            case .fiseg: UInt32(instructionSelector)
            case .fioff: instruction
            case .foseg: UInt32(dataSelector)
            case .fooff: data
            case .fop: UInt32(opcode)
            case .mxcsr: mxcsr
            default: 0
            }
        }
        set {
            let word = UInt16(truncatingIfNeeded: newValue)
            switch register {
            case .fctrl: control = word
            case .fstat: status = word
            case .ftag: tags = word
            case .fiseg: instructionSelector = word
            case .fioff: instruction = newValue
            case .foseg: dataSelector = word
            case .fooff: data = newValue
            case .fop: opcode = word
            case .mxcsr: mxcsr = newValue
            default: break
            }
        }
    }
}
