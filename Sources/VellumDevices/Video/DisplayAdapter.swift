/// A VGA with the Bochs VBE extensions and 16 MiB of memory: its ports, its memory window at A0000h–BFFFFh, and the text
/// screen as a value.  The VGA's own modes reach 64 Ki addresses of four planes.
package final class DisplayAdapter: Device, PortDevice, MemoryDevice {
    package struct State: Codable, Equatable, Sendable {
        var registers: VideoRegisters
        var linear = LinearRegisters()
        /// What of memory is not zero.
        var memory: [VideoMemory.Page]
    }

    /// Where the memory window starts in physical memory, and how long it is.
    package static let windowBase: UInt32 = 0xA0000
    package static let windowSize: UInt32 = 0x20000

    package let ports: [ClosedRange<UInt16>] = [
        linearPorts, 0x3B4...0x3B5, 0x3BA...0x3BA, 0x3C0...0x3CF, 0x3D4...0x3D5, 0x3DA...0x3DA,
    ]
    let clock: any VirtualClock
    package let memory: VideoMemory
    /// One word for each address; byte n of it is plane n.
    let planes: UnsafeMutablePointer<UInt32>
    var registers = VideoRegisters()
    var linear = LinearRegisters()
    /// How the registers say that memory is reached, ready for use.
    var access = MemoryAccess(VideoRegisters(), LinearRegisters())
    /// Grows with each change of what the screen shows; equal values mean that nothing needs to be drawn again.
    package internal(set) var generation: UInt64 = 0

    package init(clock: any VirtualClock, memory: VideoMemory = VideoMemory()) {
        self.clock = clock
        self.memory = memory
        planes = memory.words
        reset()
    }

    package var state: State {
        get {
            State(registers: registers, linear: linear, memory: memory.pages)
        }
        set {
            guard newValue.registers.isWellFormed, newValue.memory.allSatisfy(\.isWellFormed) else { return }
            registers = newValue.registers
            linear = newValue.linear
            if linear.isEnabled { linear.settle() }
            memory.pages = newValue.memory
            registersChanged()
        }
    }

    /// Mode 3 with a blank screen, as the video firmware leaves it.
    package func reset() {
        registers = VideoRegisters()
        linear = LinearRegisters()
        memory.clear()
        for address in stride(from: 0, to: 0x8000, by: 2) { planes[address] = 0x0720 }
        registersChanged()
    }

    /// The way to memory changed and with it what the screen shows.
    func registersChanged() {
        accessChanged()
        generation &+= 1
    }

    /// The way to memory changed.
    func accessChanged() {
        access = MemoryAccess(registers, linear)
    }

    // MARK: Retrace

    /// Input status 1: not displaying (bit 0), in vertical retrace (bit 3).
    var inputStatus: UInt8 {
        let lineDots = UInt64(registers.horizontalTotal * registers.characterWidth)
        let frameDots = lineDots * UInt64(registers.verticalTotal)
        let dot = registers.dotClock.ticks(at: clock.now) % frameDots
        let line = Int(dot / lineDots)
        let character = Int(dot % lineDots) / registers.characterWidth
        let displays = line < registers.displayedLines && character < registers.columns
        let retraces = line >= registers.retraceStart && line < registers.retraceStart + registers.retraceLines
        return (displays ? 0 : 0x01) | (retraces ? 0x08 : 0)
    }
}
