import VellumExecution
import VellumIA32
import VellumMicroOps

/// IN, OUT, INS and OUTS with their two guards: IOPL and the TSS's permission bitmap (SDM vol. 1, section 18.5).
extension Hypervisor {
    func portIn(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        let port = UInt16(truncatingIfNeeded: cpu[arguments.first])
        try requirePort(port, width: arguments.size)
        cpu[arguments.second] = readPort(port, arguments.size)
        return portOutcome
    }

    func portOut(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        let port = UInt16(truncatingIfNeeded: cpu[arguments.first])
        try requirePort(port, width: arguments.size)
        writePort(port, cpu[arguments.second], arguments.size)
        return portOutcome
    }

    private var portOutcome: CallOutcome { cpu.pointee.engine.endRequested ? .endFragment : .next }

    private func readPort(_ port: UInt16, _ size: UInt8) -> UInt32 {
        notePortBreakpoints(port, length: UInt32(size))
        return truncate(bus.readPort(port, width: Int(size)), size)
    }

    private func writePort(_ port: UInt16, _ value: UInt32, _ size: UInt8) {
        notePortBreakpoints(port, length: UInt32(size))
        bus.writePort(port, value: truncate(value, size), width: Int(size))
    }

    /// #GP(0) unless IOPL or every bit of the bitmap allows the access.
    func requirePort(_ port: UInt16, width: UInt8) throws(GuestFault) {
        guard cpu.pointee.privileged.isProtected else { return }
        if !isVirtual8086, cpl <= cpu.pointee.privileged.iopl { return }
        let task = cpu.pointee.privileged.tr
        // Only a 32-bit TSS has a bitmap, and only one that reaches its map base at byte 102.
        guard task.isPresent, task.type & 13 == SystemType.availableTSS32, task.limit >= 103 else {
            throw .generalProtection()
        }
        let mapBase = try mmu.read(task.base &+ 102, width: 2, user: false)
        let offset = mapBase + UInt32(port >> 3)
        // The processor always reads two bytes.
        guard offset + 1 <= task.limit else { throw .generalProtection() }
        let bits = try mmu.read(task.base &+ offset, width: 2, user: false) >> UInt32(port & 7)
        if bits & (1 << UInt32(width) - 1) != 0 { throw .generalProtection() }
    }

    // MARK: Strings

    func inputString(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        if isExhausted(arguments) { return .next }
        let port = UInt16(truncatingIfNeeded: cpu[.edx])
        let size = UInt32(arguments.size)
        try requirePort(port, width: arguments.size)
        // The store must not fault once the device has given up its datum.
        let target = try linear(.es, index(.edi, arguments), length: size, write: true)
        try requireAligned(target, arguments.size)
        try mmu.probeWrite(target, length: size, user: isUser)
        try mmu.write(target, value: readPort(port, arguments.size), width: Int(size), user: isUser)
        return finishString(.edi, arguments)
    }

    func outputString(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        if isExhausted(arguments) { return .next }
        let port = UInt16(truncatingIfNeeded: cpu[.edx])
        let segment = SegmentRegister(rawValue: arguments.index) ?? .ds
        let size = UInt32(arguments.size)
        try requirePort(port, width: arguments.size)
        let source = try linear(segment, index(.esi, arguments), length: size, write: false)
        writePort(port, try mmu.read(source, width: Int(size), user: isUser), arguments.size)
        return finishString(.esi, arguments)
    }

    private func isExhausted(_ arguments: CallArguments) -> Bool {
        arguments.repeats && truncate(cpu[.ecx], arguments.addressSize) == 0
    }

    private func index(_ register: GeneralRegister, _ arguments: CallArguments) -> UInt32 {
        truncate(cpu[register], arguments.addressSize)
    }

    private func requireAligned(_ linear: UInt32, _ size: UInt8) throws(GuestFault) {
        if isUser, cpu.pointee.privileged.cr0 & CR0.am != 0, hasFlag(.alignmentCheck), linear & UInt32(size - 1) != 0 {
            throw GuestFault(.alignmentCheck)
        }
    }

    /// Moves the index register and, for a repeated instruction, counts one iteration.
    private func finishString(_ register: GeneralRegister, _ arguments: CallArguments) -> CallOutcome {
        let step = UInt32(bitPattern: cpu.visible.pointee.direction) &* UInt32(arguments.size)
        advance(register, by: step, arguments)
        guard arguments.repeats else { return portOutcome }
        advance(.ecx, by: ~0, arguments)
        if isExhausted(arguments) { cpu.pointee.engine.eip = cpu.pointee.engine.nextEIP }
        return .transfer
    }

    private func advance(_ register: GeneralRegister, by delta: UInt32, _ arguments: CallArguments) {
        let old = cpu[register]
        let new = old &+ delta
        cpu[register] = arguments.addressSize == 2 ? old & 0xFFFF_0000 | new & 0xFFFF : new
    }
}
