import VellumIA32

/// A set of bytes of the register file, one bit a byte: what a micro-op reads or writes.
package struct SlotSet: OptionSet, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// `width` bytes from an offset; bytes beyond the file are left out.
    package init(offset: UInt8, width: UInt8) {
        let ones: UInt64 = (1 << UInt64(width)) &- 1
        rawValue = Int(offset) < RegisterSlot.fileBytes ? ones << UInt64(offset) : 0
    }

    package init(_ register: GeneralRegister, width: UInt8 = 4) {
        self.init(offset: RegisterSlot(register).offset, width: width)
    }

    package init(_ slot: RegisterSlot, width: UInt8 = 4) { self.init(offset: slot.offset, width: width) }

    /// The eight general registers.
    package static let registers = SlotSet(rawValue: 0xFFFF_FFFF)
    /// The temporaries, the one that always reads as zero not among them.
    package static let temporaries = SlotSet(rawValue: 0x0FFF_FFFF_0000_0000)
    /// The slot that always reads as zero.
    package static let zero = SlotSet(.zero)

    package static let al = SlotSet(.eax, width: 1)
    package static let ah = SlotSet(offset: 1, width: 1)
    package static let ax = SlotSet(.eax, width: 2)
    package static let dx = SlotSet(.edx, width: 2)
    package static let eax = SlotSet(.eax)
    package static let ecx = SlotSet(.ecx)
    package static let edx = SlotSet(.edx)
    package static let ebx = SlotSet(.ebx)
    package static let esp = SlotSet(.esp)
    package static let esi = SlotSet(.esi)
    package static let edi = SlotSet(.edi)
}
