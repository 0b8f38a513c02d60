/// The registers, each at a multiple of 16 and 32 bits wide (SDM vol. 3, table 10-1).
extension LocalAPIC {
    /// Version 1.1 of a P6 processor, whose last local vector is number 4.
    private static let version: UInt32 = 0x0004_0011

    package func read(offset: UInt32, width: Int) -> UInt32 {
        // Reserved bytes between the registers read as zero.
        guard offset & 15 < 4 else { return 0 }
        return register(offset & 0xFF0) >> (offset & 3 * 8)
    }

    /// Software must write whole registers; other writes do nothing.
    package func write(offset: UInt32, value: UInt32, width: Int) {
        guard width == 4, offset & 15 == 0 else { return }
        setRegister(offset & 0xFF0, value)
        update()
    }

    private func register(_ offset: UInt32) -> UInt32 {
        let registers = content.registers
        switch offset {
        case 0x020: return registers.identity
        case 0x030: return Self.version
        case 0x080: return registers.taskPriority
        case 0x090: return arbitrationPriority
        case 0x0A0: return processorPriority
        case 0x0B0: return 0
        case 0x0D0: return registers.logicalDestination
        case 0x0E0: return registers.destinationFormat
        case 0x0F0: return registers.spurious
        case 0x100...0x170: return registers.inService.word(Int(offset >> 4 & 7))
        case 0x180...0x1F0: return registers.triggerMode.word(Int(offset >> 4 & 7))
        case 0x200...0x270: return registers.requests.word(Int(offset >> 4 & 7))
        case 0x280: return registers.errors
        case 0x300: return registers.command
        case 0x310: return registers.commandDestination
        case 0x320: return registers.timerVector
        case 0x340: return registers.counterVector
        case 0x350: return registers.line0 | lineStatus
        case 0x360: return registers.line1
        case 0x370: return registers.errorVector
        case 0x380: return content.timer.initial
        case 0x390: return timerCount
        case 0x3E0: return content.timer.divide
        default:
            note(error: .illegalRegister)
            update()
            return 0
        }
    }

    /// Section 10.6.2.4: what is requested counts as well as what is served.
    private var arbitrationPriority: UInt32 {
        let task = content.registers.taskPriority
        let request = UInt32(content.registers.requests.highest ?? 0) & 0xF0
        let served = UInt32(content.registers.inService.highest ?? 0) & 0xF0
        return task & 0xF0 >= request && task & 0xF0 > served ? task : max(task & 0xF0, request, served)
    }

    /// Delivery status of LINT0: an ExtINT request waits at the pin.
    private var lineStatus: UInt32 {
        content.legacyRequest && content.registers.line0 & 0x1_0700 == 0x700 ? 1 << 12 : 0
    }

    private func setRegister(_ offset: UInt32, _ value: UInt32) {
        switch offset {
        case 0x020: content.registers.identity = value & 0x0F00_0000
        case 0x080: content.registers.taskPriority = value & 0xFF
        case 0x0B0: endOfInterrupt()
        case 0x0D0: content.registers.logicalDestination = value & 0xFF00_0000
        case 0x0E0: content.registers.destinationFormat = value | 0x0FFF_FFFF
        case 0x0F0: setSpurious(value)
        case 0x280:
            content.registers.errors = content.registers.newErrors
            content.registers.newErrors = 0
        case 0x300:
            content.registers.command = value & 0x000C_CFFF
            send()
        case 0x310: content.registers.commandDestination = value & 0xFF00_0000
        case 0x320:
            // Periods that ended while it was masked or in the other mode are over.
            advance(to: clock.now)
            content.registers.timerVector = local(value, 0x3_00FF)
        case 0x340: content.registers.counterVector = local(value, 0x1_07FF)
        case 0x350: content.registers.line0 = local(value, 0x1_A7FF)
        case 0x360: content.registers.line1 = local(value, 0x1_A7FF)
        case 0x370: content.registers.errorVector = local(value, 0x1_00FF)
        case 0x380: startTimer(value)
        case 0x3E0: setDivide(value)
        // The version and all counts and sets are for reading.
        case 0x030, 0x090, 0x0A0, 0x100...0x270, 0x390: break
        default: note(error: .illegalRegister)
        }
    }

    /// A local vector; while the APIC is not enabled its mask stays set (section 10.4.7.2).
    private func local(_ value: UInt32, _ writable: UInt32) -> UInt32 {
        value & writable | (content.registers.isEnabled ? 0 : Registers.masked)
    }

    /// The low four bits of the spurious vector are ones in a P6 processor.
    private func setSpurious(_ value: UInt32) {
        content.registers.spurious = value & 0x3F0 | 0x0F
        guard !content.registers.isEnabled else { return }
        advance(to: clock.now)
        content.registers.timerVector |= Registers.masked
        content.registers.counterVector |= Registers.masked
        content.registers.line0 |= Registers.masked
        content.registers.line1 |= Registers.masked
        content.registers.errorVector |= Registers.masked
    }

    /// A write to the command register sends a message (section 10.6.1).  There is no other processor to take it.
    private func send() {
        let command = content.registers.command
        guard let delivery = InterruptMessage.Delivery(rawValue: command >> 8 & 7) else { return }
        let isDeassert = command & 0x4000 == 0 && command & 0x8000 != 0
        if delivery == .initialize, isDeassert { return }
        let vector = UInt8(truncatingIfNeeded: command)
        let message = InterruptMessage(
            vector: vector, delivery: delivery,
            destination: UInt8(content.registers.commandDestination >> 24), isLogical: command & 0x800 != 0)
        if delivery == .fixed || delivery == .lowestPriority, !message.isLegal {
            return note(error: .sentIllegalVector)
        }
        switch command >> 18 & 3 {
        case 0: if !accept(message) { note(error: .sendNotAccepted) }
        // Itself alone, and all with itself: fixed vectors only, the rest is for others.
        case 1, 2: if delivery == .fixed { _ = take(.fixed, vector, isLevel: false) }
        default: break
        }
    }
}
