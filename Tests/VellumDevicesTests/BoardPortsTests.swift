import Testing

@testable import VellumDevices

@Suite struct SystemControlTests {
    let clock = FakeClock()
    let a20 = Wire(true)
    let resets = Resets()
    let timer: IntervalTimer
    let control: SystemControl

    final class Resets {
        var kinds: [SystemControl.Reset] = []
    }

    init() {
        timer = IntervalTimer(clock: clock, line: Wire())
        control = SystemControl(
            clock: clock, timer: timer, addressLine20: a20, requestReset: { [resets] in resets.kinds.append($0) })
    }

    @Test func theSpeakerGateRunsTimerTwoAndItsOutputIsSeen() {
        control.out(0x61, 0x01)
        timer.out(0x43, 0xB0)
        timer.out(0x42, 100, 0)
        #expect(control.in(0x61) & 0x23 == 0x01)
        clock.now = Oscillator.timer.nanoseconds(ofTick: 101)
        #expect(control.in(0x61) & 0x23 == 0x21)
        control.out(0x61, 0x03)
        #expect(control.speakerOn)
    }

    @Test func refreshTogglesEveryFifteenMicroseconds() {
        let levels = (0..<8 as Range<UInt64>).map { step in
            clock.now = step * 15_100
            return control.in(0x61) & 0x10
        }
        #expect(levels == [0, 0x10, 0, 0x10, 0, 0x10, 0, 0x10])
    }

    @Test func port92OpensA20AndResetsOnARisingBit() {
        control.out(0x92, 0x00)
        #expect(!a20.level && control.in(0x92) & 2 == 0)
        control.out(0x92, 0x02)
        #expect(a20.level && control.in(0x92) == 0x02)
        control.out(0x92, 0x03, 0x03)
        #expect(resets.kinds == [.processor])
    }

    @Test func resetControlTellsHardFromSoft() {
        control.out(0xCF9, 0x02)
        #expect(resets.kinds.isEmpty)
        control.out(0xCF9, 0x06)
        control.out(0xCF9, 0x00)
        control.out(0xCF9, 0x04)
        #expect(resets.kinds == [.system, .processor])
    }

    @Test func theTestCodeIsLatchedAndReported() {
        var codes: [UInt8] = []
        control.onPostCode = { codes.append($0) }
        control.out(0x80, 0x55)
        #expect(control.in(0x80) == 0x55 && control.postCode == 0x55 && codes == [0x55])
    }
}

@Suite struct DebugPortTests {
    @Test func theConsolesReadAsTheirSignatureAndPassBytesOn() {
        var bytes: [UInt8] = []
        let console = DebugConsole { byte, _ in bytes.append(byte) }
        console.out(0xE9, 0x41)
        console.out(0x402, 0x42)
        #expect(bytes == [0x41, 0x42])
        #expect(console.in(0xE9) == 0xE9 && console.in(0x402) == 0xE9)
    }

    @Test func theExitPortReportsItsValueAtAnyWidth() {
        var values: [UInt32] = []
        let exit = DebugExit { values.append($0) }
        exit.write(port: 0xF4, value: 0x10)
        exit.write(port: 0xF4, value: 0x1234, width: 2)
        exit.write(port: 0xF4, value: 0x1234_5678, width: 4)
        #expect(values == [0x10, 0x1234, 0x1234_5678])
        #expect(exit.ports == [0xF4...0xF7])
        #expect(DebugExit(port: 0xFFFF) { _ in }.ports == [0xFFFF...0xFFFF])
    }
}

@Suite struct PCIConfigurationTests {
    final class Function: PCIFunction {
        var registers = [UInt32](repeating: 0, count: 64)
        func readConfiguration(offset: UInt8) -> UInt32 { registers[Int(offset >> 2)] }
        func writeConfiguration(offset: UInt8, value: UInt32, mask: UInt32) {
            registers[Int(offset >> 2)] = registers[Int(offset >> 2)] & ~mask | value
        }
    }

    let pci = PCIConfiguration()

    @Test func anEmptySlotAnswersWithOnes() {
        pci.write(port: 0xCF8, value: 0x8000_0800, width: 4)
        #expect(pci.read(port: 0xCF8, width: 4) == 0x8000_0800)
        #expect(pci.read(port: 0xCFC, width: 4) == 0xFFFF_FFFF)
        #expect(pci.read(port: 0xCFE, width: 2) == 0xFFFF)
        #expect(pci.in(0xCFD) == 0xFF)
    }

    @Test func onlyADwordReachesTheAddress() {
        pci.write(port: 0xCF8, value: 0x8000_0000, width: 4)
        pci.write(port: 0xCF8, value: 0x12, width: 1)
        pci.write(port: 0xCF8, value: 0x1234, width: 2)
        #expect(pci.read(port: 0xCF8, width: 4) == 0x8000_0000)
    }

    @Test func anAttachedFunctionIsReachedByBytesAndWords() {
        let function = Function()
        pci.attach(function, device: 3, function: 1)
        pci.write(port: 0xCF8, value: 0x8000_1904, width: 4)
        pci.write(port: 0xCFC, value: 0x1122_3344, width: 4)
        pci.write(port: 0xCFD, value: 0xAA)
        pci.write(port: 0xCFE, value: 0xBBCC, width: 2)
        #expect(function.registers[1] == 0xBBCC_AA44)
        #expect(pci.read(port: 0xCFE, width: 2) == 0xBBCC)
        #expect(pci.in(0xCFD) == 0xAA)
        pci.write(port: 0xCF8, value: 0x0000_1904, width: 4)
        #expect(pci.in(0xCFD) == 0xFF, "the enable bit is off")
    }
}

@Suite struct DMAControllerTests {
    let dma = DMAController()

    @Test func aChannelIsProgrammedLowByteFirst() {
        dma.out(0x0C, 0)
        dma.out(0x04, 0x34, 0x12)
        dma.out(0x05, 0xFF, 0x01)
        dma.out(0x81, 0x0A)
        dma.out(0x0B, 0x46)
        dma.out(0x0A, 0x02)
        #expect(dma.address(2) == 0x0A_1234 && dma.channel(2).count == 0x01FF)
        #expect(dma.channel(2).mode == 0x44 && !dma.channel(2).masked)
        #expect(dma.in(0x04) == 0x34 && dma.in(0x04) == 0x12 && dma.in(0x81) == 0x0A)
    }

    @Test func wordChannelsCountInWords() {
        dma.out(0xD8, 0)
        dma.out(0xC4, 0x00, 0x80)
        dma.out(0x8B, 0x03)
        #expect(dma.address(5) == 0x03_0000)
    }

    @Test func masterClearMasksEveryChannel() {
        dma.out(0x0E, 0)
        #expect(dma.in(0x0F) == 0xF0)
        dma.out(0x0D, 0)
        #expect(dma.in(0x0F) == 0xFF)
        dma.out(0x0F, 0x05)
        #expect(dma.in(0x0F) == 0xF5)
    }

    @Test func pageRegistersHoldWhatIsWritten() {
        for port in UInt16(0x81)...0x8F { dma.out(port, UInt8(port)) }
        #expect((UInt16(0x81)...0x8F).allSatisfy { dma.in($0) == UInt8($0) })
    }
}
