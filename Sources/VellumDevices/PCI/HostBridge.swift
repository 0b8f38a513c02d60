/// The 82441FX host bridge of the 440FX (Intel 290549): bus 0, device 0.  What software wants of it is the map of the
/// memory below 1 MiB: shadow RAM (PAM0–PAM6, 59h–5Fh) and system-management RAM (72h).
package final class HostBridge: Device, PCIFunction {
    package typealias State = PCIRegisters

    /// Where accesses to a part of C0000h–FFFFFh go.  Bit 0 sends reads to RAM, bit 1 writes; the others go to the bus,
    /// where the firmware's ROM is.
    package enum Shadow: UInt8, Sendable {
        case rom = 0, readRAM = 1, writeRAM = 2, ram = 3
    }

    static let pam: UInt8 = 0x59
    static let systemManagementRAM: UInt8 = 0x72

    /// Page frames whose shadow the bridge decides.
    package static let shadowFrames: ClosedRange<UInt32> = 0xC0...0xFF
    /// Page frames that hold video memory, or system-management RAM when that is open.
    package static let videoFrames: ClosedRange<UInt32> = 0xA0...0xBF

    private static let layout = {
        var layout = PCILayout(device: 0x1237, revision: 2, classCode: 0x060000, command: 0x0006, status: 0x0280)
        for offset in UInt8(0x50)...0x58 { layout.set(byte: offset, 0, writable: 0xFF) }
        for index in UInt8(0)..<7 { layout.set(byte: pam + index, 0, writable: index == 0 ? 0x30 : 0x33) }
        for offset in UInt8(0x60)...0x71 { layout.set(byte: offset, 0, writable: 0xFF) }
        layout.set(byte: systemManagementRAM, 0x02, writable: 0x78)
        return layout
    }()

    private var registers = layout.registers
    /// The memory map changed: whoever maps memory asks `shadow(frame:)` and `systemManagementRAMIsOpen` again.
    package var onMapChange: () -> Void = {}

    package init() {}

    package var state: PCIRegisters {
        get { registers }
        set {
            guard newValue.isWellFormed else { return }
            registers = newValue
            onMapChange()
        }
    }

    package func reset() {
        registers = Self.layout.registers
        onMapChange()
    }

    /// Where accesses to one of `shadowFrames` go: PAM0 has F0000h–FFFFFh in its high half, each register after it
    /// twice 16 KiB from C0000h on (section 3.2.18).
    package func shadow(frame: UInt32) -> Shadow {
        guard frame < 0xF0 else { return Shadow(rawValue: registers[byte: Self.pam] >> 4 & 3) ?? .rom }
        let segment = UInt8(truncatingIfNeeded: (frame &- 0xC0) >> 2)
        let bits = registers[byte: Self.pam + 1 + min(segment >> 1, 5)]
        return Shadow(rawValue: (segment & 1 == 0 ? bits : bits >> 4) & 3) ?? .rom
    }

    /// D_OPEN and G_SMRAME without D_LCK: A0000h–BFFFFh is RAM for everyone.
    package var systemManagementRAMIsOpen: Bool { registers[byte: Self.systemManagementRAM] & 0x58 == 0x48 }

    package func readConfiguration(offset: UInt8) -> UInt32 { registers[offset] }

    package func writeConfiguration(offset: UInt8, value: UInt32, mask: UInt32) {
        let before = registers
        // D_LCK (bit 4) stays until a reset, and keeps the rest of its register.
        let locked = registers[byte: Self.systemManagementRAM] & 0x10 != 0
        let keep: UInt32 = locked && offset & 0xFC == Self.systemManagementRAM & 0xFC ? 0x00FF_0000 : 0
        Self.layout.write(&registers, offset: offset, value: value, mask: mask & ~keep)
        if registers != before { onMapChange() }
    }
}
