import CVellumSupport
import VellumIA32
import VellumMicroOps

/// The slow paths: kept out of line, so that the loop stays small.
extension Interpreter {
    /// ESP's slot.
    static var stackPointer: UInt8 { @inline(__always) get { 16 } }

    private var isUser: Bool { cpu.pointee.privileged.cpl == 3 }

    /// Tells handlers, devices and the clock which instruction is running.
    @inline(__always)
    func announce(_ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) {
        cpu.pointee.engine.unretired = fragment.pointee.count &- Int64(ip.pointee.instruction)
        cpu.pointee.engine.running = fragment
    }

    /// The value, or above 32 bits with `pending` set.
    @inline(never)
    func slowLoad(
        _ address: UInt32, _ width: Int, _ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer
    ) -> UInt64 {
        announce(ip, fragment)
        do throws(GuestFault) {
            return UInt64(try mmu.slowRead(address, width, isUser))
        } catch {
            pending = error
            return .max
        }
    }

    /// Does a memory micro-op that the TLB's fast half did not let through: a walk, a device, translated code, a
    /// watchpoint.  The micro-op to go on with, or nil with `pending` set.
    @inline(never)
    func access(_ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) -> UnsafePointer<MicroOp>? {
        announce(ip, fragment)
        do throws(GuestFault) {
            try access(ip, shapes[Int(ip.pointee.dispatch.rawValue)])
        } catch {
            pending = error
            return nil
        }
        return after(ip, fragment, cpu)
    }

    private func access(_ ip: UnsafePointer<MicroOp>, _ shape: AccessShape) throws(GuestFault) {
        let r = RegisterFile(cpu.visible)
        let width = Int(shape.width)
        var address: UInt32
        // What PUSH and POP make of the stack pointer.
        var pointer: UInt32 = 0
        if shape.isStack {
            address = cpu.visible[.esp] &- (shape.memory == .write ? UInt32(shape.width) : 0)
            if shape.isSegmented { address &= 0xFFFF }
            pointer = shape.memory == .write ? address : address &+ UInt32(shape.width)
        } else {
            address = shape.isIndexed ? r.indexed(ip) : r.base(ip)
        }
        if shape.isSegmented {
            let isWrite = shape.memory != .read
            if let linear = cpu.visible.window(ip).pointee.linear(address, UInt32(shape.width), write: isWrite) {
                address = linear
            } else {
                let segment = SegmentRegister(rawValue: ip.pointee.e) ?? .ds
                address = try mmu.linear(segment, offset: address, width: width, write: isWrite)
            }
        }
        let isUser = self.isUser
        if shape.memory == .write {
            let value = shape.slotWidth > 0 ? r.get(ip.pointee.a, shape.slotWidth) : ip.pointee.immediate
            if !mmu.storeBesideCode(address, value, UInt32(shape.width), isUser) {
                try mmu.slowWrite(address, value & UInt32.max >> UInt32(32 - width * 8), width, isUser)
            }
            if shape.isStack { r.set(Self.stackPointer, pointer, shape.width) }
            return
        }
        if shape.memory == .readForUpdate {
            if let value = mmu.readForUpdate(address, UInt32(shape.width), isUser) {
                r.set(ip.pointee.a, shape.format.extended(value), shape.slotWidth)
                return
            }
            try mmu.checkAlignment(address, width, isUser)
            try mmu.probeWrite(address, length: UInt32(width), user: isUser)
        }
        let value = try mmu.slowRead(address, width, isUser)
        if shape.isStack { r.set(Self.stackPointer, pointer, shape.width) }
        r.set(ip.pointee.a, shape.format.extended(value), shape.slotWidth)
    }

    private func linear(_ ip: UnsafePointer<MicroOp>, _ offset: UInt32, _ width: Int, write: Bool) -> UInt32? {
        do throws(GuestFault) {
            let segment = SegmentRegister(rawValue: ip.pointee.e) ?? .ds
            return try mmu.linear(segment, offset: offset, width: width, write: write)
        } catch {
            pending = error
            return nil
        }
    }

    @inline(never)
    func probeWrite(_ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) -> Bool {
        let offset = RegisterFile(cpu.visible).base(ip)
        let length = min(ip.pointee.immediate, 4096)
        guard let address = linear(ip, offset, Int(max(length, 1)), write: true) else { return false }
        do throws(GuestFault) {
            // CMPXCHG8B's operand is aligned as a whole; ENTER tries one byte, which always is.
            if length.nonzeroBitCount == 1 { try mmu.checkAlignment(address, Int(length), isUser) }
            try mmu.probeWrite(address, length: length, user: isUser)
            return true
        } catch {
            pending = error
            return false
        }
    }

