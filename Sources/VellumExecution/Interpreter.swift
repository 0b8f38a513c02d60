import CVellumSupport
import VellumIA32
import VellumMicroOps

/// The interpreter: a loop around one switch over the micro-ops of fragments.
///
/// All guest state stands behind one pointer; the loop allocates nothing, counts no references and calls out of line
/// only on slow paths.  Transfers end in real host branches (see `way`), so that the host predicts the guest's.
package final class Interpreter: ExecutionBackend {
    let cpu: CPU
    let mmu: SoftMMU
    /// Owned, so that calls count no references; it must not own the interpreter.
    let host: any BackendHost
    /// What the instruction at hand raised.
    var pending = GuestFault(.invalidOpcode)
    /// The instruction at hand waits for an interrupt to come first.
    var isRetrying = false
    /// Where an instruction is finished whose fragment must end after it.
    let stub: UnsafeMutablePointer<MicroOp>
    static let stubCapacity = 256
    let shapes: UnsafePointer<AccessShape>

    /// Shared with the resolver, which fills it.
    let jumps: JumpCache

    package init(cpu: CPU, mmu: SoftMMU, host: any BackendHost, jumps: JumpCache) {
        self.cpu = cpu
        self.jumps = jumps
        self.mmu = mmu
        self.host = host
        shapes = UnsafePointer(AccessShape.makeTable())
        stub = .allocate(capacity: Interpreter.stubCapacity)
        stub.initialize(repeating: MicroOp(.exit), count: Interpreter.stubCapacity)
    }

    deinit {
        stub.deallocate()
        shapes.deallocate()
    }

    package func enter(_ fragment: FragmentPointer) -> BackendExit {
        let cpu = self.cpu
        cpu.pointee.engine.budget &-= fragment.pointee.count
        let exit = run(fragment)
        cpu.pointee.engine.budget &+= cpu.pointee.engine.stolen
        cpu.pointee.engine.stolen = 0
        cpu.pointee.engine.unretired = 0
        vellum_x87_leave(cpu.floating)
        return exit
    }

    private func run(_ first: FragmentPointer) -> BackendExit {
        // Inlined functions get these as arguments: what they read through `self` would be loaded again after each call
        // and take registers of its own.
        let cpu = self.cpu
        let jumps = self.jumps
        let v = cpu.visible
        let r = RegisterFile(v)
        let unit = cpu.floating
        var tlb = mmu.currentEntries
        var fragment = first
        var ip = first.operations

        while true {
            switch ip.pointee.dispatch {
            case .move8:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt8.self))
                ip += 1
            case .move16:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt16.self))
                ip += 1
            case .move32:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .set8:
                r.set(ip.pointee.a, UInt8(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .set16:
                r.set(ip.pointee.a, UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .set32:
                r.set(ip.pointee.a, UInt32(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .zeroExtend8:
                r.set(ip.pointee.a, UInt32(r.get(ip.pointee.b, UInt8.self)))
                ip += 1
            case .zeroExtend16:
                r.set(ip.pointee.a, UInt32(r.get(ip.pointee.b, UInt16.self)))
                ip += 1
            case .signExtend8:
                r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int8(bitPattern: r.get(ip.pointee.b, UInt8.self)))))
                ip += 1
            case .signExtend16:
                r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int16(bitPattern: r.get(ip.pointee.b, UInt16.self)))))
                ip += 1
            case .signFill16:
                r.set(ip.pointee.a, UInt16(bitPattern: Int16(bitPattern: r.get(ip.pointee.b, UInt16.self)) >> 15))
                ip += 1
            case .signFill32:
                r.set(ip.pointee.a, UInt32(bitPattern: Int32(bitPattern: r.get(ip.pointee.b, UInt32.self)) >> 31))
                ip += 1
            case .swapBytes:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self).byteSwapped)
                ip += 1
            case .leaB:
                r.set(ip.pointee.a, r.base(ip))
                ip += 1
            case .leaX:
                r.set(ip.pointee.a, r.indexed(ip))
                ip += 1
            case .lea16:
                r.set(ip.pointee.a, (r.base(ip) &+ r.get(ip.pointee.c, UInt32.self)) & 0xFFFF)
                ip += 1
            case .add8:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt8.self), r.get(ip.pointee.b, UInt8.self)))
                ip += 1
            case .add8i:
                r.set(
                    ip.pointee.a,
                    v.add(r.get(ip.pointee.a, UInt8.self), UInt8(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .add8n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt8.self) &+ r.get(ip.pointee.b, UInt8.self))
                ip += 1
            case .add8in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt8.self) &+ UInt8(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .add16:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt16.self), r.get(ip.pointee.b, UInt16.self)))
                ip += 1
            case .add16i:
                r.set(
                    ip.pointee.a,
                    v.add(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .add16n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt16.self) &+ r.get(ip.pointee.b, UInt16.self))
                ip += 1
            case .add16in:
                r.set(
                    ip.pointee.a, r.get(ip.pointee.a, UInt16.self) &+ UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .add32:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .add32i:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
            case .add32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .add32in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
            case .or8:
                r.set(ip.pointee.a, v.logic(r.get(ip.pointee.a, UInt8.self) | r.get(ip.pointee.b, UInt8.self)))
                ip += 1
            case .or8i:
                r.set(
                    ip.pointee.a,
                    v.logic(r.get(ip.pointee.a, UInt8.self) | UInt8(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .or8n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt8.self) | r.get(ip.pointee.b, UInt8.self))
                ip += 1
            case .or8in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt8.self) | UInt8(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .or16:
                r.set(ip.pointee.a, v.logic(r.get(ip.pointee.a, UInt16.self) | r.get(ip.pointee.b, UInt16.self)))
                ip += 1
            case .or16i:
                r.set(
                    ip.pointee.a,
                    v.logic(r.get(ip.pointee.a, UInt16.self) | UInt16(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .or16n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt16.self) | r.get(ip.pointee.b, UInt16.self))
                ip += 1
            case .or16in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt16.self) | UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .or32:
                r.set(ip.pointee.a, v.logic(r.get(ip.pointee.a, UInt32.self) | r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .or32i:
                r.set(ip.pointee.a, v.logic(r.get(ip.pointee.a, UInt32.self) | ip.pointee.immediate))
                ip += 1
            case .or32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) | r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .or32in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) | ip.pointee.immediate)
                ip += 1
            case .and8:
                r.set(ip.pointee.a, v.logic(r.get(ip.pointee.a, UInt8.self) & r.get(ip.pointee.b, UInt8.self)))
                ip += 1
            case .and8i:
                r.set(
                    ip.pointee.a,
                    v.logic(r.get(ip.pointee.a, UInt8.self) & UInt8(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .and8n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt8.self) & r.get(ip.pointee.b, UInt8.self))
                ip += 1
            case .and8in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt8.self) & UInt8(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .and16:
                r.set(ip.pointee.a, v.logic(r.get(ip.pointee.a, UInt16.self) & r.get(ip.pointee.b, UInt16.self)))
                ip += 1
            case .and16i:
                r.set(
                    ip.pointee.a,
                    v.logic(r.get(ip.pointee.a, UInt16.self) & UInt16(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .and16n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt16.self) & r.get(ip.pointee.b, UInt16.self))
                ip += 1
            case .and16in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt16.self) & UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .and32:
                r.set(ip.pointee.a, v.logic(r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .and32i:
                r.set(ip.pointee.a, v.logic(r.get(ip.pointee.a, UInt32.self) & ip.pointee.immediate))
                ip += 1
            case .and32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .and32in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) & ip.pointee.immediate)
                ip += 1
            case .sub8:
                r.set(ip.pointee.a, v.subtract(r.get(ip.pointee.a, UInt8.self), r.get(ip.pointee.b, UInt8.self)))
                ip += 1
            case .sub8i:
                r.set(
                    ip.pointee.a,
                    v.subtract(r.get(ip.pointee.a, UInt8.self), UInt8(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .sub8n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt8.self) &- r.get(ip.pointee.b, UInt8.self))
                ip += 1
            case .sub8in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt8.self) &- UInt8(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .sub16:
                r.set(ip.pointee.a, v.subtract(r.get(ip.pointee.a, UInt16.self), r.get(ip.pointee.b, UInt16.self)))
                ip += 1
            case .sub16i:
                r.set(
                    ip.pointee.a,
                    v.subtract(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .sub16n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt16.self) &- r.get(ip.pointee.b, UInt16.self))
                ip += 1
            case .sub16in:
                r.set(
                    ip.pointee.a, r.get(ip.pointee.a, UInt16.self) &- UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .sub32:
                r.set(ip.pointee.a, v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .sub32i:
                r.set(ip.pointee.a, v.subtract(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
            case .sub32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &- r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .sub32in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &- ip.pointee.immediate)
                ip += 1
            case .xor8:
                r.set(ip.pointee.a, v.logic(r.get(ip.pointee.a, UInt8.self) ^ r.get(ip.pointee.b, UInt8.self)))
                ip += 1
            case .xor8i:
                r.set(
                    ip.pointee.a,
                    v.logic(r.get(ip.pointee.a, UInt8.self) ^ UInt8(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .xor8n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt8.self) ^ r.get(ip.pointee.b, UInt8.self))
                ip += 1
            case .xor8in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt8.self) ^ UInt8(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .xor16:
                r.set(ip.pointee.a, v.logic(r.get(ip.pointee.a, UInt16.self) ^ r.get(ip.pointee.b, UInt16.self)))
                ip += 1
            case .xor16i:
                r.set(
                    ip.pointee.a,
                    v.logic(r.get(ip.pointee.a, UInt16.self) ^ UInt16(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .xor16n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt16.self) ^ r.get(ip.pointee.b, UInt16.self))
                ip += 1
            case .xor16in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt16.self) ^ UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .xor32:
                r.set(ip.pointee.a, v.logic(r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .xor32i:
                r.set(ip.pointee.a, v.logic(r.get(ip.pointee.a, UInt32.self) ^ ip.pointee.immediate))
                ip += 1
            case .xor32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .xor32in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ ip.pointee.immediate)
                ip += 1
            case .adc8:
                r.set(ip.pointee.a, v.addCarry(r.get(ip.pointee.a, UInt8.self), r.get(ip.pointee.b, UInt8.self)))
                ip += 1
            case .adc8i:
                r.set(
                    ip.pointee.a,
                    v.addCarry(r.get(ip.pointee.a, UInt8.self), UInt8(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .adc16:
                r.set(ip.pointee.a, v.addCarry(r.get(ip.pointee.a, UInt16.self), r.get(ip.pointee.b, UInt16.self)))
                ip += 1
            case .adc16i:
                r.set(
                    ip.pointee.a,
                    v.addCarry(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .adc32:
                r.set(ip.pointee.a, v.addCarry(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .adc32i:
                r.set(ip.pointee.a, v.addCarry(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
            case .sbb8:
                r.set(ip.pointee.a, v.subtractBorrow(r.get(ip.pointee.a, UInt8.self), r.get(ip.pointee.b, UInt8.self)))
                ip += 1
            case .sbb8i:
                r.set(
                    ip.pointee.a,
                    v.subtractBorrow(r.get(ip.pointee.a, UInt8.self), UInt8(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .sbb16:
                r.set(
                    ip.pointee.a, v.subtractBorrow(r.get(ip.pointee.a, UInt16.self), r.get(ip.pointee.b, UInt16.self)))
                ip += 1
            case .sbb16i:
                r.set(
                    ip.pointee.a,
                    v.subtractBorrow(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate))
                )
                ip += 1
            case .sbb32:
                r.set(
                    ip.pointee.a, v.subtractBorrow(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .sbb32i:
                r.set(ip.pointee.a, v.subtractBorrow(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
            case .cmp8:
                _ = v.subtract(r.get(ip.pointee.a, UInt8.self), r.get(ip.pointee.b, UInt8.self))
                ip += 1
            case .cmp8i:
                _ = v.subtract(r.get(ip.pointee.a, UInt8.self), UInt8(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .test8:
                _ = v.logic(r.get(ip.pointee.a, UInt8.self) & r.get(ip.pointee.b, UInt8.self))
                ip += 1
            case .test8i:
                _ = v.logic(r.get(ip.pointee.a, UInt8.self) & UInt8(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .inc8:
                r.set(ip.pointee.a, v.increment(r.get(ip.pointee.a, UInt8.self)))
                ip += 1
            case .dec8:
                r.set(ip.pointee.a, v.decrement(r.get(ip.pointee.a, UInt8.self)))
                ip += 1
            case .neg8:
                r.set(ip.pointee.a, v.subtract(0, r.get(ip.pointee.a, UInt8.self)))
                ip += 1
            case .not8:
                r.set(ip.pointee.a, ~r.get(ip.pointee.a, UInt8.self))
                ip += 1
            case .cmp16:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), r.get(ip.pointee.b, UInt16.self))
                ip += 1
            case .cmp16i:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .test16:
                _ = v.logic(r.get(ip.pointee.a, UInt16.self) & r.get(ip.pointee.b, UInt16.self))
                ip += 1
            case .test16i:
                _ = v.logic(r.get(ip.pointee.a, UInt16.self) & UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .inc16:
                r.set(ip.pointee.a, v.increment(r.get(ip.pointee.a, UInt16.self)))
                ip += 1
            case .dec16:
                r.set(ip.pointee.a, v.decrement(r.get(ip.pointee.a, UInt16.self)))
                ip += 1
            case .neg16:
                r.set(ip.pointee.a, v.subtract(0, r.get(ip.pointee.a, UInt16.self)))
                ip += 1
            case .not16:
                r.set(ip.pointee.a, ~r.get(ip.pointee.a, UInt16.self))
                ip += 1
            case .cmp32:
                _ = v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .cmp32i:
                _ = v.subtract(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate)
                ip += 1
            case .test32:
                _ = v.logic(r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .test32i:
                _ = v.logic(r.get(ip.pointee.a, UInt32.self) & ip.pointee.immediate)
                ip += 1
            case .inc32:
                r.set(ip.pointee.a, v.increment(r.get(ip.pointee.a, UInt32.self)))
                ip += 1
            case .dec32:
                r.set(ip.pointee.a, v.decrement(r.get(ip.pointee.a, UInt32.self)))
                ip += 1
            case .neg32:
                r.set(ip.pointee.a, v.subtract(0, r.get(ip.pointee.a, UInt32.self)))
                ip += 1
            case .not32:
                r.set(ip.pointee.a, ~r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .shl8i:
                r.set(ip.pointee.a, v.shl(r.get(ip.pointee.a, UInt8.self), ip.pointee.immediate))
                ip += 1
            case .shl8:
                let count = UInt32(r.get(ip.pointee.b, UInt8.self) & 31)
                if count != 0 { r.set(ip.pointee.a, v.shl(r.get(ip.pointee.a, UInt8.self), count)) }
                ip += 1
            case .shl16i:
                r.set(ip.pointee.a, v.shl(r.get(ip.pointee.a, UInt16.self), ip.pointee.immediate))
                ip += 1
            case .shl16:
                let count = UInt32(r.get(ip.pointee.b, UInt8.self) & 31)
                if count != 0 { r.set(ip.pointee.a, v.shl(r.get(ip.pointee.a, UInt16.self), count)) }
                ip += 1
            case .shl32i:
                r.set(ip.pointee.a, v.shl(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
            case .shl32:
                let count = UInt32(r.get(ip.pointee.b, UInt8.self) & 31)
                if count != 0 { r.set(ip.pointee.a, v.shl(r.get(ip.pointee.a, UInt32.self), count)) }
                ip += 1
            case .shr8i:
                r.set(ip.pointee.a, v.shr(r.get(ip.pointee.a, UInt8.self), ip.pointee.immediate))
                ip += 1
            case .shr8:
                let count = UInt32(r.get(ip.pointee.b, UInt8.self) & 31)
                if count != 0 { r.set(ip.pointee.a, v.shr(r.get(ip.pointee.a, UInt8.self), count)) }
                ip += 1
            case .shr16i:
                r.set(ip.pointee.a, v.shr(r.get(ip.pointee.a, UInt16.self), ip.pointee.immediate))
                ip += 1
            case .shr16:
                let count = UInt32(r.get(ip.pointee.b, UInt8.self) & 31)
                if count != 0 { r.set(ip.pointee.a, v.shr(r.get(ip.pointee.a, UInt16.self), count)) }
                ip += 1
            case .shr32i:
                r.set(ip.pointee.a, v.shr(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
            case .shr32:
                let count = UInt32(r.get(ip.pointee.b, UInt8.self) & 31)
                if count != 0 { r.set(ip.pointee.a, v.shr(r.get(ip.pointee.a, UInt32.self), count)) }
                ip += 1
            case .sar8i:
                r.set(ip.pointee.a, v.sar(r.get(ip.pointee.a, UInt8.self), ip.pointee.immediate))
                ip += 1
            case .sar8:
                let count = UInt32(r.get(ip.pointee.b, UInt8.self) & 31)
                if count != 0 { r.set(ip.pointee.a, v.sar(r.get(ip.pointee.a, UInt8.self), count)) }
                ip += 1
            case .sar16i:
                r.set(ip.pointee.a, v.sar(r.get(ip.pointee.a, UInt16.self), ip.pointee.immediate))
                ip += 1
            case .sar16:
                let count = UInt32(r.get(ip.pointee.b, UInt8.self) & 31)
                if count != 0 { r.set(ip.pointee.a, v.sar(r.get(ip.pointee.a, UInt16.self), count)) }
                ip += 1
            case .sar32i:
                r.set(ip.pointee.a, v.sar(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
            case .sar32:
                let count = UInt32(r.get(ip.pointee.b, UInt8.self) & 31)
                if count != 0 { r.set(ip.pointee.a, v.sar(r.get(ip.pointee.a, UInt32.self), count)) }
                ip += 1
            case .shl32in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &<< ip.pointee.immediate)
                ip += 1
            case .shr32in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &>> ip.pointee.immediate)
                ip += 1
            case .rotateLeft32in:
                let value = r.get(ip.pointee.a, UInt32.self)
                r.set(ip.pointee.a, value &<< ip.pointee.immediate | value &>> (32 &- ip.pointee.immediate))
                ip += 1
            case .sar32in:
                r.set(
                    ip.pointee.a,
                    UInt32(
                        bitPattern: Int32(bitPattern: r.get(ip.pointee.a, UInt32.self))
                            &>> Int32(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .rotate8i:
                v.rotate(ip, ip.pointee.immediate, UInt8.self)
                ip += 1
            case .rotate8:
                v.rotate(ip, UInt32(r.get(ip.pointee.b, UInt8.self)), UInt8.self)
                ip += 1
            case .rotate16i:
                v.rotate(ip, ip.pointee.immediate, UInt16.self)
                ip += 1
            case .rotate16:
                v.rotate(ip, UInt32(r.get(ip.pointee.b, UInt8.self)), UInt16.self)
                ip += 1
            case .rotate32i:
                v.rotate(ip, ip.pointee.immediate, UInt32.self)
                ip += 1
            case .rotate32:
                v.rotate(ip, UInt32(r.get(ip.pointee.b, UInt8.self)), UInt32.self)
                ip += 1
            case .doubleShift16i:
                v.doubleShift(ip, ip.pointee.immediate, UInt16.self)
                ip += 1
            case .doubleShift16:
                v.doubleShift(ip, UInt32(r.get(ip.pointee.c, UInt8.self)), UInt16.self)
                ip += 1
            case .doubleShift32i:
                v.doubleShift(ip, ip.pointee.immediate, UInt32.self)
                ip += 1
            case .doubleShift32:
                v.doubleShift(ip, UInt32(r.get(ip.pointee.c, UInt8.self)), UInt32.self)
                ip += 1
            case .mul8:
                v.multiply(ip, UInt8.self, signed: false)
                ip += 1
            case .mul16:
                v.multiply(ip, UInt16.self, signed: false)
                ip += 1
            case .mul32:
                v.multiply(ip, UInt32.self, signed: false)
                ip += 1
            case .imul8:
                v.multiply(ip, UInt8.self, signed: true)
                ip += 1
            case .imul16:
                v.multiply(ip, UInt16.self, signed: true)
                ip += 1
            case .imul32:
                v.multiply(ip, UInt32.self, signed: true)
                ip += 1
            case .div8:
                guard v.divide(ip, UInt8.self, signed: false) else {
                    return raise(GuestFault(.divideError), ip, fragment)
                }
                ip += 1
            case .div16:
                guard v.divide(ip, UInt16.self, signed: false) else {
                    return raise(GuestFault(.divideError), ip, fragment)
                }
                ip += 1
            case .div32:
                guard v.divide(ip, UInt32.self, signed: false) else {
                    return raise(GuestFault(.divideError), ip, fragment)
                }
                ip += 1
            case .idiv8:
                guard v.divide(ip, UInt8.self, signed: true) else {
                    return raise(GuestFault(.divideError), ip, fragment)
                }
                ip += 1
            case .idiv16:
                guard v.divide(ip, UInt16.self, signed: true) else {
                    return raise(GuestFault(.divideError), ip, fragment)
                }
                ip += 1
            case .idiv32:
                guard v.divide(ip, UInt32.self, signed: true) else {
                    return raise(GuestFault(.divideError), ip, fragment)
                }
                ip += 1
            case .imulTwo16:
                r.set(ip.pointee.a, v.multiply(r.get(ip.pointee.a, UInt16.self), r.get(ip.pointee.b, UInt16.self)))
                ip += 1
            case .imulTwo32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &* r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .imulTwo32in:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self) &* ip.pointee.immediate)
                ip += 1
            case .imulTwo16i:
                r.set(
                    ip.pointee.a,
                    v.multiply(r.get(ip.pointee.b, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate)))
                ip += 1
            case .bit16:
                v.bit(ip, UInt32(r.get(ip.pointee.b, UInt16.self)), UInt16.self)
                ip += 1
            case .bit16i:
                v.bit(ip, ip.pointee.immediate, UInt16.self)
                ip += 1
            case .bsf16:
                v.scanBits(ip, UInt16.self, forward: true)
                ip += 1
            case .bsr16:
                v.scanBits(ip, UInt16.self, forward: false)
                ip += 1
            case .imulTwo32:
                r.set(ip.pointee.a, v.multiply(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .imulTwo32i:
                r.set(ip.pointee.a, v.multiply(r.get(ip.pointee.b, UInt32.self), ip.pointee.immediate))
                ip += 1
            case .bit32:
                v.bit(ip, UInt32(r.get(ip.pointee.b, UInt32.self)), UInt32.self)
                ip += 1
            case .bit32i:
                v.bit(ip, ip.pointee.immediate, UInt32.self)
                ip += 1
            case .bsf32:
                v.scanBits(ip, UInt32.self, forward: true)
                ip += 1
            case .bsr32:
                v.scanBits(ip, UInt32.self, forward: false)
                ip += 1
            case .bitOffset16:
                r.set(
                    ip.pointee.a,
                    UInt32(bitPattern: Int32(Int16(bitPattern: r.get(ip.pointee.b, UInt16.self)) >> 4) &<< 1))
                ip += 1
            case .bitOffset32:
                r.set(
                    ip.pointee.a, UInt32(bitPattern: (Int32(bitPattern: r.get(ip.pointee.b, UInt32.self)) >> 5) &<< 2))
                ip += 1
            case .daa, .das, .aaa, .aas, .aam, .aad:
                v.decimal(ip)
                ip += 1
            case .setcc:
                r.set(ip.pointee.a, v.holds(ip) ? UInt8(1) : 0)
                ip += 1
            case .cmov16:
                if v.holds(ip) { r.set(ip.pointee.a, r.get(ip.pointee.b, UInt16.self)) }
                ip += 1
            case .cmov32:
                if v.holds(ip) { r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self)) }
                ip += 1
            case .lahf:
                r.set(1, UInt8(truncatingIfNeeded: v.arithmeticFlags.rawValue & 0xD5 | 2))
                ip += 1
            case .sahf:
                let kept = v.overflowFlag ? EFlags.overflow.rawValue : 0
                v.arithmeticFlags = EFlags(rawValue: UInt32(r.get(1, UInt8.self)) & 0xD5 | kept)
                ip += 1
            case .salc:
                r.set(0, v.carryFlag ? UInt8(0xFF) : 0)
                ip += 1
            case .clc:
                v.replaceCarry(false)
                ip += 1
            case .stc:
                v.replaceCarry(true)
                ip += 1
            case .cmc:
                v.replaceCarry(!v.carryFlag)
                ip += 1
            case .cld:
                v.pointee.direction = 1
                ip += 1
            case .std:
                v.pointee.direction = -1
                ip += 1
            case .compareExchange8B:
                v.compareExchange8B()
                ip += 1
            case .arpl:
                v.adjustRPL(ip)
                ip += 1
            case .bound16:
                guard v.isWithinBounds(ip, Int16.self) else { return raise(GuestFault(.boundRange), ip, fragment) }
                ip += 1
            case .bound32:
                guard v.isWithinBounds(ip, Int32.self) else { return raise(GuestFault(.boundRange), ip, fragment) }
                ip += 1
            case .step16:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt16.self) &+ UInt16(truncatingIfNeeded: r.step(ip, v)))
                ip += 1
            case .step32:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.step(ip, v))
                ip += 1
            case .load8B:
                if let host = tlb.readHost(r.base(ip), 1) {
                    r.set(ip.pointee.a, vellum_load8(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .load16B:
                if let host = tlb.readHost(r.base(ip), 2) {
                    r.set(ip.pointee.a, vellum_load16(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .load32B:
                if let host = tlb.readHost(r.base(ip), 4) {
                    r.set(ip.pointee.a, vellum_load32(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .loadZX8B:
                if let host = tlb.readHost(r.base(ip), 1) {
                    r.set(ip.pointee.a, UInt32(vellum_load8(host)))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .loadZX16B:
                if let host = tlb.readHost(r.base(ip), 2) {
                    r.set(ip.pointee.a, UInt32(vellum_load16(host)))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .loadSX8B:
                if let host = tlb.readHost(r.base(ip), 1) {
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int8(bitPattern: vellum_load8(host)))))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .loadSX16B:
                if let host = tlb.readHost(r.base(ip), 2) {
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int16(bitPattern: vellum_load16(host)))))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .modify8B:
                if let host = tlb.modifyHost(r.base(ip), 1) {
                    r.set(ip.pointee.a, vellum_load8(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .modify16B:
                if let host = tlb.modifyHost(r.base(ip), 2) {
                    r.set(ip.pointee.a, vellum_load16(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .modify32B:
                if let host = tlb.modifyHost(r.base(ip), 4) {
                    r.set(ip.pointee.a, vellum_load32(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .load8X:
                if let host = tlb.readHost(r.indexed(ip), 1) {
                    r.set(ip.pointee.a, vellum_load8(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .load16X:
                if let host = tlb.readHost(r.indexed(ip), 2) {
                    r.set(ip.pointee.a, vellum_load16(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .load32X:
                if let host = tlb.readHost(r.indexed(ip), 4) {
                    r.set(ip.pointee.a, vellum_load32(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .loadZX8X:
                if let host = tlb.readHost(r.indexed(ip), 1) {
                    r.set(ip.pointee.a, UInt32(vellum_load8(host)))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .loadZX16X:
                if let host = tlb.readHost(r.indexed(ip), 2) {
                    r.set(ip.pointee.a, UInt32(vellum_load16(host)))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .loadSX8X:
                if let host = tlb.readHost(r.indexed(ip), 1) {
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int8(bitPattern: vellum_load8(host)))))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .loadSX16X:
                if let host = tlb.readHost(r.indexed(ip), 2) {
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int16(bitPattern: vellum_load16(host)))))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .modify8X:
                if let host = tlb.modifyHost(r.indexed(ip), 1) {
                    r.set(ip.pointee.a, vellum_load8(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .modify16X:
                if let host = tlb.modifyHost(r.indexed(ip), 2) {
                    r.set(ip.pointee.a, vellum_load16(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .modify32X:
                if let host = tlb.modifyHost(r.indexed(ip), 4) {
                    r.set(ip.pointee.a, vellum_load32(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .load8S:
                if let host = v.readHost(ip, 1, tlb) {
                    r.set(ip.pointee.a, vellum_load8(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .load16S:
                if let host = v.readHost(ip, 2, tlb) {
                    r.set(ip.pointee.a, vellum_load16(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .load32S:
                if let host = v.readHost(ip, 4, tlb) {
                    r.set(ip.pointee.a, vellum_load32(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .loadZX8S:
                if let host = v.readHost(ip, 1, tlb) {
                    r.set(ip.pointee.a, UInt32(vellum_load8(host)))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .loadZX16S:
                if let host = v.readHost(ip, 2, tlb) {
                    r.set(ip.pointee.a, UInt32(vellum_load16(host)))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .loadSX8S:
                if let host = v.readHost(ip, 1, tlb) {
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int8(bitPattern: vellum_load8(host)))))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .loadSX16S:
                if let host = v.readHost(ip, 2, tlb) {
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int16(bitPattern: vellum_load16(host)))))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .modify8S:
                if let host = v.modifyHost(ip, 1, tlb) {
                    r.set(ip.pointee.a, vellum_load8(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .modify16S:
                if let host = v.modifyHost(ip, 2, tlb) {
                    r.set(ip.pointee.a, vellum_load16(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .modify32S:
                if let host = v.modifyHost(ip, 4, tlb) {
                    r.set(ip.pointee.a, vellum_load32(host))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store8B:
                if let host = tlb.writeHost(r.base(ip), 1) {
                    vellum_store8(host, r.get(ip.pointee.a, UInt8.self))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store8iB:
                if let host = tlb.writeHost(r.base(ip), 1) {
                    vellum_store8(host, UInt8(truncatingIfNeeded: ip.pointee.immediate))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store16B:
                if let host = tlb.writeHost(r.base(ip), 2) {
                    vellum_store16(host, r.get(ip.pointee.a, UInt16.self))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store16iB:
                if let host = tlb.writeHost(r.base(ip), 2) {
                    vellum_store16(host, UInt16(truncatingIfNeeded: ip.pointee.immediate))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store32B:
                if let host = tlb.writeHost(r.base(ip), 4) {
                    vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store32iB:
                if let host = tlb.writeHost(r.base(ip), 4) {
                    vellum_store32(host, ip.pointee.immediate)
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store8X:
                if let host = tlb.writeHost(r.indexed(ip), 1) {
                    vellum_store8(host, r.get(ip.pointee.a, UInt8.self))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store8iX:
                if let host = tlb.writeHost(r.indexed(ip), 1) {
                    vellum_store8(host, UInt8(truncatingIfNeeded: ip.pointee.immediate))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store16X:
                if let host = tlb.writeHost(r.indexed(ip), 2) {
                    vellum_store16(host, r.get(ip.pointee.a, UInt16.self))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store16iX:
                if let host = tlb.writeHost(r.indexed(ip), 2) {
                    vellum_store16(host, UInt16(truncatingIfNeeded: ip.pointee.immediate))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store32X:
                if let host = tlb.writeHost(r.indexed(ip), 4) {
                    vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store32iX:
                if let host = tlb.writeHost(r.indexed(ip), 4) {
                    vellum_store32(host, ip.pointee.immediate)
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store8S:
                if let host = v.writeHost(ip, 1, tlb) {
                    vellum_store8(host, r.get(ip.pointee.a, UInt8.self))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store8iS:
                if let host = v.writeHost(ip, 1, tlb) {
                    vellum_store8(host, UInt8(truncatingIfNeeded: ip.pointee.immediate))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store16S:
                if let host = v.writeHost(ip, 2, tlb) {
                    vellum_store16(host, r.get(ip.pointee.a, UInt16.self))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store16iS:
                if let host = v.writeHost(ip, 2, tlb) {
                    vellum_store16(host, UInt16(truncatingIfNeeded: ip.pointee.immediate))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store32S:
                if let host = v.writeHost(ip, 4, tlb) {
                    vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .store32iS:
                if let host = v.writeHost(ip, 4, tlb) {
                    vellum_store32(host, ip.pointee.immediate)
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .probeWrite:
                guard probeWrite(ip, fragment) else { return raise(pending, ip, fragment) }
                ip = after(ip, fragment, cpu)
            case .push32:
                let address = r.get(Self.stackPointer, UInt32.self) &- 4
                if let host = tlb.writeHost(address, 4) {
                    vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                    r.set(Self.stackPointer, address)
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .push32i:
                let address = r.get(Self.stackPointer, UInt32.self) &- 4
                if let host = tlb.writeHost(address, 4) {
                    vellum_store32(host, ip.pointee.immediate)
                    r.set(Self.stackPointer, address)
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .pop32:
                let address = r.get(Self.stackPointer, UInt32.self)
                if let host = tlb.readHost(address, 4) {
                    let value = vellum_load32(host)
                    r.set(Self.stackPointer, address &+ 4)
                    r.set(ip.pointee.a, value)
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .push16:
                let at = UInt32(r.get(Self.stackPointer, UInt16.self) &- 2)
                if let host = v.writeHost(ip, at, 2, tlb) {
                    vellum_store16(host, r.get(ip.pointee.a, UInt16.self))
                    r.set(Self.stackPointer, UInt16(truncatingIfNeeded: at))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .push16i:
                let at = UInt32(r.get(Self.stackPointer, UInt16.self) &- 2)
                if let host = v.writeHost(ip, at, 2, tlb) {
                    vellum_store16(host, UInt16(truncatingIfNeeded: ip.pointee.immediate))
                    r.set(Self.stackPointer, UInt16(truncatingIfNeeded: at))
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .pop16:
                let at = r.get(Self.stackPointer, UInt16.self)
                if let host = v.readHost(ip, UInt32(at), 2, tlb) {
                    let value = vellum_load16(host)
                    r.set(Self.stackPointer, at &+ 2)
                    r.set(ip.pointee.a, value)
                    ip += 1
                } else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                }
            case .bulkMove:
                bulkMove(ip, tlb)
                ip += 1
            case .bulkFill:
                bulkFill(ip, tlb)
                ip += 1
            case .bulkScan:
                bulkScan(ip, tlb)
                ip += 1
            case .bulkCompare:
                bulkCompare(ip, tlb)
                ip += 1
            case .linear:
                r.set(ip.pointee.a, v.window(ip).pointee.base &+ r.base(ip))
                ip += 1
            case .limitCheck:
                if r.get(ip.pointee.a, UInt32.self) > ip.pointee.immediate {
                    return raise(GuestFault(.generalProtection), ip, fragment)
                }
                ip += 1
            case .skipIfZero16:
                if r.get(ip.pointee.a, UInt16.self) == 0 {
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    ip += 1
                }
            case .skipIfZero32:
                if r.get(ip.pointee.a, UInt32.self) == 0 {
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    ip += 1
                }
            case .hypervisor:
                var outcome = callInCache(ip, fragment)
                if outcome < 0 { outcome = hypervisorCall(ip, fragment) }
                switch outcome {
                case 0: ip += 1
                case 1: ip = endAfter(ip, fragment)
                case 2:
                    guard let next = proceed() else { return .fragmentEnd }
                    fragment = next
                    ip = next.operations
                    tlb = mmu.currentEntries
                default: return raiseFromCall(ip, fragment)
                }
            case .wait:
                if unit.isErrorPending {
                    guard let next = step(wait(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                } else {
                    ip += 1
                }
            case .floatLoad32:
                let at = r.indexed(ip)
                if let host = v.source(ip, at, 4, tlb), vellum_x87_load32(unit, vellum_load32(host)) {
                    note(ip, at, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .floatLoad64:
                let at = r.indexed(ip)
                if let host = v.source(ip, at, 8, tlb), vellum_x87_load64(unit, vellum_load64(host)) {
                    note(ip, at, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .floatStore32:
                let at = r.indexed(ip)
                var bits: UInt32 = 0
                if let host = v.target(ip, at, 4, tlb), vellum_x87_store32(unit, &bits) {
                    vellum_store32(host, bits)
                    vellum_x87_finish_store(unit, UInt32(VELLUM_X87_STORE32), ip.pointee.immediate & 8 != 0)
                    note(ip, at, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .floatStore64:
                let at = r.indexed(ip)
                var bits: UInt64 = 0
                if let host = v.target(ip, at, 8, tlb), vellum_x87_store64(unit, &bits) {
                    vellum_store64(host, bits)
                    vellum_x87_finish_store(unit, UInt32(VELLUM_X87_STORE64), ip.pointee.immediate & 8 != 0)
                    note(ip, at, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .floatMemory32:
                let at = r.indexed(ip)
                let op = ip.pointee.immediate >> 3 & 7
                if let host = v.source(ip, at, 4, tlb), vellum_x87_memory32(unit, op, vellum_load32(host)) {
                    note(ip, at, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .floatMemory64:
                let at = r.indexed(ip)
                let op = ip.pointee.immediate >> 3 & 7
                if let host = v.source(ip, at, 8, tlb), vellum_x87_memory64(unit, op, vellum_load64(host)) {
                    note(ip, at, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .floatRegister:
                if vellum_x87_arithmetic(unit, ip.pointee.immediate) {
                    note(ip, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .floatExchange:
                if vellum_x87_exchange(unit, ip.pointee.immediate & 7) {
                    note(ip, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .floatDuplicate:
                if vellum_x87_duplicate(unit, ip.pointee.immediate & 7) {
                    note(ip, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .float, .floatRead, .floatWrite:
                guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                ip = next
            case .simd, .simdRead, .simdWrite:
                guard let next = step(simd(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                ip = next
            case .logEntry:
                logEntry(fragment, cpu)
                ip += 1
            case .jump:
                guard let next = follow(0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchO:
                guard let next = branch(v.overflowFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchNO:
                guard let next = branch(!v.overflowFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchB:
                guard let next = branch(v.carryFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchNB:
                guard let next = branch(!v.carryFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchZ:
                guard let next = branch(v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchNZ:
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchBE:
                guard let next = branch(v.carryFlag || v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchA:
                guard let next = branch(!(v.carryFlag || v.zeroFlag), fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchS:
                guard let next = branch(v.signFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchNS:
                guard let next = branch(!v.signFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchP:
                guard let next = branch(v.parityFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchNP:
                guard let next = branch(!v.parityFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchL:
                guard let next = branch(v.signFlag != v.overflowFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchNL:
                guard let next = branch(v.signFlag == v.overflowFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchLE:
                let isTaken = v.zeroFlag || v.signFlag != v.overflowFlag
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .branchG:
                let isTaken = !v.zeroFlag && v.signFlag == v.overflowFlag
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32BranchB:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                guard let next = branch(left < right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32BranchNB:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                guard let next = branch(left >= right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32BranchZ:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                guard let next = branch(left == right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32BranchNZ:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                guard let next = branch(left != right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32BranchBE:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                guard let next = branch(left <= right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32BranchA:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                guard let next = branch(left > right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32BranchL:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                let isTaken = Int32(bitPattern: left) < Int32(bitPattern: right)
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32BranchNL:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                let isTaken = Int32(bitPattern: left) >= Int32(bitPattern: right)
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32BranchLE:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                let isTaken = Int32(bitPattern: left) <= Int32(bitPattern: right)
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32BranchG:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                let isTaken = Int32(bitPattern: left) > Int32(bitPattern: right)
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32iBranchB:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                guard let next = branch(left < right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32iBranchNB:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                guard let next = branch(left >= right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32iBranchZ:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                guard let next = branch(left == right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32iBranchNZ:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                guard let next = branch(left != right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32iBranchBE:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                guard let next = branch(left <= right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32iBranchA:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                guard let next = branch(left > right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32iBranchL:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                let isTaken = Int32(bitPattern: left) < Int32(bitPattern: right)
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32iBranchNL:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                let isTaken = Int32(bitPattern: left) >= Int32(bitPattern: right)
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32iBranchLE:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                let isTaken = Int32(bitPattern: left) <= Int32(bitPattern: right)
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp32iBranchG:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                let isTaken = Int32(bitPattern: left) > Int32(bitPattern: right)
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp8iBranchZ:
                let left = r.get(ip.pointee.a, UInt8.self)
                let right = UInt8(truncatingIfNeeded: ip.pointee.immediate)
                _ = v.subtract(left, right)
                guard let next = branch(left == right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp8iBranchNZ:
                let left = r.get(ip.pointee.a, UInt8.self)
                let right = UInt8(truncatingIfNeeded: ip.pointee.immediate)
                _ = v.subtract(left, right)
                guard let next = branch(left != right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp8iBranchB:
                let left = r.get(ip.pointee.a, UInt8.self)
                let right = UInt8(truncatingIfNeeded: ip.pointee.immediate)
                _ = v.subtract(left, right)
                guard let next = branch(left < right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp8iBranchNB:
                let left = r.get(ip.pointee.a, UInt8.self)
                let right = UInt8(truncatingIfNeeded: ip.pointee.immediate)
                _ = v.subtract(left, right)
                guard let next = branch(left >= right, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .test32BranchZ:
                let value = v.logic(r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                guard let next = branch(value == 0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .test32BranchNZ:
                let value = v.logic(r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                guard let next = branch(value != 0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .test32BranchS:
                let value = v.logic(r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                guard let next = branch(Int32(bitPattern: value) < 0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .test32BranchNS:
                let value = v.logic(r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                guard let next = branch(Int32(bitPattern: value) >= 0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .test8iBranchZ:
                let value = v.logic(r.get(ip.pointee.a, UInt8.self) & UInt8(truncatingIfNeeded: ip.pointee.immediate))
                guard let next = branch(value == 0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .test8iBranchNZ:
                let value = v.logic(r.get(ip.pointee.a, UInt8.self) & UInt8(truncatingIfNeeded: ip.pointee.immediate))
                guard let next = branch(value != 0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .dec32BranchNZ:
                let value = v.decrement(r.get(ip.pointee.a, UInt32.self))
                r.set(ip.pointee.a, value)
                guard let next = branch(value != 0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .slotBranchZ16:
                let isTaken = r.get(ip.pointee.a, UInt16.self) == 0
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .slotBranchNZ16:
                let isTaken = r.get(ip.pointee.a, UInt16.self) != 0
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .loopWhile16:
                let isTaken = r.get(ip.pointee.a, UInt16.self) != 0 && v.zeroFlag == (ip.pointee.d != 0)
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .slotBranchZ32:
                let isTaken = r.get(ip.pointee.a, UInt32.self) == 0
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .slotBranchNZ32:
                let isTaken = r.get(ip.pointee.a, UInt32.self) != 0
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .loopWhile32:
                let isTaken = r.get(ip.pointee.a, UInt32.self) != 0 && v.zeroFlag == (ip.pointee.d != 0)
                guard let next = branch(isTaken, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .indirect:
                guard let next = go(to: r.get(ip.pointee.b, UInt32.self), cpu, jumps) else { return stopped() }
                fragment = next
                ip = next.operations
            case .return32:
                let address = r.get(Self.stackPointer, UInt32.self)
                let target: UInt32
                if let host = tlb.readHost(address, 4) {
                    target = vellum_load32(host)
                } else {
                    let value = slowLoad(address, 4, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    target = UInt32(truncatingIfNeeded: value)
                }
                r.set(Self.stackPointer, address &+ 4 &+ ip.pointee.immediate)
                if cpu.pointee.engine.endRequested { stealBudget() }
                guard let next = go(to: target, cpu, jumps) else { return stopped() }
                fragment = next
                ip = next.operations
            case .fault:
                return raise(terminalFault(ip), ip, fragment)
            case .exit:
                cpu.pointee.engine.eip = ip.pointee.displacement
                refund(after: ip, fragment, cpu)
                guard let next = proceed() else { return .fragmentEnd }
                fragment = next
                ip = next.operations
                tlb = mmu.currentEntries
            // Superinstructions: made from the cases above, see Superinstructions.swift.
            case .store32BAdd32inLeaBCmp32BranchNB:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.base(ip))
                ip += 1
                let left3 = r.get(ip.pointee.a, UInt32.self)
                let right3 = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left3, right3)
                guard let next = branch(left3 >= right3, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .add32inAdd32iBranchNZ:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BSub32inStore32BCmp32iBranchG:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &- ip.pointee.immediate)
                ip += 1
                guard let host2 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                let left3 = r.get(ip.pointee.a, UInt32.self)
                let right3 = ip.pointee.immediate
                _ = v.subtract(left3, right3)
                let isTaken3 = Int32(bitPattern: left3) > Int32(bitPattern: right3)
                guard let next = branch(isTaken3, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .add32nAdd32inAdd32iBranchNZ:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .store8iBAdd32nCmp32iBranchB:
                guard let host = tlb.writeHost(r.base(ip), 1) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store8(host, UInt8(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                let left2 = r.get(ip.pointee.a, UInt32.self)
                let right2 = ip.pointee.immediate
                _ = v.subtract(left2, right2)
                guard let next = branch(left2 < right2, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .move32Add32inLoadZX8XCmp32iBranchA:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                guard let host2 = tlb.readHost(r.indexed(ip), 1) else { continue }
                r.set(ip.pointee.a, UInt32(vellum_load8(host2)))
                ip += 1
                let left3 = r.get(ip.pointee.a, UInt32.self)
                let right3 = ip.pointee.immediate
                _ = v.subtract(left3, right3)
                guard let next = branch(left3 > right3, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BLoad32XImulTwo32n:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let host1 = tlb.readHost(r.indexed(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &* r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .loadZX8BAdd32inTest8BranchNZ:
                guard let host = tlb.readHost(r.base(ip), 1) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, UInt32(vellum_load8(host)))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                _ = v.logic(r.get(ip.pointee.a, UInt8.self) & r.get(ip.pointee.b, UInt8.self))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp8Step32LeaBLoopWhile32:
                _ = v.subtract(r.get(ip.pointee.a, UInt8.self), r.get(ip.pointee.b, UInt8.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.step(ip, v))
                ip += 1
                r.set(ip.pointee.a, r.base(ip))
                ip += 1
                let isTaken3 = r.get(ip.pointee.a, UInt32.self) != 0 && v.zeroFlag == (ip.pointee.d != 0)
                guard let next = branch(isTaken3, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .xor32nStore32XAdd32inCmp32iBranchNZ:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host1 = tlb.writeHost(r.indexed(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                let left3 = r.get(ip.pointee.a, UInt32.self)
                let right3 = ip.pointee.immediate
                _ = v.subtract(left3, right3)
                guard let next = branch(left3 != right3, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .xor32nAdd32inAdd32iBranchNZ:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BCmp32BranchZ:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                let left1 = r.get(ip.pointee.a, UInt32.self)
                let right1 = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left1, right1)
                guard let next = branch(left1 == right1, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .add32inAdd32inAdd8inCmp32iBranchNZ:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt8.self) &+ UInt8(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                let left3 = r.get(ip.pointee.a, UInt32.self)
                let right3 = ip.pointee.immediate
                _ = v.subtract(left3, right3)
                guard let next = branch(left3 != right3, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32XLeaBStore32XLeaX:
                guard let host = tlb.readHost(r.indexed(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.base(ip))
                ip += 1
                guard let host2 = tlb.writeHost(r.indexed(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.indexed(ip))
                ip += 1
            case .load32BCmp32BranchB:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                let left1 = r.get(ip.pointee.a, UInt32.self)
                let right1 = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left1, right1)
                guard let next = branch(left1 < right1, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .floatLoad64FloatMemory64FloatRegister:
                if floatCombined(UInt64.self, ip, fragment, unit, tlb, cpu) {
                    ip += 3
                    continue
                }
                if floatLoaded(UInt64.self, ip, fragment, unit, tlb, cpu) {
                    ip += 2
                    continue
                }
                let at = r.indexed(ip)
                guard let host = v.source(ip, at, 8, tlb), vellum_x87_load64(unit, vellum_load64(host)) else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                    continue
                }
                note(ip, at, fragment, unit, cpu)
                ip += 1
            case .floatLoad32FloatMemory32FloatRegister:
                if floatCombined(UInt32.self, ip, fragment, unit, tlb, cpu) {
                    ip += 3
                    continue
                }
                if floatLoaded(UInt32.self, ip, fragment, unit, tlb, cpu) {
                    ip += 2
                    continue
                }
                let at = r.indexed(ip)
                guard let host = v.source(ip, at, 4, tlb), vellum_x87_load32(unit, vellum_load32(host)) else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                    continue
                }
                note(ip, at, fragment, unit, cpu)
                ip += 1
            case .floatLoad64FloatMemory64:
                if floatLoaded(UInt64.self, ip, fragment, unit, tlb, cpu) {
                    ip += 2
                    continue
                }
                let at = r.indexed(ip)
                guard let host = v.source(ip, at, 8, tlb), vellum_x87_load64(unit, vellum_load64(host)) else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                    continue
                }
                note(ip, at, fragment, unit, cpu)
                ip += 1
            case .floatLoad32FloatMemory32:
                if floatLoaded(UInt32.self, ip, fragment, unit, tlb, cpu) {
                    ip += 2
                    continue
                }
                let at = r.indexed(ip)
                guard let host = v.source(ip, at, 4, tlb), vellum_x87_load32(unit, vellum_load32(host)) else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                    continue
                }
                note(ip, at, fragment, unit, cpu)
                ip += 1
            case .store8iBInc32BranchNZ:
                guard let host = tlb.writeHost(r.base(ip), 1) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store8(host, UInt8(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, v.increment(r.get(ip.pointee.a, UInt32.self)))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BAdd32inCmp32BranchL:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                let left2 = r.get(ip.pointee.a, UInt32.self)
                let right2 = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left2, right2)
                let isTaken2 = Int32(bitPattern: left2) < Int32(bitPattern: right2)
                guard let next = branch(isTaken2, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .zeroExtend8And32inShl32i:
                r.set(ip.pointee.a, UInt32(r.get(ip.pointee.b, UInt8.self)))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) & ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, v.shl(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
            case .leaBMove32Push32iJump:
                r.set(ip.pointee.a, r.base(ip))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                let address2 = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host2 = tlb.writeHost(address2, 4) else { continue }
                vellum_store32(host2, ip.pointee.immediate)
                r.set(Self.stackPointer, address2)
                ip += 1
                guard let next = follow(0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .shl32inOr32nCmp16iBranchA:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &<< ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) | r.get(ip.pointee.b, UInt32.self))
                ip += 1
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                guard let next = branch(!(v.carryFlag || v.zeroFlag), fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .push32iJump:
                let address = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host = tlb.writeHost(address, 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, ip.pointee.immediate)
                r.set(Self.stackPointer, address)
                ip += 1
                guard let next = follow(0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BAdd32inCmp32BranchG:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                let left2 = r.get(ip.pointee.a, UInt32.self)
                let right2 = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left2, right2)
                let isTaken2 = Int32(bitPattern: left2) > Int32(bitPattern: right2)
                guard let next = branch(isTaken2, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BLoad32BLoad32BLoad32B:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                guard let host2 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host2))
                ip += 1
                guard let host3 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host3))
                ip += 1
            case .add32iPop32Pop32Return32:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self)
                guard let host1 = tlb.readHost(address1, 4) else { continue }
                let value1 = vellum_load32(host1)
                r.set(Self.stackPointer, address1 &+ 4)
                r.set(ip.pointee.a, value1)
                ip += 1
                let address2 = r.get(Self.stackPointer, UInt32.self)
                guard let host2 = tlb.readHost(address2, 4) else { continue }
                let value2 = vellum_load32(host2)
                r.set(Self.stackPointer, address2 &+ 4)
                r.set(ip.pointee.a, value2)
                ip += 1
                let address3 = r.get(Self.stackPointer, UInt32.self)
                let target3: UInt32
                if let host3 = tlb.readHost(address3, 4) {
                    target3 = vellum_load32(host3)
                } else {
                    let value3 = slowLoad(address3, 4, ip, fragment)
                    if value3 > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    target3 = UInt32(truncatingIfNeeded: value3)
                }
                r.set(Self.stackPointer, address3 &+ 4 &+ ip.pointee.immediate)
                if cpu.pointee.engine.endRequested { stealBudget() }
                guard let next = go(to: target3, cpu, jumps) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32XIndirect:
                guard let host = tlb.readHost(r.indexed(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let next = go(to: r.get(ip.pointee.b, UInt32.self), cpu, jumps) else { return stopped() }
                fragment = next
                ip = next.operations
            case .store8BStep32Step32Jump:
                guard let host = tlb.writeHost(r.base(ip), 1) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store8(host, r.get(ip.pointee.a, UInt8.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.step(ip, v))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.step(ip, v))
                ip += 1
                guard let next = follow(0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load8BCmp8BranchNZ:
                guard let host = tlb.readHost(r.base(ip), 1) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load8(host))
                ip += 1
                _ = v.subtract(r.get(ip.pointee.a, UInt8.self), r.get(ip.pointee.b, UInt8.self))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .add32iMove32Push32iJump:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                let address2 = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host2 = tlb.writeHost(address2, 4) else { continue }
                vellum_store32(host2, ip.pointee.immediate)
                r.set(Self.stackPointer, address2)
                ip += 1
                guard let next = follow(0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .shl32inAdd32nZeroExtend8Xor32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &<< ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, UInt32(r.get(ip.pointee.b, UInt8.self)))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .move32ZeroExtend16Shr32inAdd32n:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, UInt32(r.get(ip.pointee.b, UInt16.self)))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &>> ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .load32XMove32ZeroExtend16Shr32in:
                guard let host = tlb.readHost(r.indexed(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, UInt32(r.get(ip.pointee.b, UInt16.self)))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &>> ip.pointee.immediate)
                ip += 1
            case .modify32BDec32Store32BBranchNZ:
                guard let host = tlb.modifyHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, v.decrement(r.get(ip.pointee.a, UInt32.self)))
                ip += 1
                guard let host2 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .leaXAdd32iStore32BBranchNZ:
                r.set(ip.pointee.a, r.indexed(ip))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                guard let host2 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BAdc32Store32XMove32:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, v.addCarry(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host2 = tlb.writeHost(r.indexed(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .add32Load32BLoad32XSub32:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                guard let host2 = tlb.readHost(r.indexed(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host2))
                ip += 1
                r.set(ip.pointee.a, v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .move32Load32BSetccShr32in:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                r.set(ip.pointee.a, v.holds(ip) ? UInt8(1) : 0)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &>> ip.pointee.immediate)
                ip += 1
            case .xor32nAdd32Load32BCmp32:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host2 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host2))
                ip += 1
                _ = v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .load32BCmov32Add32nShl32in:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                if v.holds(ip) { r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self)) }
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &<< ip.pointee.immediate)
                ip += 1
            case .add32inCmp32Move32Move32:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                _ = v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .store32BMove32Add32Load32B:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host3 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host3))
                ip += 1
            case .imulTwo32nImulTwo32nImulTwo32nImulTwo32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &* r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &* r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &* r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &* r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .xor32nMove32RotateLeft32inXor32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                let value2 = r.get(ip.pointee.a, UInt32.self)
                r.set(ip.pointee.a, value2 &<< ip.pointee.immediate | value2 &>> (32 &- ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .move32RotateLeft32inMove32RotateLeft32in:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                let value1 = r.get(ip.pointee.a, UInt32.self)
                r.set(ip.pointee.a, value1 &<< ip.pointee.immediate | value1 &>> (32 &- ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                let value3 = r.get(ip.pointee.a, UInt32.self)
                r.set(ip.pointee.a, value3 &<< ip.pointee.immediate | value3 &>> (32 &- ip.pointee.immediate))
                ip += 1
            case .add32inLoad32BAdd32inCmp32BranchG:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                let left3 = r.get(ip.pointee.a, UInt32.self)
                let right3 = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left3, right3)
                let isTaken3 = Int32(bitPattern: left3) > Int32(bitPattern: right3)
                guard let next = branch(isTaken3, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .move32Load32BAdd32inCmp32BranchL:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                let left3 = r.get(ip.pointee.a, UInt32.self)
                let right3 = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left3, right3)
                let isTaken3 = Int32(bitPattern: left3) < Int32(bitPattern: right3)
                guard let next = branch(isTaken3, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .lea16Load32SAdd16inMove32:
                r.set(ip.pointee.a, (r.base(ip) &+ r.get(ip.pointee.c, UInt32.self)) & 0xFFFF)
                ip += 1
                guard let host1 = v.readHost(ip, 4, tlb) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                r.set(
                    ip.pointee.a, r.get(ip.pointee.a, UInt16.self) &+ UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .add32inCmp32Move32BranchA:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                _ = v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let next = branch(!(v.carryFlag || v.zeroFlag), fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .and32inAdd32Dec32BranchNZ:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) & ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                let value2 = v.decrement(r.get(ip.pointee.a, UInt32.self))
                r.set(ip.pointee.a, value2)
                guard let next = branch(value2 != 0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .push32Push32Push32:
                let address = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host = tlb.writeHost(address, 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                r.set(Self.stackPointer, address)
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host1 = tlb.writeHost(address1, 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                r.set(Self.stackPointer, address1)
                ip += 1
                let address2 = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host2 = tlb.writeHost(address2, 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                r.set(Self.stackPointer, address2)
                ip += 1
            case .move32Set32Move32:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, UInt32(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .move8ZeroExtend8Set32:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt8.self))
                ip += 1
                r.set(ip.pointee.a, UInt32(r.get(ip.pointee.b, UInt8.self)))
                ip += 1
                r.set(ip.pointee.a, UInt32(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .push16iJump:
                let at = UInt32(r.get(Self.stackPointer, UInt16.self) &- 2)
                guard let host = v.writeHost(ip, at, 2, tlb) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store16(host, UInt16(truncatingIfNeeded: ip.pointee.immediate))
                r.set(Self.stackPointer, UInt16(truncatingIfNeeded: at))
                ip += 1
                guard let next = follow(0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .push16Push16iJump:
                let at = UInt32(r.get(Self.stackPointer, UInt16.self) &- 2)
                guard let host = v.writeHost(ip, at, 2, tlb) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store16(host, r.get(ip.pointee.a, UInt16.self))
                r.set(Self.stackPointer, UInt16(truncatingIfNeeded: at))
                ip += 1
                let at1 = UInt32(r.get(Self.stackPointer, UInt16.self) &- 2)
                guard let host1 = v.writeHost(ip, at1, 2, tlb) else { continue }
                vellum_store16(host1, UInt16(truncatingIfNeeded: ip.pointee.immediate))
                r.set(Self.stackPointer, UInt16(truncatingIfNeeded: at1))
                ip += 1
                guard let next = follow(0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .push16Push16:
                let at = UInt32(r.get(Self.stackPointer, UInt16.self) &- 2)
                guard let host = v.writeHost(ip, at, 2, tlb) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store16(host, r.get(ip.pointee.a, UInt16.self))
                r.set(Self.stackPointer, UInt16(truncatingIfNeeded: at))
                ip += 1
                let at1 = UInt32(r.get(Self.stackPointer, UInt16.self) &- 2)
                guard let host1 = v.writeHost(ip, at1, 2, tlb) else { continue }
                vellum_store16(host1, r.get(ip.pointee.a, UInt16.self))
                r.set(Self.stackPointer, UInt16(truncatingIfNeeded: at1))
                ip += 1
            case .push16Move16:
                let at = UInt32(r.get(Self.stackPointer, UInt16.self) &- 2)
                guard let host = v.writeHost(ip, at, 2, tlb) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store16(host, r.get(ip.pointee.a, UInt16.self))
                r.set(Self.stackPointer, UInt16(truncatingIfNeeded: at))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt16.self))
                ip += 1
            case .move16Push16:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt16.self))
                ip += 1
                let at1 = UInt32(r.get(Self.stackPointer, UInt16.self) &- 2)
                guard let host1 = v.writeHost(ip, at1, 2, tlb) else { continue }
                vellum_store16(host1, r.get(ip.pointee.a, UInt16.self))
                r.set(Self.stackPointer, UInt16(truncatingIfNeeded: at1))
                ip += 1
            case .load16SPush16:
                guard let host = v.readHost(ip, 2, tlb) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load16(host))
                ip += 1
                let at1 = UInt32(r.get(Self.stackPointer, UInt16.self) &- 2)
                guard let host1 = v.writeHost(ip, at1, 2, tlb) else { continue }
                vellum_store16(host1, r.get(ip.pointee.a, UInt16.self))
                r.set(Self.stackPointer, UInt16(truncatingIfNeeded: at1))
                ip += 1
            case .pop16Pop16:
                let at = r.get(Self.stackPointer, UInt16.self)
                guard let host = v.readHost(ip, UInt32(at), 2, tlb) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                let value = vellum_load16(host)
                r.set(Self.stackPointer, at &+ 2)
                r.set(ip.pointee.a, value)
                ip += 1
                let at1 = r.get(Self.stackPointer, UInt16.self)
                guard let host1 = v.readHost(ip, UInt32(at1), 2, tlb) else { continue }
                let value1 = vellum_load16(host1)
                r.set(Self.stackPointer, at1 &+ 2)
                r.set(ip.pointee.a, value1)
                ip += 1
            case .lea16Load16S:
                r.set(ip.pointee.a, (r.base(ip) &+ r.get(ip.pointee.c, UInt32.self)) & 0xFFFF)
                ip += 1
                guard let host1 = v.readHost(ip, 2, tlb) else { continue }
                r.set(ip.pointee.a, vellum_load16(host1))
                ip += 1
            case .lea16Load8S:
                r.set(ip.pointee.a, (r.base(ip) &+ r.get(ip.pointee.c, UInt32.self)) & 0xFFFF)
                ip += 1
                guard let host1 = v.readHost(ip, 1, tlb) else { continue }
                r.set(ip.pointee.a, vellum_load8(host1))
                ip += 1
            case .lea16LoadZX16S:
                r.set(ip.pointee.a, (r.base(ip) &+ r.get(ip.pointee.c, UInt32.self)) & 0xFFFF)
                ip += 1
                guard let host1 = v.readHost(ip, 2, tlb) else { continue }
                r.set(ip.pointee.a, UInt32(vellum_load16(host1)))
                ip += 1
            case .lea16Store16S:
                r.set(ip.pointee.a, (r.base(ip) &+ r.get(ip.pointee.c, UInt32.self)) & 0xFFFF)
                ip += 1
                guard let host1 = v.writeHost(ip, 2, tlb) else { continue }
                vellum_store16(host1, r.get(ip.pointee.a, UInt16.self))
                ip += 1
            case .lea16Store8S:
                r.set(ip.pointee.a, (r.base(ip) &+ r.get(ip.pointee.c, UInt32.self)) & 0xFFFF)
                ip += 1
                guard let host1 = v.writeHost(ip, 1, tlb) else { continue }
                vellum_store8(host1, r.get(ip.pointee.a, UInt8.self))
                ip += 1
            case .lea16Store16iS:
                r.set(ip.pointee.a, (r.base(ip) &+ r.get(ip.pointee.c, UInt32.self)) & 0xFFFF)
                ip += 1
                guard let host1 = v.writeHost(ip, 2, tlb) else { continue }
                vellum_store16(host1, UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .lea16Store8iS:
                r.set(ip.pointee.a, (r.base(ip) &+ r.get(ip.pointee.c, UInt32.self)) & 0xFFFF)
                ip += 1
                guard let host1 = v.writeHost(ip, 1, tlb) else { continue }
                vellum_store8(host1, UInt8(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .lea16Modify16S:
                r.set(ip.pointee.a, (r.base(ip) &+ r.get(ip.pointee.c, UInt32.self)) & 0xFFFF)
                ip += 1
                guard let host1 = v.modifyHost(ip, 2, tlb) else { continue }
                r.set(ip.pointee.a, vellum_load16(host1))
                ip += 1
            case .cmp16iBranchZ:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                guard let next = branch(v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp16iBranchNZ:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp16iBranchB:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                guard let next = branch(v.carryFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp16iBranchNB:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                guard let next = branch(!v.carryFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp16iBranchL:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                guard let next = branch(v.signFlag != v.overflowFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp16iBranchNL:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                guard let next = branch(v.signFlag == v.overflowFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp16iBranchLE:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                let isTaken1 = v.zeroFlag || v.signFlag != v.overflowFlag
                guard let next = branch(isTaken1, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp16iBranchG:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                let isTaken1 = !v.zeroFlag && v.signFlag == v.overflowFlag
                guard let next = branch(isTaken1, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp16BranchZ:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), r.get(ip.pointee.b, UInt16.self))
                ip += 1
                guard let next = branch(v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp16BranchNZ:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), r.get(ip.pointee.b, UInt16.self))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp16BranchB:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), r.get(ip.pointee.b, UInt16.self))
                ip += 1
                guard let next = branch(v.carryFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp16BranchNB:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), r.get(ip.pointee.b, UInt16.self))
                ip += 1
                guard let next = branch(!v.carryFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp16BranchL:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), r.get(ip.pointee.b, UInt16.self))
                ip += 1
                guard let next = branch(v.signFlag != v.overflowFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .cmp16BranchNL:
                _ = v.subtract(r.get(ip.pointee.a, UInt16.self), r.get(ip.pointee.b, UInt16.self))
                ip += 1
                guard let next = branch(v.signFlag == v.overflowFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .dec16BranchNZ:
                r.set(ip.pointee.a, v.decrement(r.get(ip.pointee.a, UInt16.self)))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load8SStep16:
                guard let host = v.readHost(ip, 1, tlb) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load8(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt16.self) &+ UInt16(truncatingIfNeeded: r.step(ip, v)))
                ip += 1
            case .store8SStep16:
                guard let host = v.writeHost(ip, 1, tlb) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store8(host, r.get(ip.pointee.a, UInt8.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt16.self) &+ UInt16(truncatingIfNeeded: r.step(ip, v)))
                ip += 1
            case .load16SStep16:
                guard let host = v.readHost(ip, 2, tlb) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load16(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt16.self) &+ UInt16(truncatingIfNeeded: r.step(ip, v)))
                ip += 1
            case .store16SStep16:
                guard let host = v.writeHost(ip, 2, tlb) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store16(host, r.get(ip.pointee.a, UInt16.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt16.self) &+ UInt16(truncatingIfNeeded: r.step(ip, v)))
                ip += 1
            case .move16Move16:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt16.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt16.self))
                ip += 1
            case .lea16LoadZX16SAdd16inIndirect:
                r.set(ip.pointee.a, (r.base(ip) &+ r.get(ip.pointee.c, UInt32.self)) & 0xFFFF)
                ip += 1
                guard let host1 = v.readHost(ip, 2, tlb) else { continue }
                r.set(ip.pointee.a, UInt32(vellum_load16(host1)))
                ip += 1
                r.set(
                    ip.pointee.a, r.get(ip.pointee.a, UInt16.self) &+ UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                guard let next = go(to: r.get(ip.pointee.b, UInt32.self), cpu, jumps) else { return stopped() }
                fragment = next
                ip = next.operations
            case .add32inCmp32iBranchZ:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                let left1 = r.get(ip.pointee.a, UInt32.self)
                let right1 = ip.pointee.immediate
                _ = v.subtract(left1, right1)
                guard let next = branch(left1 == right1, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load8XStore8XJump:
                guard let host = tlb.readHost(r.indexed(ip), 1) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load8(host))
                ip += 1
                guard let host1 = tlb.writeHost(r.indexed(ip), 1) else { continue }
                vellum_store8(host1, r.get(ip.pointee.a, UInt8.self))
                ip += 1
                guard let next = follow(0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load8BCmp8iBranchNZ:
                guard let host = tlb.readHost(r.base(ip), 1) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load8(host))
                ip += 1
                let left1 = r.get(ip.pointee.a, UInt8.self)
                let right1 = UInt8(truncatingIfNeeded: ip.pointee.immediate)
                _ = v.subtract(left1, right1)
                guard let next = branch(left1 != right1, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .move32Cmp32iBranchB:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                let left1 = r.get(ip.pointee.a, UInt32.self)
                let right1 = ip.pointee.immediate
                _ = v.subtract(left1, right1)
                guard let next = branch(left1 < right1, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .skipIfZero32Load8B:
                if r.get(ip.pointee.a, UInt32.self) == 0 {
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                    continue
                }
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 1) else { continue }
                r.set(ip.pointee.a, vellum_load8(host1))
                ip += 1
            case .move8Test8iBranchZ:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt8.self))
                ip += 1
                let value1 = v.logic(r.get(ip.pointee.a, UInt8.self) & UInt8(truncatingIfNeeded: ip.pointee.immediate))
                guard let next = branch(value1 == 0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .modify32XAdd32Store32XJump:
                guard let host = tlb.modifyHost(r.indexed(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host2 = tlb.writeHost(r.indexed(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let next = follow(0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .loadZX8XLoad32XLoad32XCmp32BranchNZ:
                guard let host = tlb.readHost(r.indexed(ip), 1) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, UInt32(vellum_load8(host)))
                ip += 1
                guard let host1 = tlb.readHost(r.indexed(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                guard let host2 = tlb.readHost(r.indexed(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host2))
                ip += 1
                let left3 = r.get(ip.pointee.a, UInt32.self)
                let right3 = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left3, right3)
                guard let next = branch(left3 != right3, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BStore32BPush32iIndirect:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                let address2 = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host2 = tlb.writeHost(address2, 4) else { continue }
                vellum_store32(host2, ip.pointee.immediate)
                r.set(Self.stackPointer, address2)
                ip += 1
                guard let next = go(to: r.get(ip.pointee.b, UInt32.self), cpu, jumps) else { return stopped() }
                fragment = next
                ip = next.operations
            case .add32inLeaXAdd32inCmp32iBranchNZ:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.indexed(ip))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                let left3 = r.get(ip.pointee.a, UInt32.self)
                let right3 = ip.pointee.immediate
                _ = v.subtract(left3, right3)
                guard let next = branch(left3 != right3, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .modify32BStore16BStore32B:
                guard let host = tlb.modifyHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 2) else { continue }
                vellum_store16(host1, r.get(ip.pointee.a, UInt16.self))
                ip += 1
                guard let host2 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .modify32BInc32Store32B:
                guard let host = tlb.modifyHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, v.increment(r.get(ip.pointee.a, UInt32.self)))
                ip += 1
                guard let host2 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .store32BLoad32BStore32BLoad32B:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                guard let host2 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let host3 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host3))
                ip += 1
            case .store8SMove8Test8BranchZ:
                guard let host = v.writeHost(ip, 1, tlb) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store8(host, r.get(ip.pointee.a, UInt8.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt8.self))
                ip += 1
                _ = v.logic(r.get(ip.pointee.a, UInt8.self) & r.get(ip.pointee.b, UInt8.self))
                ip += 1
                guard let next = branch(v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .move32Load32BSbb32BranchB:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                r.set(
                    ip.pointee.a, v.subtractBorrow(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let next = branch(v.carryFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .store32BModify32BAdc32Store32B:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let host1 = tlb.modifyHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                r.set(ip.pointee.a, v.addCarry(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host3 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host3, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .load32BLoad32BModify32BAdd32:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                guard let host2 = tlb.modifyHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host2))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .add32Adc32Load32BCmp32:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                r.set(ip.pointee.a, v.addCarry(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host2 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host2))
                ip += 1
                _ = v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .load32BReturn32:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self)
                let target1: UInt32
                if let host1 = tlb.readHost(address1, 4) {
                    target1 = vellum_load32(host1)
                } else {
                    let value1 = slowLoad(address1, 4, ip, fragment)
                    if value1 > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    target1 = UInt32(truncatingIfNeeded: value1)
                }
                r.set(Self.stackPointer, address1 &+ 4 &+ ip.pointee.immediate)
                if cpu.pointee.engine.endRequested { stealBudget() }
                guard let next = go(to: target1, cpu, jumps) else { return stopped() }
                fragment = next
                ip = next.operations
            case .pop32Pop32Pop32Return32:
                let address = r.get(Self.stackPointer, UInt32.self)
                guard let host = tlb.readHost(address, 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                let value = vellum_load32(host)
                r.set(Self.stackPointer, address &+ 4)
                r.set(ip.pointee.a, value)
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self)
                guard let host1 = tlb.readHost(address1, 4) else { continue }
                let value1 = vellum_load32(host1)
                r.set(Self.stackPointer, address1 &+ 4)
                r.set(ip.pointee.a, value1)
                ip += 1
                let address2 = r.get(Self.stackPointer, UInt32.self)
                guard let host2 = tlb.readHost(address2, 4) else { continue }
                let value2 = vellum_load32(host2)
                r.set(Self.stackPointer, address2 &+ 4)
                r.set(ip.pointee.a, value2)
                ip += 1
                let address3 = r.get(Self.stackPointer, UInt32.self)
                let target3: UInt32
                if let host3 = tlb.readHost(address3, 4) {
                    target3 = vellum_load32(host3)
                } else {
                    let value3 = slowLoad(address3, 4, ip, fragment)
                    if value3 > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    target3 = UInt32(truncatingIfNeeded: value3)
                }
                r.set(Self.stackPointer, address3 &+ 4 &+ ip.pointee.immediate)
                if cpu.pointee.engine.endRequested { stealBudget() }
                guard let next = go(to: target3, cpu, jumps) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load8BLoad8XCmp8BranchNZ:
                guard let host = tlb.readHost(r.base(ip), 1) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load8(host))
                ip += 1
                guard let host1 = tlb.readHost(r.indexed(ip), 1) else { continue }
                r.set(ip.pointee.a, vellum_load8(host1))
                ip += 1
                _ = v.subtract(r.get(ip.pointee.a, UInt8.self), r.get(ip.pointee.b, UInt8.self))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .modify32XShr32iStore32XJump:
                guard let host = tlb.modifyHost(r.indexed(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, v.shr(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                guard let host2 = tlb.writeHost(r.indexed(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let next = follow(0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .move32Shr32inAnd32i:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &>> ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, v.logic(r.get(ip.pointee.a, UInt32.self) & ip.pointee.immediate))
                ip += 1
            case .loadZX8XLoad8XTest8iBranchZ:
                guard let host = tlb.readHost(r.indexed(ip), 1) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, UInt32(vellum_load8(host)))
                ip += 1
                guard let host1 = tlb.readHost(r.indexed(ip), 1) else { continue }
                r.set(ip.pointee.a, vellum_load8(host1))
                ip += 1
                let value2 = v.logic(r.get(ip.pointee.a, UInt8.self) & UInt8(truncatingIfNeeded: ip.pointee.immediate))
                guard let next = branch(value2 == 0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .move32Move32RotateLeft32inRotateLeft32in:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                let value2 = r.get(ip.pointee.a, UInt32.self)
                r.set(ip.pointee.a, value2 &<< ip.pointee.immediate | value2 &>> (32 &- ip.pointee.immediate))
                ip += 1
                let value3 = r.get(ip.pointee.a, UInt32.self)
                r.set(ip.pointee.a, value3 &<< ip.pointee.immediate | value3 &>> (32 &- ip.pointee.immediate))
                ip += 1
            case .load32XAdd32nLoad32BAdd32n:
                guard let host = tlb.readHost(r.indexed(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host2 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host2))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .add32nLoad32BLoad32BAdd32:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                guard let host2 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host2))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .load32BLoad32BMove32Xor32n:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .store32BStore32BStore32BBranchNZ:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let host2 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .add32nAdd32iStore32BLoad32B:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                guard let host2 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let host3 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host3))
                ip += 1
            case .and32nMove32And32nXor32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .not32And32nAdd32nAdd32n:
                r.set(ip.pointee.a, ~r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .add32nLoad32BStore32BMove32:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                guard let host2 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .store32BMove32And32nLoad32B:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host3 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host3))
                ip += 1
            case .and32inAdd32nAdd32nAdd32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) & ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .dec32Move32Set32Move32:
                r.set(ip.pointee.a, v.decrement(r.get(ip.pointee.a, UInt32.self)))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, UInt32(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .add32nMove32Add32Dec32BranchNZ:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                let value3 = v.decrement(r.get(ip.pointee.a, UInt32.self))
                r.set(ip.pointee.a, value3)
                guard let next = branch(value3 != 0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .add32iSet32:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, UInt32(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .store32BAdd32inCmp32BranchA:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                let left2 = r.get(ip.pointee.a, UInt32.self)
                let right2 = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left2, right2)
                guard let next = branch(left2 > right2, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BLoadZX16XLoad32BCmp32BranchNB:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let host1 = tlb.readHost(r.indexed(ip), 2) else { continue }
                r.set(ip.pointee.a, UInt32(vellum_load16(host1)))
                ip += 1
                guard let host2 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host2))
                ip += 1
                let left3 = r.get(ip.pointee.a, UInt32.self)
                let right3 = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left3, right3)
                guard let next = branch(left3 >= right3, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .add16inLea16Store32SAdd16in:
                r.set(
                    ip.pointee.a, r.get(ip.pointee.a, UInt16.self) &+ UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, (r.base(ip) &+ r.get(ip.pointee.c, UInt32.self)) & 0xFFFF)
                ip += 1
                guard let host2 = v.writeHost(ip, 4, tlb) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(
                    ip.pointee.a, r.get(ip.pointee.a, UInt16.self) &+ UInt16(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .add32inCmp32iMove32BranchA:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                _ = v.subtract(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let next = branch(!(v.carryFlag || v.zeroFlag), fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .move32Sub32nAdd8inStore8B:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &- r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt8.self) &+ UInt8(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                guard let host3 = tlb.writeHost(r.base(ip), 1) else { continue }
                vellum_store8(host3, r.get(ip.pointee.a, UInt8.self))
                ip += 1
            case .shr32inLeaXLeaXAdd32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &>> ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.indexed(ip))
                ip += 1
                r.set(ip.pointee.a, r.indexed(ip))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .store32BStore32B:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .sub32iBranchB:
                r.set(ip.pointee.a, v.subtract(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                guard let next = branch(v.carryFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .xor32nShr32inXor32nAdd32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &>> ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .shr32iMove32Load32BAdd32:
                r.set(ip.pointee.a, v.shr(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host2 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host2))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .store32XAdd32nAdd32iBranchNZ:
                guard let host = tlb.writeHost(r.indexed(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BLoad32XAdd32Adc32:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let host1 = tlb.readHost(r.indexed(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                r.set(ip.pointee.a, v.addCarry(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .add32Load32BCmp32Setcc:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                _ = v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, v.holds(ip) ? UInt8(1) : 0)
                ip += 1
            case .xor32nStore32BMove32Shl32in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &<< ip.pointee.immediate)
                ip += 1
            case .load32BCmov32ZeroExtend16Add32n:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                if v.holds(ip) { r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self)) }
                ip += 1
                r.set(ip.pointee.a, UInt32(r.get(ip.pointee.b, UInt16.self)))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .add32Load32BAdd32inCmp32:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                _ = v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .load32BAdd32nMove32Shr32in:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &>> ip.pointee.immediate)
                ip += 1
            case .load32BImulTwo32nImulTwo32Store32B:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &* r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, v.multiply(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host3 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host3, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .shr32inImulTwo32nImulTwo32Store32B:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &>> ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &* r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, v.multiply(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host3 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host3, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .load32XLoad32BZeroExtend16Move32:
                guard let host = tlb.readHost(r.indexed(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                r.set(ip.pointee.a, UInt32(r.get(ip.pointee.b, UInt16.self)))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .add32Adc32Test32BranchNS:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                r.set(ip.pointee.a, v.addCarry(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                let value2 = v.logic(r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                guard let next = branch(Int32(bitPattern: value2) >= 0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .leaXLoad16SLoad32SCmp32BranchNB:
                r.set(ip.pointee.a, r.indexed(ip))
                ip += 1
                guard let host1 = v.readHost(ip, 2, tlb) else { continue }
                r.set(ip.pointee.a, vellum_load16(host1))
                ip += 1
                guard let host2 = v.readHost(ip, 4, tlb) else { continue }
                r.set(ip.pointee.a, vellum_load32(host2))
                ip += 1
                let left3 = r.get(ip.pointee.a, UInt32.self)
                let right3 = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left3, right3)
                guard let next = branch(left3 >= right3, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .shr32iLeaXLoadZX16SMul32:
                r.set(ip.pointee.a, v.shr(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, r.indexed(ip))
                ip += 1
                guard let host2 = v.readHost(ip, 2, tlb) else { continue }
                r.set(ip.pointee.a, UInt32(vellum_load16(host2)))
                ip += 1
                v.multiply(ip, UInt32.self, signed: false)
                ip += 1
            case .rotateLeft32inXor32nMove32Shr32in:
                let value = r.get(ip.pointee.a, UInt32.self)
                r.set(ip.pointee.a, value &<< ip.pointee.immediate | value &>> (32 &- ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &>> ip.pointee.immediate)
                ip += 1
            case .store32XAdd32iMove32BranchNZ:
                guard let host = tlb.writeHost(r.indexed(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .xor32nAdd32nLoad32XAdd32n:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host2 = tlb.readHost(r.indexed(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host2))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .load32XMove32RotateLeft32inMove32:
                guard let host = tlb.readHost(r.indexed(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                let value2 = r.get(ip.pointee.a, UInt32.self)
                r.set(ip.pointee.a, value2 &<< ip.pointee.immediate | value2 &>> (32 &- ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .loadZX8XJump:
                guard let host = tlb.readHost(r.indexed(ip), 1) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, UInt32(vellum_load8(host)))
                ip += 1
                guard let next = follow(0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BSub32Load32BSbb32:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host2 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host2))
                ip += 1
                r.set(
                    ip.pointee.a, v.subtractBorrow(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .move32LoadZX16BLoadZX16B:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 2) else { continue }
                r.set(ip.pointee.a, UInt32(vellum_load16(host1)))
                ip += 1
                guard let host2 = tlb.readHost(r.base(ip), 2) else { continue }
                r.set(ip.pointee.a, UInt32(vellum_load16(host2)))
                ip += 1
            case .store32BStore32BStore32BStore32B:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let host2 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host2, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let host3 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host3, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .move32Load32B:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
            case .leaXAdd32inAdd32inCmp32iBranchNZ:
                r.set(ip.pointee.a, r.indexed(ip))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                let left3 = r.get(ip.pointee.a, UInt32.self)
                let right3 = ip.pointee.immediate
                _ = v.subtract(left3, right3)
                guard let next = branch(left3 != right3, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BLeaX:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.indexed(ip))
                ip += 1
            case .move32And32in:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) & ip.pointee.immediate)
                ip += 1
            case .load32XLoadZX8X:
                guard let host = tlb.readHost(r.indexed(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let host1 = tlb.readHost(r.indexed(ip), 1) else { continue }
                r.set(ip.pointee.a, UInt32(vellum_load8(host1)))
                ip += 1
            case .and32inStore32BAdd32iBranchNZ:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) & ip.pointee.immediate)
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .add32iBranchNZ:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .leaXLoad32XAdd32Store32X:
                r.set(ip.pointee.a, r.indexed(ip))
                ip += 1
                guard let host1 = tlb.readHost(r.indexed(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host3 = tlb.writeHost(r.indexed(ip), 4) else { continue }
                vellum_store32(host3, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .load32BLoad32B:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
            case .test8BranchZ:
                _ = v.logic(r.get(ip.pointee.a, UInt8.self) & r.get(ip.pointee.b, UInt8.self))
                ip += 1
                guard let next = branch(v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .push32Load32B:
                let address = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host = tlb.writeHost(address, 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                r.set(Self.stackPointer, address)
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
            case .push32Move32:
                let address = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host = tlb.writeHost(address, 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                r.set(Self.stackPointer, address)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .store32BLoad32B:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
            case .move32Move32:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .load32BStore32B:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .leaBStore32B:
                r.set(ip.pointee.a, r.base(ip))
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .leaBMove32:
                r.set(ip.pointee.a, r.base(ip))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .cmp32Move32:
                _ = v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .load32BAdd32n:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .load32BTest32BranchZ:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                let value1 = v.logic(r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                guard let next = branch(value1 == 0, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BAdd32:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
            case .push32Push32:
                let address = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host = tlb.writeHost(address, 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                r.set(Self.stackPointer, address)
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host1 = tlb.writeHost(address1, 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                r.set(Self.stackPointer, address1)
                ip += 1
            case .load32BLoad32X:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                guard let host1 = tlb.readHost(r.indexed(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
            case .set32Move32:
                r.set(ip.pointee.a, UInt32(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .load32BMove32:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .pop32Return32:
                let address = r.get(Self.stackPointer, UInt32.self)
                guard let host = tlb.readHost(address, 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                let value = vellum_load32(host)
                r.set(Self.stackPointer, address &+ 4)
                r.set(ip.pointee.a, value)
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self)
                let target1: UInt32
                if let host1 = tlb.readHost(address1, 4) {
                    target1 = vellum_load32(host1)
                } else {
                    let value1 = slowLoad(address1, 4, ip, fragment)
                    if value1 > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    target1 = UInt32(truncatingIfNeeded: value1)
                }
                r.set(Self.stackPointer, address1 &+ 4 &+ ip.pointee.immediate)
                if cpu.pointee.engine.endRequested { stealBudget() }
                guard let next = go(to: target1, cpu, jumps) else { return stopped() }
                fragment = next
                ip = next.operations
            case .add32inCmp32iBranchNZ:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                let left1 = r.get(ip.pointee.a, UInt32.self)
                let right1 = ip.pointee.immediate
                _ = v.subtract(left1, right1)
                guard let next = branch(left1 != right1, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .move32Shr32in:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &>> ip.pointee.immediate)
                ip += 1
            case .load32BLeaB:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.base(ip))
                ip += 1
            case .store32BMove32:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .load32BCmp32BranchNB:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                let left1 = r.get(ip.pointee.a, UInt32.self)
                let right1 = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left1, right1)
                guard let next = branch(left1 >= right1, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .move32Push32:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host1 = tlb.writeHost(address1, 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                r.set(Self.stackPointer, address1)
                ip += 1
            case .add32iPop32:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self)
                guard let host1 = tlb.readHost(address1, 4) else { continue }
                let value1 = vellum_load32(host1)
                r.set(Self.stackPointer, address1 &+ 4)
                r.set(ip.pointee.a, value1)
                ip += 1
            case .store32BAdd32in:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
            case .sub32Load32B:
                r.set(ip.pointee.a, v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
            case .store32XAdd32in:
                guard let host = tlb.writeHost(r.indexed(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
            case .add32Store32B:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .step32LeaB:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.step(ip, v))
                ip += 1
                r.set(ip.pointee.a, r.base(ip))
                ip += 1
            case .add32inAdd32in:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
            case .move32Pop32:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self)
                guard let host1 = tlb.readHost(address1, 4) else { continue }
                let value1 = vellum_load32(host1)
                r.set(Self.stackPointer, address1 &+ 4)
                r.set(ip.pointee.a, value1)
                ip += 1
            case .push32Sub32in:
                let address = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host = tlb.writeHost(address, 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                r.set(Self.stackPointer, address)
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &- ip.pointee.immediate)
                ip += 1
            case .move32Store32B:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .test8BranchNZ:
                _ = v.logic(r.get(ip.pointee.a, UInt8.self) & r.get(ip.pointee.b, UInt8.self))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .add32iStore32B:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .load32BXor32n:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) ^ r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .leaBPush32:
                r.set(ip.pointee.a, r.base(ip))
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host1 = tlb.writeHost(address1, 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                r.set(Self.stackPointer, address1)
                ip += 1
            case .sub32inStore32B:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &- ip.pointee.immediate)
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .leaBLoad32B:
                r.set(ip.pointee.a, r.base(ip))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
            case .move32Set32:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, UInt32(truncatingIfNeeded: ip.pointee.immediate))
                ip += 1
            case .add32nMove32:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .load8BCmp8:
                guard let host = tlb.readHost(r.base(ip), 1) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load8(host))
                ip += 1
                _ = v.subtract(r.get(ip.pointee.a, UInt8.self), r.get(ip.pointee.b, UInt8.self))
                ip += 1
            case .store32BLeaB:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                r.set(ip.pointee.a, r.base(ip))
                ip += 1
            case .pop32Pop32:
                let address = r.get(Self.stackPointer, UInt32.self)
                guard let host = tlb.readHost(address, 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                let value = vellum_load32(host)
                r.set(Self.stackPointer, address &+ 4)
                r.set(ip.pointee.a, value)
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self)
                guard let host1 = tlb.readHost(address1, 4) else { continue }
                let value1 = vellum_load32(host1)
                r.set(Self.stackPointer, address1 &+ 4)
                r.set(ip.pointee.a, value1)
                ip += 1
            case .leaBPop32:
                r.set(ip.pointee.a, r.base(ip))
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self)
                guard let host1 = tlb.readHost(address1, 4) else { continue }
                let value1 = vellum_load32(host1)
                r.set(Self.stackPointer, address1 &+ 4)
                r.set(ip.pointee.a, value1)
                ip += 1
            case .add32Load32B:
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self)))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
            case .cmp8BranchNZ:
                _ = v.subtract(r.get(ip.pointee.a, UInt8.self), r.get(ip.pointee.b, UInt8.self))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .load32BCmp32:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                _ = v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .load32BAdd32in:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
            case .add32nStore32B:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ r.get(ip.pointee.b, UInt32.self))
                ip += 1
                guard let host1 = tlb.writeHost(r.base(ip), 4) else { continue }
                vellum_store32(host1, r.get(ip.pointee.a, UInt32.self))
                ip += 1
            case .leaXLoad32B:
                r.set(ip.pointee.a, r.indexed(ip))
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
            case .sub32inLoad32B:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &- ip.pointee.immediate)
                ip += 1
                guard let host1 = tlb.readHost(r.base(ip), 4) else { continue }
                r.set(ip.pointee.a, vellum_load32(host1))
                ip += 1
            case .load32BPush32i:
                guard let host = tlb.readHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                r.set(ip.pointee.a, vellum_load32(host))
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host1 = tlb.writeHost(address1, 4) else { continue }
                vellum_store32(host1, ip.pointee.immediate)
                r.set(Self.stackPointer, address1)
                ip += 1
            case .add32inAdd32i:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                r.set(ip.pointee.a, v.add(r.get(ip.pointee.a, UInt32.self), ip.pointee.immediate))
                ip += 1
            case .push32Push32i:
                let address = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host = tlb.writeHost(address, 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                r.set(Self.stackPointer, address)
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host1 = tlb.writeHost(address1, 4) else { continue }
                vellum_store32(host1, ip.pointee.immediate)
                r.set(Self.stackPointer, address1)
                ip += 1
            case .store32BBranchNZ:
                guard let host = tlb.writeHost(r.base(ip), 4) else {
                    guard let next = access(ip, fragment) else { return raise(pending, ip, fragment) }
                    ip = next
                    continue
                }
                vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                ip += 1
                guard let next = branch(!v.zeroFlag, fragment, cpu) else { return stopped() }
                fragment = next
                ip = next.operations
            case .add32inCmp32:
                r.set(ip.pointee.a, r.get(ip.pointee.a, UInt32.self) &+ ip.pointee.immediate)
                ip += 1
                _ = v.subtract(r.get(ip.pointee.a, UInt32.self), r.get(ip.pointee.b, UInt32.self))
                ip += 1
            case .move32Push32i:
                r.set(ip.pointee.a, r.get(ip.pointee.b, UInt32.self))
                ip += 1
                let address1 = r.get(Self.stackPointer, UInt32.self) &- 4
                guard let host1 = tlb.writeHost(address1, 4) else { continue }
                vellum_store32(host1, ip.pointee.immediate)
                r.set(Self.stackPointer, address1)
                ip += 1
            // End of the superinstructions.
            }
        }
    }
}
