import VellumIA32

/// A place in the register file that micro-ops may name: a byte offset into `GuestVisible.registers`.
///
/// The file holds the eight general registers and then the translator's temporaries, four bytes each; AH is EAX's
/// second byte.  There is no slot for anything privileged, so no micro-op can reach it.
package struct RegisterSlot: Hashable, Sendable {
    /// Byte offset, below `fileBytes`.
    package let offset: UInt8

    package init(_ register: GeneralRegister) { offset = register.rawValue * 4 }

    /// The register that an encoding names: AL CL DL BL AH CH DH BH for bytes.
    package init(encoded number: UInt8, size: OperandSize) {
        let number = number & 7
        offset = size == .byte ? (number & 3) * 4 + number >> 2 : number * 4
    }

    /// Temporary `number`, 0 to 7: dead at every instruction's end.
    package init(temporary number: UInt8) { offset = 32 + (number & 7) * 4 }

    /// A slot from a raw offset, or nil outside the file; `size` says how many bytes will be accessed.
    package init?(offset: UInt8, size: OperandSize) {
        guard Int(offset) + Int(size.rawValue) <= RegisterSlot.fileBytes else { return nil }
        self.offset = offset
    }

    /// A slot from the raw offset of a verified micro-op; what were outside the file comes around into it.
    @inline(__always) package init(wrapping offset: UInt8) { self.offset = offset & UInt8(RegisterSlot.fileBytes - 4) }

    package static var fileBytes: Int { @inline(__always) get { 64 } }
    /// Always reads as zero: stands for an absent base or index.  Never written.
    package static var zero: RegisterSlot { @inline(__always) get { RegisterSlot(temporary: 7) } }
    package static var t0: RegisterSlot { @inline(__always) get { RegisterSlot(temporary: 0) } }
    package static var t1: RegisterSlot { @inline(__always) get { RegisterSlot(temporary: 1) } }
    package static var t2: RegisterSlot { @inline(__always) get { RegisterSlot(temporary: 2) } }
    package static var t3: RegisterSlot { @inline(__always) get { RegisterSlot(temporary: 3) } }
    package static var t4: RegisterSlot { @inline(__always) get { RegisterSlot(temporary: 4) } }
    package static var t5: RegisterSlot { @inline(__always) get { RegisterSlot(temporary: 5) } }
    package static var t6: RegisterSlot { @inline(__always) get { RegisterSlot(temporary: 6) } }

    package var isTemporary: Bool { offset >= 32 }
    /// The register's number in the file, 0 to 15.
    package var word: Int { Int(offset >> 2) }
}
