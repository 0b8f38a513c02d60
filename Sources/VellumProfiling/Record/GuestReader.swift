import VellumExecution
import VellumIA32
import VellumMachine

/// Reads guest memory by linear address and leaves no trace: no accessed bit, no TLB entry, no device access.
struct GuestReader {
    private let machine: Machine
    private var state: Privileged { machine.processor.cpu.pointee.privileged }

    init(_ machine: Machine) { self.machine = machine }

    /// Physical address; nil where nothing is mapped.
    func physical(_ linear: UInt32) -> UInt32? {
        guard state.isPaging else { return linear }
        return state.cr4 & CR4.pae != 0 ? walkExtended(linear) : walk(linear)
    }

    private func walk(_ linear: UInt32) -> UInt32? {
        guard let directory = word(state.cr3 & ~0xFFF | linear >> 20 & 0xFFC), directory & 1 != 0 else { return nil }
        if directory & 0x80 != 0, state.cr4 & CR4.pse != 0 { return directory & 0xFFC0_0000 | linear & 0x3F_FFFF }
        guard let table = word(directory & ~0xFFF | linear >> 10 & 0xFFC), table & 1 != 0 else { return nil }
        return table & ~0xFFF | linear & 0xFFF
    }

    private func walkExtended(_ linear: UInt32) -> UInt32? {
        let pointer = state.pdpt[Int(linear >> 30)]
        guard pointer & 1 != 0, let directory = wide(pointer, linear >> 21 & 511), directory & 1 != 0 else {
            return nil
        }
        if directory & 0x80 != 0 { return UInt32(truncatingIfNeeded: directory) & ~0x1F_FFFF | linear & 0x1F_FFFF }
        guard let table = wide(directory, linear >> 12 & 511), table & 1 != 0 else { return nil }
        return UInt32(truncatingIfNeeded: table) & ~0xFFF | linear & 0xFFF
    }

    private func wide(_ parent: UInt64, _ index: UInt32) -> UInt64? {
        let address = UInt32(truncatingIfNeeded: parent) & ~0xFFF | index * 8
        guard let low = word(address), let high = word(address + 4) else { return nil }
        return UInt64(high) << 32 | UInt64(low)
    }

    /// A word at a physical address that is a multiple of four; nil outside memory.
    private func word(_ address: UInt32) -> UInt32? {
        let memory = machine.processor.memory
        return memory.host(frame: address >> 12).map {
            $0.loadUnaligned(fromByteOffset: Int(address & 0xFFC), as: UInt32.self)
        }
    }

    /// Bytes from a linear address on, as far as they are mapped.
    func bytes(_ linear: UInt32, count: Int) -> [UInt8] {
        var result: [UInt8] = []
        for offset in 0..<UInt32(clamping: count) {
            guard let address = physical(linear &+ offset),
                let host = machine.processor.memory.host(frame: address >> 12)
            else { break }
            result.append(host.load(fromByteOffset: Int(address & 0xFFF), as: UInt8.self))
        }
        return result
    }

    /// A little-endian word of 1 to 4 bytes.
    func word(_ linear: UInt32, width: Int) -> UInt32? {
        let bytes = bytes(linear, count: width)
        guard bytes.count == width else { return nil }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The descriptor that a selector names.
    func descriptor(_ selector: UInt16) -> Descriptor? {
        let isLocal = selector & 4 != 0
        let base = isLocal ? state.ldtr.base : state.gdtr.base
        let limit = isLocal ? state.ldtr.limit : UInt32(state.gdtr.limit)
        return descriptor(base, limit, UInt32(selector & 0xFFF8))
    }

    /// The gate of a vector.
    func gate(_ vector: UInt8) -> Descriptor? {
        descriptor(state.idtr.base, UInt32(state.idtr.limit), UInt32(vector) * 8)
    }

    private func descriptor(_ base: UInt32, _ limit: UInt32, _ offset: UInt32) -> Descriptor? {
        guard offset + 7 <= limit, let low = word(base &+ offset, width: 4),
            let high = word(base &+ offset &+ 4, width: 4)
        else { return nil }
        return Descriptor(low: low, high: high)
    }
}
