import VellumIA32
import VellumMicroOps

extension UnsafeMutablePointer where Pointee == GuestVisible {
    @inline(__always) func addCarry<T: FlagWidth>(_ a: T, _ b: T) -> T {
        explicit(ALU.addWithCarry(UInt32(a), UInt32(b), carry: carryFlag, bits: UInt32(T.bitWidth)))
    }

    @inline(__always) func subtractBorrow<T: FlagWidth>(_ a: T, _ b: T) -> T {
        explicit(ALU.subtractWithBorrow(UInt32(a), UInt32(b), borrow: carryFlag, bits: UInt32(T.bitWidth)))
    }

    @inline(__always) func shl<T: FlagWidth>(_ a: T, _ count: UInt32) -> T {
        explicit(ALU.shl(UInt32(a), count: count, bits: UInt32(T.bitWidth)))
    }

    @inline(__always) func shr<T: FlagWidth>(_ a: T, _ count: UInt32) -> T {
        explicit(ALU.shr(UInt32(a), count: count, bits: UInt32(T.bitWidth)))
    }

    @inline(__always) func sar<T: FlagWidth>(_ a: T, _ count: UInt32) -> T {
        explicit(ALU.sar(UInt32(a), count: count, bits: UInt32(T.bitWidth)))
    }

    /// Two- and three-operand IMUL: CF and OF when the product does not fit.
    @inline(__always) func multiply<T: FlagWidth>(_ a: T, _ b: T) -> T {
        let wide = Int64(T.Twin(truncatingIfNeeded: a)) &* Int64(T.Twin(truncatingIfNeeded: b))
        let value = T(truncatingIfNeeded: wide)
        let lost = Int64(T.Twin(truncatingIfNeeded: value)) != wide
        return explicit(ALU.Result(UInt32(value), carry: lost, overflow: lost, adjust: false))
    }
}

/// The operations that read and write registers by themselves.
extension UnsafeMutablePointer where Pointee == GuestVisible {
    private var registers: RegisterFile { RegisterFile(self) }
    private static var eax: UInt8 { RegisterSlot(.eax).offset }
    private static var edx: UInt8 { RegisterSlot(.edx).offset }

    @inline(never)
    func rotate<T: FlagWidth>(_ ip: UnsafePointer<MicroOp>, _ count: UInt32, _: T.Type) {
        let count = count & 31
        guard count != 0 else { return }
        let a = UInt32(registers.get(ip.pointee.a, T.self))
        let bits = UInt32(T.bitWidth)
        let result =
            switch ip.pointee.d {
            case 0: ALU.rol(a, count: count, bits: bits)
            case 1: ALU.ror(a, count: count, bits: bits)
            case 2: ALU.rcl(a, count: count, carry: carryFlag, bits: bits)
            default: ALU.rcr(a, count: count, carry: carryFlag, bits: bits)
            }
        replaceCarryAndOverflow(result)
        registers.set(ip.pointee.a, T(truncatingIfNeeded: result.value))
    }

    @inline(never)
    func doubleShift<T: FlagWidth>(_ ip: UnsafePointer<MicroOp>, _ count: UInt32, _: T.Type) {
        let count = count & 31
        guard count != 0 else { return }
        let a = UInt32(registers.get(ip.pointee.a, T.self))
        let b = UInt32(registers.get(ip.pointee.b, T.self))
        let bits = UInt32(T.bitWidth)
        let result =
            ip.pointee.d == 0 ? ALU.shld(a, b, count: count, bits: bits) : ALU.shrd(a, b, count: count, bits: bits)
        let value: T = explicit(result)
        registers.set(ip.pointee.a, value)
    }

    /// MUL and IMUL into the accumulator pair.  SF, ZF, AF and PF are undefined; they follow the low half here.
    @inline(__always)
    func multiply<T: FlagWidth>(_ ip: UnsafePointer<MicroOp>, _: T.Type, signed: Bool) {
        let a = registers.get(Self.eax, T.self)
        let b = registers.get(ip.pointee.b, T.self)
        let wide: UInt64
        if signed {
            wide = UInt64(bitPattern: Int64(T.Twin(truncatingIfNeeded: a)) &* Int64(T.Twin(truncatingIfNeeded: b)))
        } else {
            wide = UInt64(a) &* UInt64(b)
        }
        let low = T(truncatingIfNeeded: wide)
        let high = T(truncatingIfNeeded: wide >> UInt64(T.bitWidth))
        let lost =
            signed ? high != T(truncatingIfNeeded: T.Twin(truncatingIfNeeded: low) >> (T.bitWidth - 1)) : high != 0
        if T.bitWidth == 8 {
            registers.set(Self.eax, UInt16(truncatingIfNeeded: wide))
        } else {
            registers.set(Self.eax, low)
            registers.set(Self.edx, high)
        }
        let _: T = explicit(ALU.Result(UInt32(low), carry: lost, overflow: lost, adjust: false))
    }

