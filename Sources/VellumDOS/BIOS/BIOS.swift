/// The PC's BIOS: services over the machine's own chips, with its data area at 0040:0000.
///
/// It keeps its state where a BIOS keeps it, in the data area and the chips, since programs read and write both.
package final class BIOS {
    /// An attempt to get a key from outside, where the keyboard is not the only source.
    enum KeyTake: Equatable {
        case key(UInt16)
        case nothing
        case asked
        case end
    }

    /// Something that ended the foreground program without its consent.
    package struct Fault: Equatable, Sendable {
        package var what: String
        package var place: FarPointer

        package init(what: String, place: FarPointer) {
            self.what = what
            self.place = place
        }
    }

    package let host: any ServiceHost
    /// Character generators in the machine's read-only memory.
    package var fonts = Fonts()
    /// Virtual time until which a service sleeps; the machine is woken then.
    package internal(set) var sleepUntil: UInt64?
    /// The screen was used in a way that plain text does not need.
    package internal(set) var usesScreen = false
    /// Keys from outside, asked for when the keyboard has none; the flag is for one look only.
    var keySource: (_ polls: Bool) -> KeyTake = { _ in .nothing }
    /// A character that INT 10h writes like a terminal: also for whoever reads the machine's console.
    var onTeletype: (UInt8) -> Void = { _ in }
    /// An exception that no program handles.
    var onFault: (Fault, inout ServiceRegisters) -> ServiceOutcome = { _, _ in .suspend }
    /// A memory manager has all memory above 1 MiB: INT 15h says that none is left.
    package var extendedMemoryIsTaken = false
    let mouse: MouseDriver
    var waitEnd: UInt64?

    package init(host: any ServiceHost) {
        self.host = host
        mouse = MouseDriver(host: host)
    }

    /// An address in the BIOS data area (IBM PS/2 and PC BIOS Interface Technical Reference, "Data Areas").
    static func data(_ offset: UInt32) -> UInt32 { 0x400 + offset }

    func byte(_ offset: UInt32) -> UInt8 { host.readByte(BIOS.data(offset)) }
    func setByte(_ offset: UInt32, _ value: UInt8) { host.writeByte(BIOS.data(offset), value) }
    func word(_ offset: UInt32) -> UInt16 { host.readWord(BIOS.data(offset)) }
    func setWord(_ offset: UInt32, _ value: UInt16) { host.writeWord(BIOS.data(offset), value) }

    /// The services by interrupt.
    package func register(_ stubs: StubTable) {
        let services: [(UInt8, (inout ServiceRegisters) -> ServiceOutcome)] = [
            (0x10, { [unowned self] in video(&$0) }),
            (
                0x11,
                { [unowned self] registers in
                    registers.ax = word(0x10)
                    return .done
                }
            ),
            (
                0x12,
                { [unowned self] registers in
                    registers.ax = word(0x13)
                    return .done
                }
            ),
            (0x13, { [unowned self] in disk(&$0) }),
            (0x14, { [unowned self] in serial(&$0) }),
            (0x16, { [unowned self] in keyboard(&$0) }),
            (0x17, { [unowned self] in printer(&$0) }),
            (0x18, { [unowned self] in restart(&$0) }),
            (0x19, { [unowned self] in restart(&$0) }),
            (0x1A, { [unowned self] in clock(&$0) }),
            (0x1B, { _ in .done }),
            (0x1C, { _ in .done }),
        ]
        for (number, service) in services { stubs.add(interrupt: number, service) }
        // STI before the trap: devices interrupt while a service waits for time to pass.
        stubs.setVector(
            0x15,
            stubs.add("INT 15h", code: [0xFB, 0x0F, 0x0B, 0xCF], trapAt: 1, hasFrame: true) {
                [unowned self] in system(&$0)
            })
        registerHardware(stubs)
        fonts.place(in: stubs)
        mouse.register(stubs, bios: self)
        writeIdentity(stubs)
    }

    /// What the power-on test leaves: the screen's mode, time of day, places of the glyphs.
    package func powerOn(secondsOfDay: Int64, hasCoprocessor: Bool) {
        setMode(3)
        setTicks(secondsOfDay: secondsOfDay)
        setByte(0x96, 0x10)
        // A mouse, an 80-column colour screen, a serial port; floppy drives in bits 0 and 6-7.
        let floppies = UInt16((0..<2 as Range<UInt8>).filter { host.diskShape($0) != nil }.count)
        setWord(0x10, 0x0224 | (hasCoprocessor ? 2 : 0) | (floppies > 0 ? 1 | (floppies - 1) << 6 : 0))
        setByte(0x75, UInt8((0x80..<0x82 as Range<UInt8>).filter { host.diskShape($0) != nil }.count))
    }

    /// What was done to the screen until now was the start.
    package func startWatchingScreen() { usesScreen = false }

    /// Model FCh (AT), date, and the far jump at FFFF:0 (the same reference, "System Identification").
    private func writeIdentity(_ stubs: StubTable) {
        let restart = stubs.vectors[0x19] ?? FarPointer(StubTable.segment, 0xE05B)
        let target = [UInt8(truncatingIfNeeded: restart.offset), UInt8(restart.offset >> 8), 0x00, 0xF0]
        stubs.put([0xEA] + target, at: 0xFFF0)
        stubs.put(Array("01/01/92".utf8) + [0x00, 0xFC, 0x00], at: 0xFFF5)
        stubs.put(BIOS.configurationTable, at: 0xE6F5)
    }

    /// What INT 15h, AH=C0h points to: model FCh, submodel 1, two interrupt controllers, a clock, INT 15h/4Fh called,
    /// an extended data area.
    static let configurationTable: [UInt8] = [0x08, 0x00, 0xFC, 0x01, 0x00, 0x74, 0x40, 0x00, 0x00, 0x00]

    private func restart(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        host.writePort(0x64, 0xFE)
        return .suspend
    }
}
