extension DOSKernel {
    func registerServices() {
        stubs.add(interrupt: 0x20) { [unowned self] in terminate(0, kind: .normal, &$0) }
        stubs.add(interrupt: 0x22) { [unowned self] in terminate(0, kind: .normal, &$0) }
        stubs.add(interrupt: 0x23) { [unowned self] in terminate(0, kind: .controlC, &$0) }
        // The default critical-error handler fails the call.
        stubs.add(interrupt: 0x24) { registers in
            registers.al = 3
            return .done
        }
        for (number, writes) in [(UInt8(0x25), false), (0x26, true)] {
            stubs.add(interrupt: number, shape: .interruptKeepingFlags) { [unowned self] in
                absoluteDisk(writes: writes, &$0)
            }
        }
        stubs.add(interrupt: 0x27) { [unowned self] registers in
            stayResident(paragraphs: UInt16((UInt32(registers.dx) + 15) >> 4), 0, &registers)
        }
        stubs.add(interrupt: 0x28) { _ in .done }
        stubs.add(interrupt: 0x29) { [unowned self] registers in
            console.put(registers.al)
            return .done
        }
        stubs.add(interrupt: 0x2A) { registers in
            registers.ah = 0
            return .done
        }
        stubs.add(interrupt: 0x2E) { [unowned self] in unknownService(0x2E, &$0) }
        stubs.add(interrupt: 0x2F) { [unowned self] in multiplexService(&$0) }
        registerEntries()
    }

    private func registerEntries() {
        // While DOS waits for a key it lets resident programs work by INT 28h.
        let code: [UInt8] = [0x0F, 0x0B, 0xCF, 0xFB, 0xCD, 0x28, 0xF4, 0xEB, 0xF7]
        stubs.setVector(
            0x21,
            stubs.add("INT 21h", code: code, trapAt: 0, waitAt: 3, hasFrame: true) {
                [unowned self] in function(&$0)
            })
        entries.callFive = stubs.add(
            "PSP:5", code: [0x0F, 0x0B, 0xCB, 0xFB, 0xF4, 0xEB, 0xF9], trapAt: 0, waitAt: 3, hasFrame: false
        ) {
            [unowned self] in callAtFive(&$0)
        }
        // INT 23h, then a trap that looks at how its handler came back.
        let shell = stubs.add("COMMAND.COM", shape: .farCall) { [unowned self] in shellStep(&$0) }
        if let name = DOSName(component: Array("COMMAND.COM".utf8)) {
            mount(25, BuiltInStore(files: [(name, CommandProgram.code(entry: shell))]))
        }
        entries.caseMap = stubs.add("capitals", shape: .farCall) { registers in
            if registers.al >= 0x80 { registers.al = DOSName.capital(registers.al) }
            return .done
        }
        entries.breakReturn = stubs.add(
            "INT 23h return", code: [0xCD, 0x23, 0x0F, 0x0B, 0xCF], trapAt: 2, hasFrame: false
        ) {
            [unowned self] in breakReturned(&$0)
        }
    }

    /// INT 21h.
    func function(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        do throws(DOSError) {
            let outcome = try dispatch(&registers)
            mark(waiting: outcome == .wait)
            return outcome
        } catch {
            mark(waiting: false)
            remember(error)
            registers.ax = error.rawValue
            registers.carry = true
            return .done
        }
    }

    /// The InDOS flag: resident programs look at it while DOS waits for a key, and only then can they run.
    private func mark(waiting: Bool) {
        guard waiting != isWaiting else { return }
        isWaiting = waiting
        host.writeByte(DOSLayout.address(DOSLayout.inDOS), waiting ? 1 : 0)
    }

    /// CP/M's way in: the function is in CL, and only functions up to 24h can be called so.
    private func callAtFive(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        // The stack: return from PSP:5 (far), then the caller's near return address.
        var call = registers
        call.ah = registers.cl
        call.flags = registers.flags
        if call.ah > 0x24 {
            call.al = 0
        } else {
            let outcome = function(&call)
            guard outcome == .done else {
                if outcome == .transfer { registers = call }
                return outcome
            }
        }
        let stack = FarPointer(registers.ss, registers.sp)
        let segment = host.readWord(stack.advanced(by: 2).linear)
        let target = host.readWord(stack.advanced(by: 4).linear)
        call.ah = registers.ah
        registers = call
        registers.sp &+= 6
        registers.cs = segment
        registers.ip = target
        return .transfer
    }

    private func dispatch(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        switch registers.ah {
        case 0x00: return terminate(0, kind: .normal, &registers)
        case 0x01...0x0C: return try characterService(&registers)
        case 0x0D, 0x0E, 0x19...0x1C, 0x1F, 0x32, 0x36: return try driveService(&registers)
        case 0x0F...0x17, 0x21...0x24, 0x27...0x29: return try controlBlockService(&registers)
        case 0x25, 0x35: return vectorService(&registers)
        case 0x26, 0x31, 0x4B...0x4D, 0x50, 0x51, 0x55, 0x62: return try processService(&registers)
        case 0x2A...0x2E, 0x30, 0x33, 0x34, 0x37, 0x38, 0x52, 0x54, 0x58, 0x59, 0x5D, 0x61, 0x63, 0x65, 0x66,
            0x6B:
            return try systemService(&registers)
        case 0x2F: return transferAreaService(&registers)
        case 0x48...0x4A: return try memoryService(&registers)
        case 0x39...0x3B, 0x41, 0x43, 0x47, 0x4E, 0x4F, 0x56, 0x60: return try pathService(&registers)
        case 0x3C...0x40, 0x42, 0x45, 0x46, 0x57, 0x5A...0x5C, 0x67, 0x68, 0x6A, 0x6C:
            return try handleService(&registers)
        case 0x44: return try deviceControl(&registers)
        case 0x18, 0x1D, 0x1E, 0x20:
            // CP/M functions that DOS leaves empty.
            registers.al = 0
            return .done
        // Long names: programs ask for them to find out.
        case 0x71: throw .invalidFunction
        default: return unknownService(0x21, &registers)
        }
    }

    private func vectorService(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        let slot = UInt32(registers.al) * 4
        if registers.ah == 0x25 {
            host.writeFar(slot, registers.dsdx)
        } else {
            let pointer = host.readFar(slot)
            registers.es = pointer.segment
            registers.bx = pointer.offset
        }
        return .done
    }

    private func transferAreaService(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        registers.es = transferArea.segment
        registers.bx = transferArea.offset
        return .done
    }

    private func memoryService(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        switch registers.ah {
        case 0x48:
            do throws(DOSError) {
                registers.ax = try arena.allocate(registers.bx, owner: psp)
            } catch {
                if error == .notEnoughMemory { registers.bx = arena.largest() }
                throw error
            }
        case 0x49: try arena.free(registers.es)
        default:
            let (granted, largest) = try arena.resize(registers.es, to: registers.bx)
            guard granted else {
                registers.bx = largest
                throw .notEnoughMemory
            }
            // DOS leaves the segment there; some programs rely on it.
            registers.ax = registers.es
        }
        registers.carry = false
        return .done
    }
}
