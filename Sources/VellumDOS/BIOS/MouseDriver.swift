/// INT 33h: the mouse driver, over the machine's PS/2 mouse (Microsoft Mouse Programmer's Reference).
final class MouseDriver {
    private struct State {
        var x: Int32 = 320
        var y: Int32 = 96
        var minimumX: Int32 = 0
        var maximumX: Int32 = 639
        var minimumY: Int32 = 0
        var maximumY: Int32 = 199
        var buttons: UInt8 = 0
        /// Below zero the pointer is hidden.
        var visibility = -1
        var mickeysX: Int32 = 0
        var mickeysY: Int32 = 0
        /// Mickeys for eight pixels.
        var ratioX: Int32 = 8
        var ratioY: Int32 = 16
        var remainderX: Int32 = 0
        var remainderY: Int32 = 0
        var presses = [UInt16](repeating: 0, count: 3)
        var releases = [UInt16](repeating: 0, count: 3)
        var pressPlace = [(x: Int32, y: Int32)](repeating: (0, 0), count: 3)
        var releasePlace = [(x: Int32, y: Int32)](repeating: (0, 0), count: 3)
        var eventMask: UInt16 = 0
        var handler = FarPointer(0, 0)
        var screenMask: UInt16 = 0xFFFF
        var cursorMask: UInt16 = 0x7700
        /// The cell under the pointer, and where it is, while the pointer is drawn in a text mode.
        var drawn: (address: UInt32, cell: UInt16)?
    }

    private let host: any ServiceHost
    private weak var bios: BIOS?
    private var state = State()
    private var packet: [UInt8] = []
    private var isEnabled = false
    /// Replies of the mouse that are not packets.
    private var expectedReplies = 0

    init(host: any ServiceHost) { self.host = host }

    func register(_ stubs: StubTable, bios: BIOS) {
        self.bios = bios
        stubs.add(interrupt: 0x33) { [unowned self] in service(&$0) }
        stubs.setVector(
            0x74,
            stubs.add("INT 74h", code: MouseDriver.interrupt, trapAt: 3, hasFrame: false) {
                [unowned self] in receive(&$0)
            })
    }

    /// The handler for the mouse's line.  The trap leaves the condition bits in BP and the program's handler in DX:SI;
    /// that is reached by RETF from addresses pushed on the stack.
    private static let interrupt: [UInt8] = [
        0x60, 0x1E, 0x06,  // PUSHA; PUSH DS; PUSH ES
        0x0F, 0x0B,
        0xB0, 0x20, 0xE6, 0xA0, 0xE6, 0x20,  // MOV AL,20h; OUT A0h,AL; OUT 20h,AL
        0x85, 0xED, 0x74, 0x0E,  // TEST BP,BP; JZ to the end
        0x0E, 0xE8, 0x00, 0x00,  // PUSH CS; CALL next
        0x58, 0x05, 0x0A, 0x00, 0x50,  // next: POP AX; ADD AX,10; PUSH AX: the return address is the end
        0x89, 0xE8,  // MOV AX,BP
        0x06, 0x57, 0xCB,  // PUSH ES; PUSH DI; RETF to the program's handler
        0x07, 0x1F, 0x61, 0xCF,  // the end: POP ES; POP DS; POPA; IRET
    ]

    private func receive(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        registers.bp = 0
        let byte = host.readPort(0x60)
        if expectedReplies > 0 {
            expectedReplies -= 1
            return .done
        }
        // Bit 3 is set in the first byte of each packet.
        if packet.isEmpty, byte & 0x08 == 0 { return .done }
        packet.append(byte)
        guard packet.count == 3 else { return .done }
        let events = take(packet)
        packet = []
        guard events & state.eventMask != 0, state.handler != FarPointer(0, 0) else { return .done }
        // AX is set from BP by the code; BX buttons, CX and DX the place, SI and DI mickeys, the handler in ES:DI.
        registers.bp = events & state.eventMask
        registers.bx = UInt16(state.buttons)
        registers.cx = UInt16(truncatingIfNeeded: column)
        registers.dx = UInt16(truncatingIfNeeded: row)
        registers.si = UInt16(truncatingIfNeeded: state.mickeysX)
        registers.es = state.handler.segment
        registers.di = state.handler.offset
        return .done
    }

    /// A packet's movement and buttons; the events by AX=000Ch's bits.
    private func take(_ packet: [UInt8]) -> UInt16 {
        let dx = Int32(packet[1]) - (packet[0] & 0x10 != 0 ? 256 : 0)
        let dy = Int32(packet[2]) - (packet[0] & 0x20 != 0 ? 256 : 0)
        var events: UInt16 = 0
        if dx != 0 || dy != 0 {
            move(dx, -dy)
            events |= 1
        }
        let buttons = packet[0] & 7
        for button in 0..<3 {
            let bit = UInt8(1) << UInt8(button)
            guard (buttons ^ state.buttons) & bit != 0 else { continue }
            if buttons & bit != 0 {
                state.presses[button] &+= 1
                state.pressPlace[button] = (column, row)
                events |= 2 << UInt16(button * 2)
            } else {
                state.releases[button] &+= 1
                state.releasePlace[button] = (column, row)
                events |= 4 << UInt16(button * 2)
            }
        }
        state.buttons = buttons
        return events
    }

