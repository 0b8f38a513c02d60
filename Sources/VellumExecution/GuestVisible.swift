import VellumIA32
import VellumMicroOps

/// The window that a segment opens onto linear addresses, as the soft MMU checks it.
///
/// An access of n bytes at offset o passes the fast check when `o + n - 1 <= readLast` (or `writeLast`), computed in 64
/// bits.  Expand-down, unreadable and unusable segments keep a `last` that fails, and the slow path decides.
package struct SegmentWindow {
    package var base: UInt32
    /// Highest offset that a read may touch, or -1.
    package var readLast: Int64
    /// Highest offset that a write may touch, or -1.
    package var writeLast: Int64

    /// The linear address of `width` bytes at an offset, or nil where the slow path decides.
    @inline(__always) func linear(_ offset: UInt32, _ width: UInt32, write: Bool) -> UInt32? {
        Int64(offset) &+ Int64(width &- 1) <= (write ? writeLast : readLast) ? base &+ offset : nil
    }
}

/// How OF and AF are to be read: what the last flag-writing operation was.
package enum FlagKind: UInt32, Sendable {
    /// OF and AF stand in `flagKind` itself, at their EFLAGS positions (bits 11 and 4).
    case explicit = 0
    /// result = left + right, where left = result - right.
    case add8, add16, add32
    /// result = left - right.
    case sub8, sub16, sub32
    /// result = old + 1, old - 1; the operands still belong to the carry.
    case inc8, inc16, inc32
    case dec8, dec16, dec32

    /// The kind in a stored `flagKind`.
    @inline(__always) init(stored word: UInt32) {
        let number = word & 15
        // Every number up to the last case's is a case.
        self = number <= FlagKind.dec32.rawValue ? unsafeBitCast(UInt8(number), to: FlagKind.self) : .explicit
    }
}

/// What translated code reaches: general registers, temporaries, arithmetic flags, DF and the segment windows of the
/// soft MMU.  Everything else is `Privileged` or the engine's own.
package struct GuestVisible {
    /// Sixteen words: `RegisterSlot` says which is which.
    package var registers:
        (
            UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32,
            UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32
        )
    /// ZF is "low 32 bits are zero", SF is bit 63, PF is the even parity of byte 0 xor byte 4.  A sign-extended result
    /// gives all three.
    package var flagResult: Int64
    /// CF is `carryLeft < carryRight`, unsigned: result and addend of an addition, both operands of a subtraction.
    package var carryLeft: UInt32
    package var carryRight: UInt32
    /// A `FlagKind` in the low four bits.
    package var flagKind: UInt32
    /// DF as the step of string instructions: 1 or -1.
    package var direction: Int32
    package var windows: (SegmentWindow, SegmentWindow, SegmentWindow, SegmentWindow, SegmentWindow, SegmentWindow)

    package init() {
        registers = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        flagResult = 1
        carryLeft = 0
        carryRight = 0
        flagKind = 0
        direction = 1
        let closed = SegmentWindow(base: 0, readLast: -1, writeLast: -1)
        windows = (closed, closed, closed, closed, closed, closed)
    }
}

extension UnsafeMutablePointer where Pointee == GuestVisible {
    /// A general register.
    package subscript(register: GeneralRegister) -> UInt32 {
        @inline(__always) get {
            UnsafeRawPointer(self).load(fromByteOffset: Int(register.rawValue) * 4, as: UInt32.self)
        }
        @inline(__always) nonmutating set {
            UnsafeMutableRawPointer(self).storeBytes(
                of: newValue, toByteOffset: Int(register.rawValue) * 4, as: UInt32.self)
        }
    }

    /// The four bytes at a slot (slots of byte registers: use `byte`).
    package subscript(slot: RegisterSlot) -> UInt32 {
        @inline(__always) get {
            UnsafeRawPointer(self).loadUnaligned(fromByteOffset: Int(slot.offset), as: UInt32.self)
        }
        @inline(__always) nonmutating set {
            UnsafeMutableRawPointer(self).storeBytes(of: newValue, toByteOffset: Int(slot.offset), as: UInt32.self)
        }
    }

    /// Writes the low `size` bytes (1, 2 or 4) of a slot and keeps the rest.
    package func write(_ value: UInt32, to slot: RegisterSlot, size: UInt8) {
        let raw = UnsafeMutableRawPointer(self)
        switch size {
        case 1: raw.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: Int(slot.offset), as: UInt8.self)
        case 2: raw.storeBytes(of: UInt16(truncatingIfNeeded: value), toByteOffset: Int(slot.offset), as: UInt16.self)
        default: self[slot] = value
        }
    }

    @inline(__always) package func window(_ segment: SegmentRegister) -> UnsafeMutablePointer<SegmentWindow> {
        withUnsafeMutablePointer(to: &pointee.windows.0) { $0 } + Int(segment.rawValue)
    }
}

extension GuestVisible {
    /// Where the windows start in the struct, in bytes: they are its end.  A stored constant would be looked up, under a
    /// lock, at every access through a segment.
    @inline(__always) package static var windowsOffset: Int {
        MemoryLayout<GuestVisible>.size - 6 * MemoryLayout<SegmentWindow>.stride
    }
}
