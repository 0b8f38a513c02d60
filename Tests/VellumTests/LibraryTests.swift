import Testing
import Vellum

/// The public interface on a guest of a dozen bytes: a machine is configured, run, watched and looked at.
@Suite struct LibraryTests {
    final class Printer: MachineObserver {
        var text = ""
        func machine(_ machine: Machine, didSendSerial byte: UInt8) { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    }

    @Test func aDozenLines() throws {
        // cli; mov edx, 3F8h; mov al, '!'; out dx, al; mov [2000h], al; hlt
        let code: [UInt8] = [0xFA, 0xBA, 0xF8, 3, 0, 0, 0xB0, 0x21, 0xEE, 0xA2, 0, 0x20, 0, 0, 0xF4]
        var image = BootImage(name: "hello", bytes: code)
        image.flat = FlatLayout(load: 0x10000, entry: 0x10000)
        var configuration = MachineConfiguration(image: image)
        configuration.memory = 1 << 20
        let machine = try Machine(configuration)
        let printer = Printer()
        machine.observer = printer
        let report = machine.run(maximumInstructions: 1_000_000)
        #expect(report.reason == .halted)
        #expect(printer.text == "!")
        #expect(machine.registers.eax & 0xFF == 0x21)
        #expect(machine.readMemory(at: 0x2000, count: 1) == [0x21])
        #expect(machine.statistics.executed == 6)
        #expect(machine.statistics.callsByKind["cli"] == 1)
    }
}
