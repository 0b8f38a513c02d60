import VellumDevices

/// A device in the physical address space.
struct MemorySlot {
    /// Nil while it answers nowhere.
    var range: ClosedRange<UInt32>?
    let device: any MemoryDevice
    /// Index of the device's alarm, for those that have one.
    var alarm: Int?
}

// Ports and memory-mapped registers.
extension Board {
    package func readPort(_ port: UInt16, width: Int) -> UInt32 {
        guard width > 1 else {
            guard let slot = portMap.slot(port) else { return 0xFF }
            let value = UInt32(slot._withUnsafeGuaranteedRef { $0.device.read(port: port) })
            accessed(slot)
            return value
        }
        if let slot = portMap.slot(port, width: width) {
            let value = slot._withUnsafeGuaranteedRef { $0.device.read(port: port, width: width) }
            accessed(slot)
            return value
        }
        var value: UInt32 = 0
        for byte in 0..<width {
            value |= readPort(port &+ UInt16(byte), width: 1) << UInt32(byte * 8)
        }
        return value
    }

    package func writePort(_ port: UInt16, value: UInt32, width: Int) {
        guard width > 1 else {
            guard let slot = portMap.slot(port) else { return }
            slot._withUnsafeGuaranteedRef { $0.device.write(port: port, value: UInt8(truncatingIfNeeded: value)) }
            return accessed(slot)
        }
        if let slot = portMap.slot(port, width: width) {
            slot._withUnsafeGuaranteedRef { $0.device.write(port: port, value: value, width: width) }
            return accessed(slot)
        }
        for byte in 0..<width {
            writePort(port &+ UInt16(byte), value: value >> UInt32(byte * 8) & 0xFF, width: 1)
        }
    }

    /// After an access: a deadline that came nearer must be known to the run loop.
    private func accessed(_ slot: PortMap.Reference) { accessed(slot._withUnsafeGuaranteedRef { $0.alarm }) }

    private func accessed(_ alarm: Int?) {
        guard let alarm else { return }
        let before = alarms.next
        alarms.refresh(alarm)
        if alarms.next < before { endFragment() }
    }

    /// Lets the memory map follow the host bridge.
    func connect(_ mapper: MemoryMapper) {
        memoryMap.append(MemorySlot(range: MemoryMapper.range, device: mapper))
        self.mapper = mapper
        chips.host.onMapChange = { [unowned mapper] in mapper.update() }
        let function = chips.displayFunction
        function.onMapChange = { [unowned mapper, unowned function] in mapper.update(function) }
    }

    package func readMemory(_ address: UInt32, width: Int) -> UInt32 {
        for slot in memoryMap {
            guard let range = slot.range, range.contains(address) else { continue }
            defer { accessed(slot.alarm) }
            return slot.device.read(offset: address - range.lowerBound, width: width)
        }
        return ~0
    }

    package func writeMemory(_ address: UInt32, value: UInt32, width: Int) {
        for slot in memoryMap {
            guard let range = slot.range, range.contains(address) else { continue }
            slot.device.write(offset: address - range.lowerBound, value: value, width: width)
            return accessed(slot.alarm)
        }
    }

    /// Puts the local APIC's registers where IA32_APIC_BASE says, or nowhere; what lay there before shows again.
    func placeLocalAPIC() {
        let window = chips.localAPIC.window
        memoryMap[0].range = window
        mapper?.setOverlay(frame: window.map { $0.lowerBound >> 12 })
    }
}
