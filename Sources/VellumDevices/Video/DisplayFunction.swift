/// The display adapter on the PCI bus, as QEMU's standard VGA shows itself: the linear frame buffer at its first base
/// address, and the video firmware in its expansion ROM.
package final class DisplayFunction: Device, PCIFunction {
    package typealias State = PCIRegisters

    package static let vendor: UInt16 = 0x1234, device: UInt16 = 0x1111
    private static let memoryBase: UInt8 = 0x10, romBase: UInt8 = 0x30

    private let layout: PCILayout
    private let romSize: UInt32
    private var registers: PCIRegisters
    /// A base address moved, or was switched on or off.
    package var onMapChange: () -> Void = {}

    /// - Parameter romSize: bytes of the expansion ROM, rounded up to a power of two; zero for none.
    package init(romSize: Int) {
        self.romSize = romSize > 0 ? max(4096, 1 << UInt32(64 - (romSize - 1).leadingZeroBitCount)) : 0
        var layout = PCILayout(
            vendor: Self.vendor, device: Self.device, revision: 2, classCode: 0x030000, commandMask: 0x0003,
            status: 0x0000)
        // Prefetchable memory; the bits that are not writable are the size.
        layout.set(Self.memoryBase, 0x8, writable: ~(UInt32(VideoMemory.size) - 1))
        if self.romSize > 0 { layout.set(Self.romBase, 0, writable: ~(self.romSize - 1) | 1) }
        self.layout = layout
        registers = layout.registers
    }

    package var state: PCIRegisters {
        get { registers }
        set {
            guard newValue.isWellFormed else { return }
            registers = newValue
            onMapChange()
        }
    }

    package func reset() {
        registers = layout.registers
        onMapChange()
    }

    private var memoryIsOn: Bool { registers[word: 0x04] & PCILayout.Command.memory != 0 }

    /// Where the linear frame buffer answers.
    package var frameBuffer: ClosedRange<UInt32>? {
        // A saved state may hold bits that software cannot set.
        let base = registers[Self.memoryBase] & ~(UInt32(VideoMemory.size) - 1)
        guard memoryIsOn, base != 0 else { return nil }
        return base...base + (UInt32(VideoMemory.size) - 1)
    }

    /// Where the expansion ROM answers.
    package var expansionROM: ClosedRange<UInt32>? {
        guard memoryIsOn, romSize > 0, registers[Self.romBase] & 1 != 0 else { return nil }
        let base = registers[Self.romBase] & ~(romSize - 1)
        guard base != 0 else { return nil }
        return base...base + (romSize - 1)
    }

    package func readConfiguration(offset: UInt8) -> UInt32 { registers[offset] }

    package func writeConfiguration(offset: UInt8, value: UInt32, mask: UInt32) {
        let before = (frameBuffer, expansionROM)
        layout.write(&registers, offset: offset, value: value, mask: mask)
        if before != (frameBuffer, expansionROM) { onMapChange() }
    }
}
