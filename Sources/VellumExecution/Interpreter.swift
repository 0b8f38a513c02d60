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

    /// Shared with the resolver, which fills it.
    let jumps: JumpCache

    package init(cpu: CPU, mmu: SoftMMU, host: any BackendHost, jumps: JumpCache) {
        self.cpu = cpu
        self.jumps = jumps
        self.mmu = mmu
        self.host = host
        stub = .allocate(capacity: Interpreter.stubCapacity)
        stub.initialize(repeating: MicroOp(.exit), count: Interpreter.stubCapacity)
    }

    deinit { stub.deallocate() }

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
            switch ip.pointee.opcode {
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
                let address = r.base(ip)
                if let host = tlb.readHost(address, 1) {
                    r.set(ip.pointee.a, vellum_load8(host))
                    ip += 1
                } else {
                    let value = slowLoad(address, 1, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt8(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .load16B:
                let address = r.base(ip)
                if let host = tlb.readHost(address, 2) {
                    r.set(ip.pointee.a, vellum_load16(host))
                    ip += 1
                } else {
                    let value = slowLoad(address, 2, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt16(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .load32B:
                let address = r.base(ip)
                if let host = tlb.readHost(address, 4) {
                    r.set(ip.pointee.a, vellum_load32(host))
                    ip += 1
                } else {
                    let value = slowLoad(address, 4, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .loadZX8B:
                let address = r.base(ip)
                if let host = tlb.readHost(address, 1) {
                    r.set(ip.pointee.a, UInt32(vellum_load8(host)))
                    ip += 1
                } else {
                    let value = slowLoad(address, 1, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(UInt8(truncatingIfNeeded: value)))
                    ip = after(ip, fragment, cpu)
                }
            case .loadZX16B:
                let address = r.base(ip)
                if let host = tlb.readHost(address, 2) {
                    r.set(ip.pointee.a, UInt32(vellum_load16(host)))
                    ip += 1
                } else {
                    let value = slowLoad(address, 2, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(UInt16(truncatingIfNeeded: value)))
                    ip = after(ip, fragment, cpu)
                }
            case .loadSX8B:
                let address = r.base(ip)
                if let host = tlb.readHost(address, 1) {
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int8(bitPattern: vellum_load8(host)))))
                    ip += 1
                } else {
                    let value = slowLoad(address, 1, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int8(bitPattern: UInt8(truncatingIfNeeded: value)))))
                    ip = after(ip, fragment, cpu)
                }
            case .loadSX16B:
                let address = r.base(ip)
                if let host = tlb.readHost(address, 2) {
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int16(bitPattern: vellum_load16(host)))))
                    ip += 1
                } else {
                    let value = slowLoad(address, 2, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int16(bitPattern: UInt16(truncatingIfNeeded: value)))))
                    ip = after(ip, fragment, cpu)
                }
            case .modify8B:
                let address = r.base(ip)
                if let host = tlb.modifyHost(address, 1) {
                    r.set(ip.pointee.a, vellum_load8(host))
                    ip += 1
                } else {
                    let value = slowModify(address, 1, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt8(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .modify16B:
                let address = r.base(ip)
                if let host = tlb.modifyHost(address, 2) {
                    r.set(ip.pointee.a, vellum_load16(host))
                    ip += 1
                } else {
                    let value = slowModify(address, 2, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt16(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .modify32B:
                let address = r.base(ip)
                if let host = tlb.modifyHost(address, 4) {
                    r.set(ip.pointee.a, vellum_load32(host))
                    ip += 1
                } else {
                    let value = slowModify(address, 4, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .load8X:
                let address = r.indexed(ip)
                if let host = tlb.readHost(address, 1) {
                    r.set(ip.pointee.a, vellum_load8(host))
                    ip += 1
                } else {
                    let value = slowLoad(address, 1, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt8(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .load16X:
                let address = r.indexed(ip)
                if let host = tlb.readHost(address, 2) {
                    r.set(ip.pointee.a, vellum_load16(host))
                    ip += 1
                } else {
                    let value = slowLoad(address, 2, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt16(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .load32X:
                let address = r.indexed(ip)
                if let host = tlb.readHost(address, 4) {
                    r.set(ip.pointee.a, vellum_load32(host))
                    ip += 1
                } else {
                    let value = slowLoad(address, 4, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .loadZX8X:
                let address = r.indexed(ip)
                if let host = tlb.readHost(address, 1) {
                    r.set(ip.pointee.a, UInt32(vellum_load8(host)))
                    ip += 1
                } else {
                    let value = slowLoad(address, 1, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(UInt8(truncatingIfNeeded: value)))
                    ip = after(ip, fragment, cpu)
                }
            case .loadZX16X:
                let address = r.indexed(ip)
                if let host = tlb.readHost(address, 2) {
                    r.set(ip.pointee.a, UInt32(vellum_load16(host)))
                    ip += 1
                } else {
                    let value = slowLoad(address, 2, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(UInt16(truncatingIfNeeded: value)))
                    ip = after(ip, fragment, cpu)
                }
            case .loadSX8X:
                let address = r.indexed(ip)
                if let host = tlb.readHost(address, 1) {
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int8(bitPattern: vellum_load8(host)))))
                    ip += 1
                } else {
                    let value = slowLoad(address, 1, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int8(bitPattern: UInt8(truncatingIfNeeded: value)))))
                    ip = after(ip, fragment, cpu)
                }
            case .loadSX16X:
                let address = r.indexed(ip)
                if let host = tlb.readHost(address, 2) {
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int16(bitPattern: vellum_load16(host)))))
                    ip += 1
                } else {
                    let value = slowLoad(address, 2, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int16(bitPattern: UInt16(truncatingIfNeeded: value)))))
                    ip = after(ip, fragment, cpu)
                }
            case .modify8X:
                let address = r.indexed(ip)
                if let host = tlb.modifyHost(address, 1) {
                    r.set(ip.pointee.a, vellum_load8(host))
                    ip += 1
                } else {
                    let value = slowModify(address, 1, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt8(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .modify16X:
                let address = r.indexed(ip)
                if let host = tlb.modifyHost(address, 2) {
                    r.set(ip.pointee.a, vellum_load16(host))
                    ip += 1
                } else {
                    let value = slowModify(address, 2, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt16(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .modify32X:
                let address = r.indexed(ip)
                if let host = tlb.modifyHost(address, 4) {
                    r.set(ip.pointee.a, vellum_load32(host))
                    ip += 1
                } else {
                    let value = slowModify(address, 4, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .load8S:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 0 <= window.pointee.readLast,
                    let host = tlb.readHost(address, 1)
                {
                    r.set(ip.pointee.a, vellum_load8(host))
                    ip += 1
                } else {
                    let value = slowLoadSegmented(offset, 1, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt8(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .load16S:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 1 <= window.pointee.readLast,
                    let host = tlb.readHost(address, 2)
                {
                    r.set(ip.pointee.a, vellum_load16(host))
                    ip += 1
                } else {
                    let value = slowLoadSegmented(offset, 2, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt16(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .load32S:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 3 <= window.pointee.readLast,
                    let host = tlb.readHost(address, 4)
                {
                    r.set(ip.pointee.a, vellum_load32(host))
                    ip += 1
                } else {
                    let value = slowLoadSegmented(offset, 4, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .loadZX8S:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 0 <= window.pointee.readLast,
                    let host = tlb.readHost(address, 1)
                {
                    r.set(ip.pointee.a, UInt32(vellum_load8(host)))
                    ip += 1
                } else {
                    let value = slowLoadSegmented(offset, 1, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(UInt8(truncatingIfNeeded: value)))
                    ip = after(ip, fragment, cpu)
                }
            case .loadZX16S:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 1 <= window.pointee.readLast,
                    let host = tlb.readHost(address, 2)
                {
                    r.set(ip.pointee.a, UInt32(vellum_load16(host)))
                    ip += 1
                } else {
                    let value = slowLoadSegmented(offset, 2, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(UInt16(truncatingIfNeeded: value)))
                    ip = after(ip, fragment, cpu)
                }
            case .loadSX8S:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 0 <= window.pointee.readLast,
                    let host = tlb.readHost(address, 1)
                {
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int8(bitPattern: vellum_load8(host)))))
                    ip += 1
                } else {
                    let value = slowLoadSegmented(offset, 1, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int8(bitPattern: UInt8(truncatingIfNeeded: value)))))
                    ip = after(ip, fragment, cpu)
                }
            case .loadSX16S:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 1 <= window.pointee.readLast,
                    let host = tlb.readHost(address, 2)
                {
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int16(bitPattern: vellum_load16(host)))))
                    ip += 1
                } else {
                    let value = slowLoadSegmented(offset, 2, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(bitPattern: Int32(Int16(bitPattern: UInt16(truncatingIfNeeded: value)))))
                    ip = after(ip, fragment, cpu)
                }
            case .modify8S:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 0 <= window.pointee.writeLast,
                    let host = tlb.modifyHost(address, 1)
                {
                    r.set(ip.pointee.a, vellum_load8(host))
                    ip += 1
                } else {
                    let value = slowModifySegmented(offset, 1, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt8(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .modify16S:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 1 <= window.pointee.writeLast,
                    let host = tlb.modifyHost(address, 2)
                {
                    r.set(ip.pointee.a, vellum_load16(host))
                    ip += 1
                } else {
                    let value = slowModifySegmented(offset, 2, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt16(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .modify32S:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 3 <= window.pointee.writeLast,
                    let host = tlb.modifyHost(address, 4)
                {
                    r.set(ip.pointee.a, vellum_load32(host))
                    ip += 1
                } else {
                    let value = slowModifySegmented(offset, 4, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(ip.pointee.a, UInt32(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .store8B:
                let address = r.base(ip)
                if let host = tlb.writeHost(address, 1) {
                    vellum_store8(host, r.get(ip.pointee.a, UInt8.self))
                    ip += 1
                } else {
                    guard slowStore(address, UInt32(r.get(ip.pointee.a, UInt8.self)), 1, ip, fragment) else {
                        return raise(pending, ip, fragment)
                    }
                    ip = after(ip, fragment, cpu)
                }
            case .store8iB:
                let address = r.base(ip)
                if let host = tlb.writeHost(address, 1) {
                    vellum_store8(host, UInt8(truncatingIfNeeded: ip.pointee.immediate))
                    ip += 1
                } else {
                    guard slowStore(address, UInt32(UInt8(truncatingIfNeeded: ip.pointee.immediate)), 1, ip, fragment)
                    else { return raise(pending, ip, fragment) }
                    ip = after(ip, fragment, cpu)
                }
            case .store16B:
                let address = r.base(ip)
                if let host = tlb.writeHost(address, 2) {
                    vellum_store16(host, r.get(ip.pointee.a, UInt16.self))
                    ip += 1
                } else {
                    guard slowStore(address, UInt32(r.get(ip.pointee.a, UInt16.self)), 2, ip, fragment) else {
                        return raise(pending, ip, fragment)
                    }
                    ip = after(ip, fragment, cpu)
                }
            case .store16iB:
                let address = r.base(ip)
                if let host = tlb.writeHost(address, 2) {
                    vellum_store16(host, UInt16(truncatingIfNeeded: ip.pointee.immediate))
                    ip += 1
                } else {
                    guard slowStore(address, UInt32(UInt16(truncatingIfNeeded: ip.pointee.immediate)), 2, ip, fragment)
                    else { return raise(pending, ip, fragment) }
                    ip = after(ip, fragment, cpu)
                }
            case .store32B:
                let address = r.base(ip)
                if let host = tlb.writeHost(address, 4) {
                    vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                    ip += 1
                } else {
                    guard slowStore(address, r.get(ip.pointee.a, UInt32.self), 4, ip, fragment) else {
                        return raise(pending, ip, fragment)
                    }
                    ip = after(ip, fragment, cpu)
                }
            case .store32iB:
                let address = r.base(ip)
                if let host = tlb.writeHost(address, 4) {
                    vellum_store32(host, ip.pointee.immediate)
                    ip += 1
                } else {
                    guard slowStore(address, ip.pointee.immediate, 4, ip, fragment) else {
                        return raise(pending, ip, fragment)
                    }
                    ip = after(ip, fragment, cpu)
                }
            case .store8X:
                let address = r.indexed(ip)
                if let host = tlb.writeHost(address, 1) {
                    vellum_store8(host, r.get(ip.pointee.a, UInt8.self))
                    ip += 1
                } else {
                    guard slowStore(address, UInt32(r.get(ip.pointee.a, UInt8.self)), 1, ip, fragment) else {
                        return raise(pending, ip, fragment)
                    }
                    ip = after(ip, fragment, cpu)
                }
            case .store8iX:
                let address = r.indexed(ip)
                if let host = tlb.writeHost(address, 1) {
                    vellum_store8(host, UInt8(truncatingIfNeeded: ip.pointee.immediate))
                    ip += 1
                } else {
                    guard slowStore(address, UInt32(UInt8(truncatingIfNeeded: ip.pointee.immediate)), 1, ip, fragment)
                    else { return raise(pending, ip, fragment) }
                    ip = after(ip, fragment, cpu)
                }
            case .store16X:
                let address = r.indexed(ip)
                if let host = tlb.writeHost(address, 2) {
                    vellum_store16(host, r.get(ip.pointee.a, UInt16.self))
                    ip += 1
                } else {
                    guard slowStore(address, UInt32(r.get(ip.pointee.a, UInt16.self)), 2, ip, fragment) else {
                        return raise(pending, ip, fragment)
                    }
                    ip = after(ip, fragment, cpu)
                }
            case .store16iX:
                let address = r.indexed(ip)
                if let host = tlb.writeHost(address, 2) {
                    vellum_store16(host, UInt16(truncatingIfNeeded: ip.pointee.immediate))
                    ip += 1
                } else {
                    guard slowStore(address, UInt32(UInt16(truncatingIfNeeded: ip.pointee.immediate)), 2, ip, fragment)
                    else { return raise(pending, ip, fragment) }
                    ip = after(ip, fragment, cpu)
                }
            case .store32X:
                let address = r.indexed(ip)
                if let host = tlb.writeHost(address, 4) {
                    vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                    ip += 1
                } else {
                    guard slowStore(address, r.get(ip.pointee.a, UInt32.self), 4, ip, fragment) else {
                        return raise(pending, ip, fragment)
                    }
                    ip = after(ip, fragment, cpu)
                }
            case .store32iX:
                let address = r.indexed(ip)
                if let host = tlb.writeHost(address, 4) {
                    vellum_store32(host, ip.pointee.immediate)
                    ip += 1
                } else {
                    guard slowStore(address, ip.pointee.immediate, 4, ip, fragment) else {
                        return raise(pending, ip, fragment)
                    }
                    ip = after(ip, fragment, cpu)
                }
            case .store8S:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 0 <= window.pointee.writeLast,
                    let host = tlb.writeHost(address, 1)
                {
                    vellum_store8(host, r.get(ip.pointee.a, UInt8.self))
                    ip += 1
                } else {
                    guard slowStoreSegmented(offset, UInt32(r.get(ip.pointee.a, UInt8.self)), 1, ip, fragment) else {
                        return raise(pending, ip, fragment)
                    }
                    ip = after(ip, fragment, cpu)
                }
            case .store8iS:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 0 <= window.pointee.writeLast,
                    let host = tlb.writeHost(address, 1)
                {
                    vellum_store8(host, UInt8(truncatingIfNeeded: ip.pointee.immediate))
                    ip += 1
                } else {
                    guard
                        slowStoreSegmented(
                            offset, UInt32(UInt8(truncatingIfNeeded: ip.pointee.immediate)), 1, ip, fragment)
                    else { return raise(pending, ip, fragment) }
                    ip = after(ip, fragment, cpu)
                }
            case .store16S:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 1 <= window.pointee.writeLast,
                    let host = tlb.writeHost(address, 2)
                {
                    vellum_store16(host, r.get(ip.pointee.a, UInt16.self))
                    ip += 1
                } else {
                    guard slowStoreSegmented(offset, UInt32(r.get(ip.pointee.a, UInt16.self)), 2, ip, fragment) else {
                        return raise(pending, ip, fragment)
                    }
                    ip = after(ip, fragment, cpu)
                }
            case .store16iS:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 1 <= window.pointee.writeLast,
                    let host = tlb.writeHost(address, 2)
                {
                    vellum_store16(host, UInt16(truncatingIfNeeded: ip.pointee.immediate))
                    ip += 1
                } else {
                    guard
                        slowStoreSegmented(
                            offset, UInt32(UInt16(truncatingIfNeeded: ip.pointee.immediate)), 2, ip, fragment)
                    else { return raise(pending, ip, fragment) }
                    ip = after(ip, fragment, cpu)
                }
            case .store32S:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 3 <= window.pointee.writeLast,
                    let host = tlb.writeHost(address, 4)
                {
                    vellum_store32(host, r.get(ip.pointee.a, UInt32.self))
                    ip += 1
                } else {
                    guard slowStoreSegmented(offset, r.get(ip.pointee.a, UInt32.self), 4, ip, fragment) else {
                        return raise(pending, ip, fragment)
                    }
                    ip = after(ip, fragment, cpu)
                }
            case .store32iS:
                let offset = r.base(ip)
                let window = v.window(ip)
                let address = window.pointee.base &+ offset
                if Int64(offset) &+ 3 <= window.pointee.writeLast,
                    let host = tlb.writeHost(address, 4)
                {
                    vellum_store32(host, ip.pointee.immediate)
                    ip += 1
                } else {
                    guard slowStoreSegmented(offset, ip.pointee.immediate, 4, ip, fragment) else {
                        return raise(pending, ip, fragment)
                    }
                    ip = after(ip, fragment, cpu)
                }
            case .probeWrite:
                guard probeWrite(ip, fragment) else { return raise(pending, ip, fragment) }
                ip = after(ip, fragment, cpu)
            case .push32:
                let value = r.get(ip.pointee.a, UInt32.self)
                let address = r.get(Self.stackPointer, UInt32.self) &- 4
                if let host = tlb.writeHost(address, 4) {
                    vellum_store32(host, value)
                    r.set(Self.stackPointer, address)
                    ip += 1
                } else {
                    guard slowStore(address, value, 4, ip, fragment) else { return raise(pending, ip, fragment) }
                    r.set(Self.stackPointer, address)
                    ip = after(ip, fragment, cpu)
                }
            case .push32i:
                let value = ip.pointee.immediate
                let address = r.get(Self.stackPointer, UInt32.self) &- 4
                if let host = tlb.writeHost(address, 4) {
                    vellum_store32(host, value)
                    r.set(Self.stackPointer, address)
                    ip += 1
                } else {
                    guard slowStore(address, value, 4, ip, fragment) else { return raise(pending, ip, fragment) }
                    r.set(Self.stackPointer, address)
                    ip = after(ip, fragment, cpu)
                }
            case .pop32:
                let address = r.get(Self.stackPointer, UInt32.self)
                if let host = tlb.readHost(address, 4) {
                    let value = vellum_load32(host)
                    r.set(Self.stackPointer, address &+ 4)
                    r.set(ip.pointee.a, value)
                    ip += 1
                } else {
                    let value = slowLoad(address, 4, ip, fragment)
                    if value > 0xFFFF_FFFF { return raise(pending, ip, fragment) }
                    r.set(Self.stackPointer, address &+ 4)
                    r.set(ip.pointee.a, UInt32(truncatingIfNeeded: value))
                    ip = after(ip, fragment, cpu)
                }
            case .bulkMove:
                bulkMove(ip, tlb)
                ip += 1
            case .bulkFill:
                bulkFill(ip, tlb)
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
                if let host = v.operand(ip, 4, tlb), vellum_x87_load32(unit, host.loadUnaligned(as: UInt32.self)) {
                    note(ip, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .floatLoad64:
                if let host = v.operand(ip, 8, tlb), vellum_x87_load64(unit, host.loadUnaligned(as: UInt64.self)) {
                    note(ip, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .floatStore32:
                var bits: UInt32 = 0
                var status: UInt16 = 0
                if let host = v.writableOperand(ip, 4, tlb), vellum_x87_store32(unit, &bits, &status) {
                    host.storeBytes(of: bits, as: UInt32.self)
                    vellum_x87_finish_store(unit, status, ip.pointee.immediate & 8 != 0)
                    note(ip, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .floatStore64:
                var bits: UInt64 = 0
                var status: UInt16 = 0
                if let host = v.writableOperand(ip, 8, tlb), vellum_x87_store64(unit, &bits, &status) {
                    host.storeBytes(of: bits, as: UInt64.self)
                    vellum_x87_finish_store(unit, status, ip.pointee.immediate & 8 != 0)
                    note(ip, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .floatMemory32:
                if let host = v.operand(ip, 4, tlb),
                    vellum_x87_memory32(unit, ip.pointee.immediate >> 3 & 7, host.loadUnaligned(as: UInt32.self))
                {
                    note(ip, fragment, unit, cpu)
                    ip += 1
                } else {
                    guard let next = step(float(ip, fragment), ip, fragment) else { return leave(ip, fragment) }
                    ip = next
                }
            case .floatMemory64:
                if let host = v.operand(ip, 8, tlb),
                    vellum_x87_memory64(unit, ip.pointee.immediate >> 3 & 7, host.loadUnaligned(as: UInt64.self))
                {
                    note(ip, fragment, unit, cpu)
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
                if v.overflowFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchNO:
                if !v.overflowFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchB:
                if v.carryFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchNB:
                if !v.carryFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchZ:
                if v.zeroFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchNZ:
                if !v.zeroFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchBE:
                if v.carryFlag || v.zeroFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchA:
                if !(v.carryFlag || v.zeroFlag) {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchS:
                if v.signFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchNS:
                if !v.signFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchP:
                if v.parityFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchNP:
                if !v.parityFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchL:
                if v.signFlag != v.overflowFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchNL:
                if v.signFlag == v.overflowFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchLE:
                if v.zeroFlag || v.signFlag != v.overflowFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .branchG:
                if !v.zeroFlag && v.signFlag == v.overflowFlag {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32BranchB:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                if left < right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32BranchNB:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                if left >= right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32BranchZ:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                if left == right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32BranchNZ:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                if left != right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32BranchBE:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                if left <= right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32BranchA:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                if left > right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32BranchL:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                if Int32(bitPattern: left) < Int32(bitPattern: right) {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32BranchNL:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                if Int32(bitPattern: left) >= Int32(bitPattern: right) {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32BranchLE:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                if Int32(bitPattern: left) <= Int32(bitPattern: right) {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32BranchG:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = r.get(ip.pointee.b, UInt32.self)
                _ = v.subtract(left, right)
                if Int32(bitPattern: left) > Int32(bitPattern: right) {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32iBranchB:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                if left < right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32iBranchNB:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                if left >= right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32iBranchZ:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                if left == right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32iBranchNZ:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                if left != right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32iBranchBE:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                if left <= right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32iBranchA:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                if left > right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32iBranchL:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                if Int32(bitPattern: left) < Int32(bitPattern: right) {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32iBranchNL:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                if Int32(bitPattern: left) >= Int32(bitPattern: right) {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32iBranchLE:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                if Int32(bitPattern: left) <= Int32(bitPattern: right) {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp32iBranchG:
                let left = r.get(ip.pointee.a, UInt32.self)
                let right = ip.pointee.immediate
                _ = v.subtract(left, right)
                if Int32(bitPattern: left) > Int32(bitPattern: right) {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp8iBranchZ:
                let left = r.get(ip.pointee.a, UInt8.self)
                let right = UInt8(truncatingIfNeeded: ip.pointee.immediate)
                _ = v.subtract(left, right)
                if left == right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp8iBranchNZ:
                let left = r.get(ip.pointee.a, UInt8.self)
                let right = UInt8(truncatingIfNeeded: ip.pointee.immediate)
                _ = v.subtract(left, right)
                if left != right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp8iBranchB:
                let left = r.get(ip.pointee.a, UInt8.self)
                let right = UInt8(truncatingIfNeeded: ip.pointee.immediate)
                _ = v.subtract(left, right)
                if left < right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .cmp8iBranchNB:
                let left = r.get(ip.pointee.a, UInt8.self)
                let right = UInt8(truncatingIfNeeded: ip.pointee.immediate)
                _ = v.subtract(left, right)
                if left >= right {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .test32BranchZ:
                let value = v.logic(r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                if value == 0 {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .test32BranchNZ:
                let value = v.logic(r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                if value != 0 {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .test32BranchS:
                let value = v.logic(r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                if Int32(bitPattern: value) < 0 {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .test32BranchNS:
                let value = v.logic(r.get(ip.pointee.a, UInt32.self) & r.get(ip.pointee.b, UInt32.self))
                if Int32(bitPattern: value) >= 0 {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .test8iBranchZ:
                let value = v.logic(r.get(ip.pointee.a, UInt8.self) & UInt8(truncatingIfNeeded: ip.pointee.immediate))
                if value == 0 {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .test8iBranchNZ:
                let value = v.logic(r.get(ip.pointee.a, UInt8.self) & UInt8(truncatingIfNeeded: ip.pointee.immediate))
                if value != 0 {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .dec32BranchNZ:
                let value = v.decrement(r.get(ip.pointee.a, UInt32.self))
                r.set(ip.pointee.a, value)
                if value != 0 {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .slotBranchZ16:
                if r.get(ip.pointee.a, UInt16.self) == 0 {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .slotBranchNZ16:
                if r.get(ip.pointee.a, UInt16.self) != 0 {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .loopWhile16:
                if r.get(ip.pointee.a, UInt16.self) != 0 && v.zeroFlag == (ip.pointee.d != 0) {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .slotBranchZ32:
                if r.get(ip.pointee.a, UInt32.self) == 0 {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .slotBranchNZ32:
                if r.get(ip.pointee.a, UInt32.self) != 0 {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
            case .loopWhile32:
                if r.get(ip.pointee.a, UInt32.self) != 0 && v.zeroFlag == (ip.pointee.d != 0) {
                    vellum_way_taken()
                    guard let next = follow(0, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                } else {
                    vellum_way_not_taken()
                    guard let next = follow(1, fragment, cpu) else { return stopped() }
                    fragment = next
                    ip = next.operations
                }
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
            }
        }
    }
}