    // MARK: Leaving a fragment

    /// The next micro-op after one that took a slow path.
    @inline(__always)
    func after(
        _ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer, _ cpu: CPU
    ) -> UnsafePointer<MicroOp> {
        cpu.pointee.engine.endRequested ? endAfter(ip, fragment) : ip + 1
    }

    /// Arranges that the fragment ends after the current instruction: its remaining micro-ops are copied to the stub,
    /// with an exit behind them.  A terminal that belongs to the instruction runs, and finds no budget to go on.
    @inline(never)
    func endAfter(_ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) -> UnsafePointer<MicroOp> {
        var source = ip + 1
        // The unit ends behind the instruction anyway, in an exit that looks at the world.
        if source.pointee.opcode == .exit, source.pointee.instruction == ip.pointee.instruction { return source }
        restoreFlags(before: ip, fragment)
        var target = stub
        let last = stub + (Interpreter.stubCapacity - 3)
        while source.pointee.instruction == ip.pointee.instruction, target < last {
            target.pointee = source.pointee.alone.restored
            if source.pointee.opcode.isTerminal || source.pointee.opcode == .exit {
                stealBudget()
                return UnsafePointer(stub)
            }
            source += 1
            target += 1
        }
        // A comparison that waits in the terminal belongs to its own instruction.
        if let comparison = source.pointee.fusedComparison, comparison.instruction == ip.pointee.instruction {
            target.pointee = comparison
            target += 1
        }
        target.pointee = MicroOp(
            .exit, displacement: fragment.eip(ofInstruction: ip.pointee.instruction &+ 1))
        target.pointee.instruction = ip.pointee.instruction
        return UnsafePointer(stub)
    }

    /// Leaves no budget, so that the next transfer comes back to the run loop; `enter` gives it back.
    @inline(never)
    func stealBudget() {
        cpu.pointee.engine.stolen &+= cpu.pointee.engine.budget
        cpu.pointee.engine.budget = 0
    }

    /// Gives back the charge for the instructions after the current one, which has retired.
    @inline(__always)
    func refund(after ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer, _ cpu: CPU) {
        giveBack(fragment.pointee.count &- Int64(ip.pointee.instruction) &- 1, tried: false, cpu)
    }

    /// The current instruction faults: it and all after it are not charged.
    @inline(never)
    func raise(_ fault: GuestFault, _ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) -> BackendExit {
        restoreFlags(before: ip, fragment)
        giveBack(fragment.pointee.count &- Int64(ip.pointee.instruction), tried: true, cpu)
        cpu.pointee.engine.eip = fragment.eip(ofInstruction: ip.pointee.instruction)
        return .fault(fault)
    }

    /// A hypervisor call faulted.  EIP stands already: at the instruction, or in the new task when a task switch had
    /// passed its commit point.
    @inline(never)
    func raiseFromCall(_ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) -> BackendExit {
        giveBack(fragment.pointee.count &- Int64(ip.pointee.instruction), tried: true, cpu)
        return .fault(pending)
    }

    func terminalFault(_ ip: UnsafePointer<MicroOp>) -> GuestFault {
        GuestFault(
            ExceptionVector(rawValue: UInt8(truncatingIfNeeded: ip.pointee.immediate)) ?? .invalidOpcode,
            errorCode: ip.pointee.displacement)
    }

    /// 0: go on, 2: EIP is set, -1: it is for the hypervisor.
    @inline(never)
    func callInCache(_ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) -> Int32 {
        let cpu = self.cpu
        guard let counts = cpu.pointee.engine.callCounts, let call = ip.pointee.hypervisorCall else { return -1 }
        if call.mayChangeRing {
            if cpu.pointee.engine.tellsRings { return -1 }
            cpu.pointee.engine.nextEIP = fragment.eip(ofInstruction: ip.pointee.instruction &+ 1)
        }
        let outcome = cpu.performInCache(call, CallArguments(at: ip), mmu)
        if outcome == .no { return -1 }
        counts[Int(ip.pointee.c)] &+= 1
        if cpu.pointee.engine.logsCalls { logCall(call, ip, fragment) }
        if outcome == .next { return 0 }
        refund(after: ip, fragment, cpu)
        return 2
    }

    /// 0: go on, 1: end after the instruction, 2: EIP is set, 3: `pending` is raised.
    @inline(never)
    func hypervisorCall(_ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) -> Int32 {
        let cpu = self.cpu
        announce(ip, fragment)
        cpu.pointee.engine.keepsMode = false
        let index = ip.pointee.instruction
        cpu.pointee.engine.eip = fragment.eip(ofInstruction: index)
        cpu.pointee.engine.nextEIP = fragment.eip(ofInstruction: index &+ 1)
        do throws(GuestFault) {
            let outcome = try host.perform(ip)
            if !cpu.pointee.engine.keepsMode { cpu.pointee.engine.modeIsKnown = false }
            if outcome == .transfer { refund(after: ip, fragment, cpu) }
            if outcome == .next && cpu.pointee.engine.endRequested { return 1 }
            return outcome.rawValue
        } catch {
            pending = error
            return 3
        }
    }

