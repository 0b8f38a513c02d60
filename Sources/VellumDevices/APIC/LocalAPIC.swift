/// The local APIC of a P6 processor (SDM vol. 3, chapter 10; for the version of the Pentium III, 245472, chapter 7):
/// 4 KiB of registers, a timer on the bus clock, and the way of every interrupt to the processor.
///
/// The 8259's request comes in at LINT0.  Firmware programs that for ExtINT ("virtual wire"); while the APIC is
/// switched off in IA32_APIC_BASE, the pin is the processor's INTR.
package final class LocalAPIC: Device, MemoryDevice, TimedDevice, InterruptMessageReceiver {
    package struct State: Codable, Equatable, Sendable {
        /// IA32_APIC_BASE: the address of the registers, the enable bit 11 and the boot processor's bit 8.
        var base: UInt64 = LocalAPIC.standardBase
        var registers = Registers()
        var timer = Timer()
        /// Level of LINT0.
        var legacyRequest = false
        /// An ExtINT message waits: the 8259 is asked for the vector.
        var externalRequest = false
        var nonMaskableRequest = false
    }

    /// The software-visible registers.
    struct Registers: Codable, Equatable, Sendable {
        var identity: UInt32 = 0
        var taskPriority: UInt32 = 0
        var logicalDestination: UInt32 = 0
        var destinationFormat: UInt32 = ~0
        var spurious: UInt32 = 0xFF
        var inService = VectorSet()
        var triggerMode = VectorSet()
        var requests = VectorSet()
        /// Errors since the last write to the error register, and what that write made readable.
        var newErrors: UInt32 = 0
        var errors: UInt32 = 0
        var command: UInt32 = 0
        var commandDestination: UInt32 = 0
        var timerVector: UInt32 = Registers.masked
        var counterVector: UInt32 = Registers.masked
        var line0: UInt32 = Registers.masked
        var line1: UInt32 = Registers.masked
        var errorVector: UInt32 = Registers.masked

        /// The mask bit of a local vector.
        static let masked: UInt32 = 1 << 16

        /// Without this bit of the spurious-interrupt register no message is taken.
        var isEnabled: Bool { spurious & 0x100 != 0 }
    }

    /// Where the registers are after a reset, switched on, in the boot processor.
    package static let standardBase: UInt64 = 0xFEE0_0900
    package static let enableBit: UInt64 = 1 << 11
    static let size: UInt32 = 0x1000

    let clock: any VirtualClock
    private let output: any InterruptLine
    /// A non-maskable interrupt waits for the processor.
    package var onNonMaskable: () -> Void = {}
    /// The end of a level-triggered interrupt, told to the I/O APIC.
    package var onEndOfInterrupt: (UInt8) -> Void = { _ in }
    /// A message to itself that resets the processor.
    package var onInitialize: () -> Void = {}
    /// The address or the enable bit changed.
    package var onBaseChange: () -> Void = {}

    var content = State()
    /// The processor's interrupt pin: an acknowledge would give a vector.
    package private(set) var interruptPending = false

    /// - Parameter output: follows the processor's maskable interrupt request.
    package init(clock: any VirtualClock, output: any InterruptLine) {
        self.clock = clock
        self.output = output
        content.base &= ~Self.enableBit
    }

    package var state: State {
        get { content }
        set {
            content = newValue
            onBaseChange()
            update()
        }
    }

    /// A hardware reset: the base address is the processor's to set.
    package func reset() {
        let (base, level) = (content.base, content.legacyRequest)
        content = State()
        content.base = base
        content.legacyRequest = level
        update()
    }

    /// IA32_APIC_BASE.  Switching the APIC off forgets its registers.
    package var base: UInt64 {
        get { content.base }
        set {
            let wasOn = isOn
            content.base = newValue
            if wasOn, !isOn { reset() }
            onBaseChange()
            update()
        }
    }

    package var isOn: Bool { content.base & Self.enableBit != 0 }

    /// Where the registers answer; nil while they are switched off, and above 4 GiB, where this board has nothing.
    package var window: ClosedRange<UInt32>? {
        guard isOn, let base = UInt32(exactly: content.base) else { return nil }
        let first = base & ~0xFFF
        return first...first | 0xFFF
    }

    // MARK: Inputs

    /// LINT0, where the 8259's request comes in.
    package var legacyInput: any InterruptLine { LegacyInput(apic: self) }

    private final class LegacyInput: InterruptLine {
        private let apic: LocalAPIC

        init(apic: LocalAPIC) { self.apic = apic }

        func set(_ level: Bool) { apic.setLegacyRequest(level) }
    }

    private func setLegacyRequest(_ level: Bool) {
        guard level != content.legacyRequest else { return }
        content.legacyRequest = level
        let vector = content.registers.line0
        // A rising edge sends what the pin is programmed for; ExtINT follows the level.
        if level, isOn, vector & Registers.masked == 0, let delivery = delivery(vector), delivery != .external {
            _ = take(delivery, UInt8(truncatingIfNeeded: vector), isLevel: false)
        }
        update()
    }

    /// Delivery modes that a local vector knows.
    private func delivery(_ vector: UInt32) -> InterruptMessage.Delivery? {
        InterruptMessage.Delivery(rawValue: vector >> 8 & 7)
    }

    package func accept(_ message: InterruptMessage) -> Bool {
        guard isOn, isDestination(message) else { return false }
        let taken = take(message.delivery, message.vector, isLevel: message.isLevel)
        update()
        return taken
    }

    /// Section 10.6.2.  P6 processors have identities of four bits, all ones being everyone.
    private func isDestination(_ message: InterruptMessage) -> Bool {
        let registers = content.registers
        guard message.isLogical else {
            let identity = message.destination & 15
            return identity == 15 || UInt32(identity) == registers.identity >> 24
        }
        let own = UInt8(registers.logicalDestination >> 24)
        // Flat model: a bit for each APIC.  Cluster model: the cluster's number and four bits.
        if registers.destinationFormat >> 28 == 15 { return own & message.destination != 0 }
        let isCluster = message.destination >> 4 == 15 || message.destination >> 4 == own >> 4
        return isCluster && own & message.destination & 15 != 0
    }

    /// Does what a message says.  False when the APIC is not enabled for it.
    func take(_ delivery: InterruptMessage.Delivery, _ vector: UInt8, isLevel: Bool) -> Bool {
        switch delivery {
        case .fixed, .lowestPriority:
            guard content.registers.isEnabled else { return false }
            guard vector >= 16 else {
                note(error: .receivedIllegalVector)
                return true
            }
            content.registers.requests[vector] = true
            content.registers.triggerMode[vector] = isLevel
        case .external:
            guard content.registers.isEnabled else { return false }
            content.externalRequest = true
        case .nonMaskable:
            content.nonMaskableRequest = true
            onNonMaskable()
        case .initialize: onInitialize()
        // There is no system-management mode, and the processor does not wait to be started.
        case .systemManagement, .startUp: break
        }
        return true
    }

    // MARK: Errors

    /// Bits of the error status register (section 10.5.3).
    enum ErrorBit: UInt32 {
        case sendNotAccepted = 0x04, sentIllegalVector = 0x20, receivedIllegalVector = 0x40, illegalRegister = 0x80
    }

    /// The first error since the register was read raises the error interrupt.
    func note(error: ErrorBit) {
        let isFirst = content.registers.newErrors & error.rawValue == 0
        content.registers.newErrors |= error.rawValue
        let vector = content.registers.errorVector
        guard isFirst, vector & Registers.masked == 0, UInt8(truncatingIfNeeded: vector) >= 16 else { return }
        _ = take(.fixed, UInt8(truncatingIfNeeded: vector), isLevel: false)
    }

    // MARK: Output

    /// The class of what is in service or of the task, whichever is higher (section 10.8.3.1).
    var processorPriority: UInt32 {
        let served = UInt32(content.registers.inService.highest ?? 0)
        let task = content.registers.taskPriority
        return task & 0xF0 >= served & 0xF0 ? task : served & 0xF0
    }

    /// The vector that the processor would get now.
    private var deliverable: UInt8? {
        guard isOn, let vector = content.registers.requests.highest,
            UInt32(vector) & 0xF0 > processorPriority & 0xF0
        else { return nil }
        return vector
    }

    /// The 8259 is asked for the vector.
    private var asksLegacy: Bool {
        guard isOn else { return content.legacyRequest }
        if content.externalRequest { return true }
        let vector = content.registers.line0
        return content.legacyRequest && vector & Registers.masked == 0 && delivery(vector) == .external
    }

    /// Carries the request to the processor.
    func update() {
        interruptPending = deliverable != nil || asksLegacy
        output.set(interruptPending)
    }

    /// An interrupt-acknowledge cycle: the vector, or nil when the 8259 is to give it.  With nothing pending it is the
    /// spurious one.
    package func acknowledge() -> UInt8? {
        defer { update() }
        if let vector = deliverable {
            content.registers.requests[vector] = false
            content.registers.inService[vector] = true
            return vector
        }
        guard asksLegacy else { return isOn ? UInt8(truncatingIfNeeded: content.registers.spurious) : nil }
        content.externalRequest = false
        return nil
    }

    package var nonMaskablePending: Bool { content.nonMaskableRequest }

    package func acknowledgeNonMaskable() { content.nonMaskableRequest = false }

    /// A write to the end-of-interrupt register.
    func endOfInterrupt() {
        guard let vector = content.registers.inService.highest else { return }
        content.registers.inService[vector] = false
        if content.registers.triggerMode[vector] { onEndOfInterrupt(vector) }
    }
}