    /// DIV and IDIV; false for #DE.  Flags are undefined and left alone.
    @inline(__always)
    func divide<T: FlagWidth>(_ ip: UnsafePointer<MicroOp>, _: T.Type, signed: Bool) -> Bool {
        let bits = UInt32(T.bitWidth)
        let divisor = registers.get(ip.pointee.b, T.self)
        let dividend: UInt64
        if bits == 8 {
            let ax = registers.get(Self.eax, UInt16.self)
            dividend = signed ? UInt64(bitPattern: Int64(Int16(bitPattern: ax))) : UInt64(ax)
        } else {
            let joined =
                UInt64(registers.get(Self.edx, T.self)) << UInt64(bits) | UInt64(registers.get(Self.eax, T.self))
            dividend =
                signed && bits == 16
                ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: joined))) : joined
        }
        let division =
            signed
            ? ALU.divideSigned(
                Int64(bitPattern: dividend), by: Int32(T.Twin(truncatingIfNeeded: divisor)), bits: bits)
            : ALU.divide(dividend, by: UInt32(divisor), bits: bits)
        guard let division else { return false }
        registers.set(Self.eax, T(truncatingIfNeeded: division.quotient))
        registers.set(bits == 8 ? Self.eax + 1 : Self.edx, T(truncatingIfNeeded: division.remainder))
        return true
    }

    @inline(__always)
    func bit<T: FlagWidth>(_ ip: UnsafePointer<MicroOp>, _ number: UInt32, _: T.Type) {
        let mask = T(1) &<< T(truncatingIfNeeded: number & UInt32(T.bitWidth - 1))
        let value = registers.get(ip.pointee.a, T.self)
        replaceCarry(value & mask != 0)
        switch ip.pointee.d {
        case 0: break
        case 1: registers.set(ip.pointee.a, value | mask)
        case 2: registers.set(ip.pointee.a, value & ~mask)
        default: registers.set(ip.pointee.a, value ^ mask)
        }
    }

    /// BSF and BSR: a zero source sets ZF and leaves the destination alone, as processors do.
    @inline(__always)
    func scanBits<T: FlagWidth>(_ ip: UnsafePointer<MicroOp>, _: T.Type, forward: Bool) {
        let value = registers.get(ip.pointee.b, T.self)
        if value != 0 {
            let found = forward ? value.trailingZeroBitCount : T.bitWidth - 1 - value.leadingZeroBitCount
            registers.set(ip.pointee.a, T(truncatingIfNeeded: found))
        }
        replaceZero(value == 0)
    }

    @inline(never)
    func decimal(_ ip: UnsafePointer<MicroOp>) {
        let ax = registers.get(Self.eax, UInt16.self)
        let al = UInt8(truncatingIfNeeded: ax)
        let carry = carryFlag
        let adjust = adjustFlag
        switch ip.pointee.opcode {
        case .daa: registers.set(Self.eax, explicit(ALU.daa(al: al, carry: carry, adjust: adjust)) as UInt8)
        case .das: registers.set(Self.eax, explicit(ALU.das(al: al, carry: carry, adjust: adjust)) as UInt8)
        case .aaa: setDecimal(ALU.aaa(ax: ax, adjust: adjust))
        case .aas: setDecimal(ALU.aas(ax: ax, adjust: adjust))
        case .aam:
            let result = ALU.aam(al: al, base: UInt8(truncatingIfNeeded: ip.pointee.immediate))
            registers.set(Self.eax, result)
            _ = logic(UInt8(truncatingIfNeeded: result))
        default:
            let result = ALU.aad(ax: ax, base: UInt8(truncatingIfNeeded: ip.pointee.immediate))
            registers.set(Self.eax, result)
            _ = logic(UInt8(truncatingIfNeeded: result))
        }
    }

    private func setDecimal(_ result: ALU.Decimal) {
        registers.set(Self.eax, result.ax)
        let low = ALU.Result(UInt32(result.ax & 0xFF), carry: result.carry, overflow: false, adjust: result.adjust)
        let _: UInt8 = explicit(low)
    }

    @inline(never)
    func compareExchange8B() {
        let equal = self[.eax] == self[RegisterSlot.t0] && self[.edx] == self[RegisterSlot.t1]
        if equal {
            self[RegisterSlot.t0] = self[.ebx]
            self[RegisterSlot.t1] = self[.ecx]
        } else {
            self[.eax] = self[RegisterSlot.t0]
            self[.edx] = self[RegisterSlot.t1]
        }
        replaceZero(equal)
    }

    @inline(never)
    func adjustRPL(_ ip: UnsafePointer<MicroOp>) {
        let target = registers.get(ip.pointee.a, UInt16.self)
        let source = registers.get(ip.pointee.b, UInt16.self)
        let lower = target & 3 < source & 3
        if lower { registers.set(ip.pointee.a, target & ~3 | source & 3) }
        replaceZero(lower)
    }

    func isWithinBounds<T: FixedWidthInteger & SignedInteger>(_ ip: UnsafePointer<MicroOp>, _: T.Type) -> Bool {
        let index = registers.get(ip.pointee.a, T.self)
        return registers.get(ip.pointee.b, T.self) <= index && index <= registers.get(ip.pointee.c, T.self)
    }
}
