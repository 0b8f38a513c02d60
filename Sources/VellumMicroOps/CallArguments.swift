/// The arguments of a hypervisor call: the fields of its micro-op, as they stand there.
///
/// Two words, taken apart by the handler that wants to know; so a call costs no packing on the way.
package struct CallArguments: Sendable {
    /// The micro-op's first eight bytes; those of the opcode, the call and the instruction do not count.
    var fields: UInt64
    package var immediate: UInt32

    package init(
        size: UInt8 = 4, addressSize: UInt8 = 4, index: UInt8 = 0, repeats: Bool = false,
        first: RegisterSlot = .t0, second: RegisterSlot = .t1, immediate: UInt32 = 0
    ) {
        fields = 0
        self.immediate = immediate
        self.size = size
        self.addressSize = addressSize
        self.index = index
        self.repeats = repeats
        self.first = first
        self.second = second
    }

    /// The arguments in a hypervisor call's micro-op.
    @inline(__always)
    package init(at operation: UnsafePointer<MicroOp>) {
        fields = UnsafeRawPointer(operation).load(as: UInt64.self)
        immediate = operation.pointee.immediate
    }

    /// Operand size in bytes: 1, 2 or 4.
    package var size: UInt8 {
        @inline(__always) get { UInt8(truncatingIfNeeded: fields &>> 48) & 7 }
        set { replace(7, at: 48, with: newValue) }
    }

    package var addressSize: UInt8 {
        @inline(__always) get { UInt8(truncatingIfNeeded: fields &>> 51) & 7 }
        set { replace(7, at: 51, with: newValue) }
    }

    package var repeats: Bool {
        @inline(__always) get { fields &>> 55 & 1 != 0 }
        set { replace(1, at: 55, with: newValue ? 1 : 0) }
    }

    /// A segment, control or debug register.
    package var index: UInt8 {
        @inline(__always) get { UInt8(truncatingIfNeeded: fields &>> 40) }
        set { replace(0xFF, at: 40, with: newValue) }
    }

    package var first: RegisterSlot {
        @inline(__always) get { RegisterSlot(wrapping: UInt8(truncatingIfNeeded: fields &>> 16)) }
        set { replace(0xFF, at: 16, with: newValue.offset) }
    }

    package var second: RegisterSlot {
        @inline(__always) get { RegisterSlot(wrapping: UInt8(truncatingIfNeeded: fields &>> 24)) }
        set { replace(0xFF, at: 24, with: newValue.offset) }
    }

    /// The operand size, the address size and `repeats` as the micro-op's field `e` has them.
    var sizes: UInt8 { UInt8(truncatingIfNeeded: fields &>> 48) }

    private mutating func replace(_ mask: UInt64, at shift: UInt64, with value: UInt8) {
        fields = fields & ~(mask &<< shift) | (UInt64(value) & mask) &<< shift
    }
}
