import CVellumSupport
import VellumIA32

/// The registers of x87, MMX and SSE: reachable by translated code, part of no privileged state.
///
/// `top` and `tags` describe physical registers; the status word is kept without TOP and B.
package typealias FloatingPointState = vellum_fpu

/// How the interpreter and the hypervisor reach it.
package typealias FloatingPointUnit = UnsafeMutablePointer<FloatingPointState>

/// Bits of the status word (SDM vol. 1, figure 8-4).
enum FloatingPointStatus {
    static let exceptions: UInt16 = 0x3F
    static let c1: UInt16 = 0x200
    /// ES: an exception is pending.
    static let errorSummary: UInt16 = 0x80
    static let busy: UInt16 = 0x8000
}

extension UnsafeMutablePointer where Pointee == FloatingPointState {
    /// What power-on leaves (SDM vol. 3, table 9-1): registers zero and valid, every exception unmasked.
    package func powerOn() {
        vellum_x87_leave(self)
        pointee = FloatingPointState()
        pointee.control = 0x40
        pointee.tags = 0xFF
        pointee.mxcsr = 0x1F80
    }

    /// FNINIT (SDM vol. 2): registers keep their contents.
    package func initialize() {
        vellum_x87_leave(self)
        pointee.control = 0x37F
        pointee.status = 0
        pointee.top = 0
        pointee.tags = 0
        pointee.opcode = 0
        pointee.instruction = 0
        pointee.data = 0
        pointee.instruction_selector = 0
        pointee.data_selector = 0
        controlChanged()
    }

    /// An exception waits for the next waiting instruction.
    @inline(__always) package var isErrorPending: Bool { pointee.status & FloatingPointStatus.errorSummary != 0 }

    /// The status word as software reads it.
    package var statusWord: UInt16 {
        get {
            vellum_x87_settle(self)
            return pointee.status | UInt16(pointee.top) << 11 | (isErrorPending ? FloatingPointStatus.busy : 0)
        }
        nonmutating set {
            vellum_x87_settle(self)
            pointee.status = newValue & 0x477F
            pointee.top = UInt8(newValue >> 11 & 7)
        }
    }

    /// The tag word: what is in each register follows from its contents (SDM vol. 1, section 8.1.7).
    package var tagWord: UInt16 {
        get {
            (0..<8 as Range<UInt16>).reduce(0) { word, number in word | tag(number) << (number * 2) }
        }
        nonmutating set {
            pointee.tags = (0..<8 as Range<UInt16>).reduce(0) { tags, number in
                tags | (newValue >> (number * 2) & 3 == 3 ? 0 : 1 << UInt8(number))
            }
        }
    }

    private func tag(_ number: UInt16) -> UInt16 {
        if pointee.tags >> number & 1 == 0 { return 3 }
        let register = vellum_fpu_register(self, UInt32(number)).pointee
        let exponent = register.exponent & 0x7FFF
        if exponent == 0 { return register.significand == 0 ? 1 : 2 }
        return exponent == 0x7FFF || register.significand >> 63 == 0 ? 2 : 0
    }

    /// The control word, the flags or the masks changed by other means than arithmetic: ES follows, and the host's unit
    /// is set up anew before the next operation.
    package func controlChanged() {
        vellum_x87_leave(self)
        let pending = pointee.status & ~pointee.control & FloatingPointStatus.exceptions != 0
        pointee.status =
            pointee.status & ~FloatingPointStatus.errorSummary
            | (pending ? FloatingPointStatus.errorSummary : 0)
    }

    /// FLDCW: reserved bits do not stick, and bit 6 reads as one.
    package var controlWord: UInt16 {
        get { pointee.control }
        nonmutating set {
            pointee.control = newValue & 0x1F3F | 0x40
            controlChanged()
        }
    }
}
