import VellumExecution
import VellumIA32

/// A stopped guest, looked at as its processor would look but without leaving a trace: no accessed bits, no TLB, no
/// device is read.
struct GuestView {
    let memory: PhysicalMemory
    let state: Privileged
    let registers: RegisterSnapshot
    let hasPSE36: Bool

    init(_ machine: Machine) {
        memory = machine.memory
        state = machine.processor.cpu.pointee.privileged
        registers = machine.registers
        hasPSE36 = machine.processor.hypervisor.model.hasPSE36
    }

    /// The A20 gate.
    var addressMask: UInt32 { state.a20 ? ~0 : ~(1 << 20) }

    /// Bytes within one page of RAM or ROM; nil elsewhere.
    func physicalBytes(_ address: UInt32, _ count: Int) -> [UInt8]? {
        let place = address & addressMask
        guard let host = memory.host(frame: place >> 12), Int(place & 0xFFF) + count <= 4096 else { return nil }
        return (0..<count).map { host.load(fromByteOffset: Int(place & 0xFFF) + $0, as: UInt8.self) }
    }

    /// Four bytes as the processor reads them: ones where nothing answers.
    func physicalLong(_ address: UInt32) -> UInt32 {
        guard let bytes = physicalBytes(address, 4) else { return ~0 }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// A byte at a linear address; nil where it is not mapped to memory.
    func byte(_ linear: UInt32) -> UInt8? {
        let walk = walk(linear, "")
        guard walk.outcome == .mapped || walk.outcome == .unpaged else { return nil }
        return physicalBytes(walk.physical, 1)?.first
    }

    /// Bytes from a linear address on, as many as can be read.
    func bytes(_ linear: UInt32, _ count: Int) -> [UInt8] {
        var found: [UInt8] = []
        for offset in 0..<UInt32(max(count, 0)) {
            guard let byte = byte(linear &+ offset) else { break }
            found.append(byte)
        }
        return found
    }

    func word(_ linear: UInt32) -> UInt16? {
        let pair = bytes(linear, 2)
        return pair.count == 2 ? UInt16(pair[0]) | UInt16(pair[1]) << 8 : nil
    }

    func long(_ linear: UInt32) -> UInt32? {
        let four = bytes(linear, 4)
        return four.count == 4 ? four.reversed().reduce(0) { $0 << 8 | UInt32($1) } : nil
    }

    func descriptor(at linear: UInt32) -> Descriptor? {
        guard let low = long(linear), let high = long(linear &+ 4) else { return nil }
        return Descriptor(low: low, high: high)
    }

    /// Linear address of the instruction at hand.
    var place: UInt32 { state[.cs].base &+ registers.eip }

    var usesDescriptors: Bool { state.isProtected && !state.isVirtual8086 }
}
