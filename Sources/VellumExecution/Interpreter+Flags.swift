import VellumIA32
import VellumMicroOps

/// A register width that the lazy flags know.
protocol FlagWidth: FixedWidthInteger, UnsignedInteger {
    associatedtype Twin: FixedWidthInteger & SignedInteger
    static var addKind: UInt32 { get }
    static var subKind: UInt32 { get }
    static var incKind: UInt32 { get }
    static var decKind: UInt32 { get }
}

extension UInt8: FlagWidth {
    typealias Twin = Int8
    @inline(__always) static var addKind: UInt32 { FlagKind.add8.rawValue }
    @inline(__always) static var subKind: UInt32 { FlagKind.sub8.rawValue }
    @inline(__always) static var incKind: UInt32 { FlagKind.inc8.rawValue }
    @inline(__always) static var decKind: UInt32 { FlagKind.dec8.rawValue }
}

extension UInt16: FlagWidth {
    typealias Twin = Int16
    @inline(__always) static var addKind: UInt32 { FlagKind.add16.rawValue }
    @inline(__always) static var subKind: UInt32 { FlagKind.sub16.rawValue }
    @inline(__always) static var incKind: UInt32 { FlagKind.inc16.rawValue }
    @inline(__always) static var decKind: UInt32 { FlagKind.dec16.rawValue }
}

extension UInt32: FlagWidth {
    typealias Twin = Int32
    @inline(__always) static var addKind: UInt32 { FlagKind.add32.rawValue }
    @inline(__always) static var subKind: UInt32 { FlagKind.sub32.rawValue }
    @inline(__always) static var incKind: UInt32 { FlagKind.inc32.rawValue }
    @inline(__always) static var decKind: UInt32 { FlagKind.dec32.rawValue }
}

/// The flag-setting operations of the interpreter: each stores the lazy flags and returns the value.
extension UnsafeMutablePointer where Pointee == GuestVisible {
    @inline(__always) func setResult<T: FlagWidth>(_ value: T) {
        pointee.flagResult = Int64(T.Twin(truncatingIfNeeded: value))
    }

    @inline(__always) func add<T: FlagWidth>(_ a: T, _ b: T) -> T {
        let value = a &+ b
        setResult(value)
        pointee.carryLeft = UInt32(value)
        pointee.carryRight = UInt32(b)
        pointee.flagKind = T.addKind
        return value
    }

    @inline(__always) func subtract<T: FlagWidth>(_ a: T, _ b: T) -> T {
        let value = a &- b
        setResult(value)
        pointee.carryLeft = UInt32(a)
        pointee.carryRight = UInt32(b)
        pointee.flagKind = T.subKind
        return value
    }

    @inline(__always) func logic<T: FlagWidth>(_ value: T) -> T {
        setResult(value)
        pointee.carryLeft = 0
        pointee.carryRight = 0
        pointee.flagKind = 0
        return value
    }

    @inline(__always) func increment<T: FlagWidth>(_ a: T) -> T {
        let value = a &+ 1
        setResult(value)
        pointee.flagKind = T.incKind
        return value
    }

    @inline(__always) func decrement<T: FlagWidth>(_ a: T) -> T {
        let value = a &- 1
        setResult(value)
        pointee.flagKind = T.decKind
        return value
    }

    /// Stores a result whose CF, OF and AF are known.
    @inline(__always) func explicit<T: FlagWidth>(_ result: ALU.Result) -> T {
        let value = T(truncatingIfNeeded: result.value)
        setResult(value)
        pointee.carryLeft = 0
        pointee.carryRight = result.carry ? 1 : 0
        pointee.flagKind =
            (result.overflow ? EFlags.overflow.rawValue : 0) | (result.adjust ? EFlags.adjust.rawValue : 0)
        return value
    }

    /// Replaces CF and OF and keeps the others: rotates.
    @inline(__always) func replaceCarryAndOverflow(_ result: ALU.Result) {
        var kind = pointee.flagKind
        if kind & 15 != 0 { kind = adjustFlag ? EFlags.adjust.rawValue : 0 }
        pointee.carryLeft = 0
        pointee.carryRight = result.carry ? 1 : 0
        pointee.flagKind =
            kind & EFlags.adjust.rawValue | (result.overflow ? EFlags.overflow.rawValue : 0)
    }

    /// Replaces CF alone.
    @inline(__always) func replaceCarry(_ carry: Bool) {
        // OF and AF of the lazy kinds read `carryRight`, so they are made explicit first.
        if pointee.flagKind & 15 != 0 {
            pointee.flagKind =
                (overflowFlag ? EFlags.overflow.rawValue : 0) | (adjustFlag ? EFlags.adjust.rawValue : 0)
        }
        pointee.carryLeft = 0
        pointee.carryRight = carry ? 1 : 0
    }

    /// Replaces ZF alone.
    @inline(__always) func replaceZero(_ zero: Bool) {
        var flags = arithmeticFlags
        if zero { flags.insert(.zero) } else { flags.remove(.zero) }
        arithmeticFlags = flags
    }
}

extension Interpreter {
    /// Makes up the flags that the operations before `ip` left out because only an exit here would show them.
    @inline(never)
    func restoreFlags(before ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) {
        let first = fragment.operations
        // In the stub all flags are computed.
        guard ip > first, ip < first + Int(fragment.pointee.operationCount) else { return }
        var at = ip - 1
        while at > first, !shapes[Int(at.pointee.dispatch.rawValue)].settlesFlags, at.pointee.restoration == .none {
            at -= 1
        }
        guard at.pointee.restoration != .none else { return }
        let operation = at.pointee.restored
        switch operation.opcode.effects.a.width {
        case 1: restoreFlags(operation, UInt8.self)
        case 2: restoreFlags(operation, UInt16.self)
        default: restoreFlags(operation, UInt32.self)
        }
    }

    private func restoreFlags<T: FlagWidth>(_ operation: MicroOp, _: T.Type) {
        let v = cpu.visible
        let r = RegisterFile(v)
        let result: T = r.get(operation.a, T.self)
        let hasSlot = operation.opcode.effects.b.isRead
        let right: T = hasSlot ? r.get(operation.b, T.self) : T(truncatingIfNeeded: operation.immediate)
        switch operation.opcode {
        case .inc8, .inc16, .inc32: _ = v.increment(result &- 1)
        case .dec8, .dec16, .dec32: _ = v.decrement(result &+ 1)
        case .add8, .add16, .add32, .add8i, .add16i, .add32i: _ = v.add(result &- right, right)
        case .sub8, .sub16, .sub32, .sub8i, .sub16i, .sub32i: _ = v.subtract(result &+ right, right)
        default: _ = v.logic(result)
        }
    }
}
