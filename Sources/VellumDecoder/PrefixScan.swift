import VellumIA32

/// The prefixes of an instruction, by our own scan: Capstone 4 looks only at the last of them.
struct PrefixScan {
    var set: PrefixSet = []
    /// The last segment override.
    var segment = SegmentRegister.ds
    /// How many prefix bytes there are, at most the number of bytes given.
    var count = 0

    /// Takes one byte and tells whether it was a prefix.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x66: set.insert(.operandSize)
        case 0x67: set.insert(.addressSize)
        case 0xF0: set.insert(.lock)
        case 0xF2: replaceRepeat(.repne)
        case 0xF3: replaceRepeat(.rep)
        case 0x26: override(.es)
        case 0x2E: override(.cs)
        case 0x36: override(.ss)
        case 0x3E: override(.ds)
        case 0x64: override(.fs)
        case 0x65: override(.gs)
        default: return false
        }
        count += 1
        return true
    }

    private mutating func replaceRepeat(_ prefix: PrefixSet) {
        set.subtract([.rep, .repne])
        set.insert(prefix)
    }

    private mutating func override(_ register: SegmentRegister) {
        set.insert(.segment)
        segment = register
    }

    /// F2 and F3 win over a literal 66 (SDM vol. 2, section 2.1.1).
    var mandatory: MandatoryPrefix {
        if set.contains(.rep) { return .rep }
        if set.contains(.repne) { return .repne }
        return set.contains(.operandSize) ? .operandSize : .none
    }
}
