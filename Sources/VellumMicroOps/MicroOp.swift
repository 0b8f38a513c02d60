import VellumIA32

/// One operation of a fragment: sixteen bytes, no pointer.
///
/// What the fields mean depends on the opcode (see `MicroOpcode`).  Slots are byte offsets into the register file.
package struct MicroOp: Equatable, Sendable {
    /// What the interpreter goes by: the opcode, or the superinstruction that starts here.
    package var dispatch: DispatchCode
    package var a: UInt8
    package var b: UInt8
    package var c: UInt8
    package var d: UInt8
    package var e: UInt8
    /// Which instruction of the fragment this belongs to.
    package var instruction: UInt8
    package var immediate: UInt32
    package var displacement: UInt32

    package init(
        _ opcode: MicroOpcode, a: RegisterSlot = .zero, b: RegisterSlot = .zero, c: RegisterSlot = .zero, d: UInt8 = 0,
        e: UInt8 = 0, immediate: UInt32 = 0, displacement: UInt32 = 0
    ) {
        dispatch = DispatchCode(opcode)
        self.a = a.offset
        self.b = b.offset
        self.c = c.offset
        self.d = d
        self.e = e
        instruction = 0
        self.immediate = immediate
        self.displacement = displacement
    }
}

extension MicroOp {
    /// What the micro-op does by itself.
    package var opcode: MicroOpcode {
        get { dispatch.opcode }
        set { dispatch = DispatchCode(newValue) }
    }

    /// The micro-op as it is when no superinstruction starts at it.
    package var alone: MicroOp {
        var alone = self
        alone.opcode = opcode
        return alone
    }
}

/// A hypervisor call packs its arguments into the micro-op's fields.
extension MicroOp {
    package init(_ call: HypervisorCall, _ arguments: CallArguments) {
        self.init(.hypervisor, a: arguments.first, b: arguments.second, immediate: arguments.immediate)
        c = call.rawValue
        d = arguments.index
        e = arguments.sizes
    }

    /// The call of a `.hypervisor` micro-op; nil when the field names none.
    @inline(__always) package var hypervisorCall: HypervisorCall? {
        dispatch == .hypervisor ? HypervisorCall(number: c) : nil
    }

    package var callArguments: CallArguments { withUnsafePointer(to: self) { CallArguments(at: $0) } }
}
