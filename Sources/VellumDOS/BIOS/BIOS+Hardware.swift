// Interrupts of devices, and exceptions.
extension BIOS {
    func registerHardware(_ stubs: StubTable) {
        registerTimer(stubs)
        registerKeyboard(stubs)
        // Breakpoints, overflow, single steps, NMI: nobody is there to care.
        for number: UInt8 in [0x01, 0x02, 0x03, 0x04] { stubs.add(interrupt: number) { _ in .done } }
        stubs.add(interrupt: 0x05) { _ in .done }
        for (number, name) in [(UInt8(0x00), "divide error"), (0x06, "invalid opcode"), (0x07, "no coprocessor")] {
            stubs.add(interrupt: number) { [unowned self] in fault(name, &$0) }
        }
        // Lines 3 to 7 share their vectors with exceptions of the 286 and later.
        let shared: [(UInt8, String?)] = [
            (0x0A, nil), (0x0B, "segment not present"), (0x0C, "stack fault"), (0x0D, "general protection"),
            (0x0E, "page fault"), (0x0F, nil),
        ]
        for (number, name) in shared {
            stubs.add(interrupt: number) { [unowned self] in lowLine(number - 8, name, &$0) }
        }
        for number in UInt8(0x71)...0x73 { stubs.add(interrupt: number) { [unowned self] in highLine(&$0) } }
        for number in UInt8(0x76)...0x77 { stubs.add(interrupt: number) { [unowned self] in highLine(&$0) } }
        stubs.add(interrupt: 0x70) { [unowned self] registers in
            // Reading register C lets the clock interrupt again.
            host.writePort(0x70, 0x0C)
            _ = host.readPort(0x71)
            return highLine(&registers)
        }
        registerNumericError(stubs)
    }

    /// Line 13: the coprocessor's error goes on as INT 02h (the AT's way).
    private func registerNumericError(_ stubs: StubTable) {
        // PUSH AX; XOR AL,AL; OUT F0h,AL; MOV AL,20h; OUT A0h,AL; OUT 20h,AL; POP AX; INT 02h; IRET
        let code: [UInt8] = [
            0x50, 0x30, 0xC0, 0xE6, 0xF0, 0xB0, 0x20, 0xE6, 0xA0, 0xE6, 0x20, 0x58, 0xCD, 0x02, 0xCF,
        ]
        stubs.setVector(0x75, stubs.put(code: code))
    }

    private func fault(_ name: String, _ registers: inout ServiceRegisters) -> ServiceOutcome {
        let stack = FarPointer(registers.ss, registers.sp)
        let place = FarPointer(host.readWord(stack.advanced(by: 2).linear), host.readWord(stack.linear))
        return onFault(Fault(what: name, place: place), &registers)
    }

    /// A line of the first controller, if it is in service; else the exception.
    private func lowLine(_ line: UInt8, _ name: String?, _ registers: inout ServiceRegisters) -> ServiceOutcome {
        host.writePort(0x20, 0x0B)
        if host.readPort(0x20) >> line & 1 == 0, let name { return fault(name, &registers) }
        host.writePort(0x20, 0x20)
        return .done
    }

    private func highLine(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        host.writePort(0xA0, 0x20)
        host.writePort(0x20, 0x20)
        return .done
    }

    // MARK: The timer

    private static let ticksOfDay: UInt32 = 0x18_00B0

    /// INT 08h: the tick count, then INT 1Ch for programs, then the end of the interrupt.
    private func registerTimer(_ stubs: StubTable) {
        let code: [UInt8] = [
            0x1E, 0x50, 0x52,  // PUSH DS, AX, DX
            0xB8, 0x40, 0x00, 0x8E, 0xD8,  // MOV AX,40h; MOV DS,AX
            0x0F, 0x0B,
            0xCD, 0x1C,
            0xFA, 0xB0, 0x20, 0xE6, 0x20,  // CLI; MOV AL,20h; OUT 20h,AL
            0x5A, 0x58, 0x1F, 0xCF,  // POP DX, AX, DS; IRET
        ]
        stubs.setVector(
            0x08,
            stubs.add("INT 08h", code: code, trapAt: 8, hasFrame: false) { [unowned self] _ in
                tick()
                return .done
            })
    }

    private func tick() {
        let count = host.readLong(BIOS.data(0x6C)) &+ 1
        let isMidnight = count >= BIOS.ticksOfDay
        host.writeLong(BIOS.data(0x6C), isMidnight ? 0 : count)
        if isMidnight { setByte(0x70, 1) }
        // The floppy's motor runs on for a while.
        let motor = byte(0x40)
        if motor > 0 { setByte(0x40, motor - 1) }
    }

    /// The tick count for a time of day.
    func setTicks(secondsOfDay: Int64) {
        // 1,193,182 / 65,536 ticks a second.
        let ticks = UInt32(clamping: secondsOfDay * 1_193_182 / 65_536)
        host.writeLong(BIOS.data(0x6C), min(ticks, BIOS.ticksOfDay - 1))
    }
}
