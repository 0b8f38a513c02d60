import Testing

@testable import VellumDevices

extension PCIFunction {
    func config(_ offset: UInt8) -> UInt32 { readConfiguration(offset: offset) }
    func setConfig(_ offset: UInt8, _ value: UInt32, mask: UInt32 = ~0) {
        writeConfiguration(offset: offset, value: value, mask: mask)
    }
}

@Suite struct HostBridgeTests {
    let bridge = HostBridge()

    @Test func saysWhatItIs() {
        #expect(bridge.config(0x00) == 0x1237_8086 && bridge.config(0x08) == 0x0600_0002)
        #expect(bridge.config(0x2C) == 0x1100_1AF4)
        bridge.setConfig(0x00, 0)
        #expect(bridge.config(0x00) == 0x1237_8086)
    }

    @Test func everySegmentGoesWhereItsAttributesSay() {
        var changes = 0
        bridge.onMapChange = { changes += 1 }
        #expect(HostBridge.shadowFrames.allSatisfy { bridge.shadow(frame: $0) == .rom })
        bridge.setConfig(0x58, 0x2130_0000 | 0x1000)
        #expect(bridge.shadow(frame: 0xF0) == .readRAM && bridge.shadow(frame: 0xFF) == .readRAM)
        // PAM1 (5Ah): C0000h in its low half, C4000h in its high half.
        #expect(bridge.shadow(frame: 0xC0) == .rom && bridge.shadow(frame: 0xC4) == .ram)
        #expect(bridge.shadow(frame: 0xC7) == .ram && bridge.shadow(frame: 0xC8) == .readRAM)
        #expect(bridge.shadow(frame: 0xCC) == .writeRAM)
        bridge.setConfig(0x5C, 0x3333_3333)
        #expect((UInt32(0xD0)...0xEF).allSatisfy { bridge.shadow(frame: $0) == .ram })
        #expect(changes == 2)
        bridge.reset()
        #expect(bridge.shadow(frame: 0xE0) == .rom && changes == 3)
    }

    @Test func managementMemoryOpensUntilItIsLocked() {
        bridge.setConfig(0x70, 0x0048_0000, mask: 0x00FF_0000)
        #expect(bridge.systemManagementRAMIsOpen)
        bridge.setConfig(0x70, 0x0018_0000, mask: 0x00FF_0000)
        bridge.setConfig(0x70, 0x0048_0000, mask: 0x00FF_0000)
        #expect(!bridge.systemManagementRAMIsOpen && bridge.config(0x70) >> 16 & 0x7F == 0x1A)
    }
}

@Suite struct ISABridgeTests {
    let lines = (0..<16).map { _ in LineProbe() }

    @Test func routesPCIInterruptsToLines() {
        let bridge = ISABridge(lines: lines)
        #expect(bridge.config(0x00) == 0x7000_8086 && bridge.config(0x0C) & 0x80_0000 != 0)
        bridge.request(1, true)
        #expect(lines.allSatisfy { !$0.level })
        bridge.setConfig(0x60, 0x8080_0B80)
        #expect(lines[11].level)
        bridge.setConfig(0x60, 0x8080_0A80)
        #expect(!lines[11].level && lines[10].level)
        bridge.request(2, true)
        bridge.setConfig(0x60, 0x800A_0A80)
        bridge.request(1, false)
        #expect(lines[10].level)
        bridge.reset()
        #expect(!lines[10].level)
    }
}

@Suite struct PowerManagementTests {
    final class Switch {
        var isOff = false
    }

    let clock = FakeClock()
    let line = LineProbe()
    let off = Switch()
    let power: PowerManagement

    init() {
        power = PowerManagement(clock: clock, line: line, powerOff: { [off] in off.isOff = true })
        power.setConfig(0x40, 0x600)
        power.setConfig(0x80, 1)
    }

    @Test func itsPortsAreWhereItsConfigurationSays() {
        #expect(power.config(0x00) == 0x7113_8086 && power.config(0x40) == 0x601)
        #expect(power.ports.contains(0x600...0x60B))
        var moved = 0
        power.onPortsChange = { moved += 1 }
        power.setConfig(0x40, 0xB000)
        #expect(power.ports.contains(0xB000...0xB00B) && !power.ports.contains(0x600...0x60B))
        power.setConfig(0x80, 0)
        #expect(power.ports.count == 2 && moved == 2)
    }

    @Test func firmwareFindsSystemManagementSetUp() { #expect(power.config(0x58) & 0x0200_0000 != 0) }

    @Test func softOffSwitchesOff() {
        power.write(port: 0x604, value: 0x2400, width: 2)
        #expect(!off.isOff)
        power.write(port: 0x604, value: 0x2000, width: 2)
        #expect(off.isOff && power.read(port: 0x604, width: 2) & 0x2000 == 0)
    }

    @Test func theCommandPortSwitchesACPIMode() {
        #expect(power.read(port: 0x604, width: 2) & 1 == 0)
        power.out(0xB2, 0xF1)
        #expect(power.read(port: 0x604, width: 2) & 1 == 1)
        power.write(port: 0x604, value: 0, width: 2)
        #expect(power.read(port: 0x604, width: 2) & 1 == 1, "software cannot clear SCI_EN")
        power.out(0xB2, 0xF0)
        power.out(0xB3, 0x12)
        #expect(power.read(port: 0x604, width: 2) & 1 == 0 && power.in(0xB3) == 0x12)
    }

    @Test func theTimerCountsAndInterruptsWhenItsHighBitChanges() {
        clock.now = 1_000_000_000
        #expect(power.read(port: 0x608, width: 4) == 3_579_545)
        #expect(power.deadline == nil)
        power.out(0xB2, 0xF1)
        power.write(port: 0x602, value: 1, width: 2)
        let half = Oscillator(hertz: 3_579_545).nanoseconds(ofTick: 1 << 23)
        #expect(power.deadline == half)
        clock.run(power, until: half)
        #expect(line.level && power.read(port: 0x600, width: 2) == 1)
        power.write(port: 0x600, value: 1, width: 2)
        #expect(!line.level && power.read(port: 0x600, width: 2) == 0)
        clock.now = Oscillator(hertz: 3_579_545).nanoseconds(ofTick: 1 << 24)
        #expect(power.read(port: 0x608, width: 4) == 0)
    }
}

@Suite struct FirmwareConfigurationTests {
    let device = FirmwareConfiguration(memory: 0x0123_4567, bootMenu: true)

    private func read(_ key: UInt16, _ count: Int) -> [UInt8] {
        device.write(port: 0x510, value: UInt32(key), width: 2)
        return (0..<count).map { _ in device.in(0x511) }
    }

    @Test func itemsAreReadByteByByteAndEndInZeros() {
        #expect(read(0, 6) == Array("QEMU".utf8) + [0, 0])
        #expect(read(3, 8) == [0x67, 0x45, 0x23, 0x01, 0, 0, 0, 0])
        #expect(read(0x0E, 2) == [1, 0] && read(0x7777, 2) == [0, 0])
    }

    @Test func filesStandInTheDirectory() {
        device.add(file: "bootorder", [7, 8, 9])
        device.add(file: "etc/x", [1])
        device.add(file: "bootorder", [5, 6])
        let directory = read(0x19, 4 + 2 * 64)
        #expect(directory[0..<4] == [0, 0, 0, 2] && directory[4..<12] == [0, 0, 0, 2, 0, 0x20, 0, 0])
        #expect(String(decoding: directory[12..<21], as: UTF8.self) == "bootorder" && directory[21] == 0)
        #expect(read(0x20, 3) == [5, 6, 0] && read(0x21, 1) == [1])
    }
}