    private func move(_ dx: Int32, _ dy: Int32) {
        state.mickeysX &+= dx
        state.mickeysY &+= dy
        let (x, y) = (dx * 8 + state.remainderX, dy * 8 + state.remainderY)
        state.remainderX = x % max(1, state.ratioX)
        state.remainderY = y % max(1, state.ratioY)
        place(state.x + x / max(1, state.ratioX), state.y + y / max(1, state.ratioY))
    }

    private func place(_ x: Int32, _ y: Int32) {
        undraw()
        state.x = min(max(x, state.minimumX), max(state.minimumX, state.maximumX))
        state.y = min(max(y, state.minimumY), max(state.minimumY, state.maximumY))
        draw()
    }

    /// In text modes places are those of cells.
    private var isText: Bool { bios?.isTextMode ?? true }
    private var column: Int32 { isText ? state.x & ~7 : state.x }
    private var row: Int32 { isText ? state.y & ~7 : state.y }

    // MARK: The pointer in text modes

    private func draw() {
        guard state.visibility >= 0, state.drawn == nil, let bios, bios.isTextMode else { return }
        let address = bios.textAddress(
            page: bios.page, row: UInt8(clamping: state.y / 8),
            column: UInt8(clamping: state.x / (bios.columns == 40 ? 16 : 8)))
        let old = host.readWord(address)
        state.drawn = (address, old)
        host.writeWord(address, old & state.screenMask ^ state.cursorMask)
    }

    /// Takes the pointer away, unless the program has drawn over it.
    private func undraw() {
        guard let (address, old) = state.drawn else { return }
        state.drawn = nil
        if host.readWord(address) == old & state.screenMask ^ state.cursorMask { host.writeWord(address, old) }
    }

    // MARK: INT 33h

    func service(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        switch registers.ax {
        case 0x00, 0x21:
            reset()
            registers.ax = 0xFFFF
            registers.bx = 3
        case 0x01:
            if state.visibility < 0 { state.visibility += 1 }
            draw()
        case 0x02:
            undraw()
            state.visibility -= 1
        case 0x03:
            registers.bx = UInt16(state.buttons)
            registers.cx = UInt16(truncatingIfNeeded: column)
            registers.dx = UInt16(truncatingIfNeeded: row)
        case 0x04: place(Int32(Int16(bitPattern: registers.cx)), Int32(Int16(bitPattern: registers.dx)))
        case 0x05, 0x06: buttonHistory(&registers)
        case 0x07: (state.minimumX, state.maximumX) = limits(registers)
        case 0x08: (state.minimumY, state.maximumY) = limits(registers)
        case 0x09: break
        case 0x0A: (state.screenMask, state.cursorMask) = (registers.cx, registers.dx)
        case 0x0B:
            registers.cx = UInt16(truncatingIfNeeded: state.mickeysX)
            registers.dx = UInt16(truncatingIfNeeded: state.mickeysY)
            (state.mickeysX, state.mickeysY) = (0, 0)
        case 0x0C: (state.eventMask, state.handler) = (registers.cx, FarPointer(registers.es, registers.dx))
        case 0x0F: (state.ratioX, state.ratioY) = (max(1, Int32(registers.cx)), max(1, Int32(registers.dx)))
        case 0x14: exchangeHandler(&registers)
        case 0x15: registers.bx = 0x100
        case 0x1B: (registers.bx, registers.cx, registers.dx) = (50, 50, 50)
        case 0x24: (registers.bx, registers.cx) = (0x0805, 0x0400)
        default: break
        }
        if registers.ax == 0x07 || registers.ax == 0x08 { place(state.x, state.y) }
        return .done
    }

    private func limits(_ registers: ServiceRegisters) -> (Int32, Int32) {
        let (a, b) = (Int32(Int16(bitPattern: registers.cx)), Int32(Int16(bitPattern: registers.dx)))
        return (min(a, b), max(a, b))
    }

    private func buttonHistory(_ registers: inout ServiceRegisters) {
        let button = Int(min(registers.bx, 2))
        let isPress = registers.ax == 0x05
        registers.ax = UInt16(state.buttons)
        registers.bx = isPress ? state.presses[button] : state.releases[button]
        let place = isPress ? state.pressPlace[button] : state.releasePlace[button]
        registers.cx = UInt16(truncatingIfNeeded: place.x)
        registers.dx = UInt16(truncatingIfNeeded: place.y)
        if isPress { state.presses[button] = 0 } else { state.releases[button] = 0 }
    }

    private func exchangeHandler(_ registers: inout ServiceRegisters) {
        let old = (state.eventMask, state.handler)
        (state.eventMask, state.handler) = (registers.cx, FarPointer(registers.es, registers.dx))
        registers.cx = old.0
        registers.es = old.1.segment
        registers.dx = old.1.offset
    }

    private func reset() {
        undraw()
        state = State()
        if let mode = bios?.videoMode, !mode.isText {
            state.maximumX = 639
            state.maximumY = Int32(mode.rows) * Int32(mode.height) - 1
        }
        state.y = (state.maximumY + 1) / 2
        enable()
    }

    /// Switches the controller's second port, its interrupt and the mouse's reports on.
    private func enable() {
        guard !isEnabled else { return }
        isEnabled = true
        host.writePort(0x64, 0xA8)
        host.writePort(0x64, 0x60)
        host.writePort(0x60, 0x47)
        expectedReplies = 1
        host.writePort(0x64, 0xD4)
        host.writePort(0x60, 0xF4)
        // The second controller's line 12, and the line between the two.
        host.writePort(0xA1, host.readPort(0xA1) & ~0x10)
        host.writePort(0x21, host.readPort(0x21) & ~0x04)
    }
}