    // MARK: Transfers

    // They return the fragment to go on with, already charged for; nil when the run loop must take over.  (Results
    // rather than inout parameters: the loop's variables can then stay in registers.)

    /// Goes on at link 0 or 1 of the fragment.
    @inline(__always)
    func follow(_ link: Int, _ fragment: FragmentPointer, _ cpu: CPU) -> FragmentPointer? {
        if let next = link == 0 ? fragment.pointee.link0 : fragment.pointee.link1 {
            let left = cpu.pointee.engine.budget &- next.pointee.count
            if _fastPath(left >= 0) {
                cpu.pointee.engine.budget = left
                next.pointee.entries &+= 1
                return next
            }
        }
        return followSlowly(link, fragment)
    }

    /// Goes on at link 0 when the guest's branch is taken, else at link 1.  The two ways are separate code, so that the
    /// host predicts the guest's branch instead of waiting for guest data.
    @inline(__always)
    func branch(_ isTaken: Bool, _ fragment: FragmentPointer, _ cpu: CPU) -> FragmentPointer? {
        if isTaken {
            vellum_way_taken()
            return follow(0, fragment, cpu)
        } else {
            vellum_way_not_taken()
            return follow(1, fragment, cpu)
        }
    }

    @inline(never)
    private func followSlowly(_ link: Int, _ fragment: FragmentPointer) -> FragmentPointer? {
        let eip = link == 0 ? fragment.pointee.target0 : fragment.pointee.target1
        cpu.pointee.engine.eip = eip
        // With paging on, no link ever leads to another page: the jump cache answers there.
        let linear = fragment.pointee.linear &+ (eip &- fragment.pointee.eip)
        if !fragment.pointee.isUnpaged, (linear ^ fragment.pointee.linear) & ~0xFFF != 0,
            let next = jumps.find(eip: eip, stamp: cpu.pointee.engine.jumpStamp)
        {
            let left = cpu.pointee.engine.budget &- next.pointee.count
            if left >= 0 {
                cpu.pointee.engine.budget = left
                cpu.pointee.engine.jumpHits &+= 1
                next.pointee.entries &+= 1
                return next
            }
        }
        cpu.pointee.engine.running = fragment
        guard let next = resolve(eip) else { return nil }
        host.entered(next, link: link, of: fragment)
        return next
    }

    /// Goes on at an address that is known only now: where the jump cache says, or else where the resolver does.
    @inline(__always)
    func go(to eip: UInt32, _ cpu: CPU, _ jumps: JumpCache) -> FragmentPointer? {
        if let next = jumps.find(eip: eip, stamp: cpu.pointee.engine.jumpStamp) {
            let left = cpu.pointee.engine.budget &- next.pointee.count
            if _fastPath(left >= 0) {
                cpu.pointee.engine.budget = left
                cpu.pointee.engine.jumpHits &+= 1
                next.pointee.entries &+= 1
                return next
            }
        }
        return goSlowly(eip)
    }

    @inline(never)
    private func goSlowly(_ eip: UInt32) -> FragmentPointer? {
        cpu.pointee.engine.eip = eip
        guard let next = resolve(eip) else { return nil }
        host.entered(next)
        return next
    }

    /// Goes on at `engine.eip` after a fragment that ended in a hypervisor call, unless the run loop is needed.
    @inline(never)
    func proceed() -> FragmentPointer? {
        guard !cpu.pointee.engine.endRequested, cpu.pointee.engine.budget > 0 else { return nil }
        cpu.pointee.engine.unretired = 0
        return host.proceed()
    }

    /// The fragment at EIP, charged for; nil when there is none or the budget does not allow it.
    private func resolve(_ eip: UInt32) -> FragmentPointer? {
        cpu.pointee.engine.unretired = 0
        guard cpu.pointee.engine.budget > 0, let next = host.resolve(eip: eip) else { return nil }
        return charge(next)
    }

    private func charge(_ next: FragmentPointer) -> FragmentPointer? {
        let left = cpu.pointee.engine.budget &- next.pointee.count
        guard left >= 0 else {
            host.deferred(next)
            return nil
        }
        cpu.pointee.engine.budget = left
        return next
    }

    /// A transfer could not go on: `engine.eip` says where to.
    func stopped() -> BackendExit { .budget }
}
