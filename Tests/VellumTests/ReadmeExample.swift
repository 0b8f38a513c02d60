import Vellum

/// Collects what the guest sends to its serial port.
final class Console: MachineObserver {
    var text = ""

    func machine(_ machine: Machine, didSendSerial byte: UInt8) {
        text.unicodeScalars.append(Unicode.Scalar(byte))
    }
}

func tryMemoryTester() throws -> Console {
    var image = try BootImage(path: "/boot/memtest86+ia32.bin")
    image.commandLine = "console=ttyS0,115200"
    var configuration = MachineConfiguration(image: image)
    configuration.memory = 16 << 20

    let machine = try Machine(configuration)
    let console = Console()
    machine.observer = console
    let report = machine.run(maximumInstructions: 400_000_000)

    print(report.message)
    print(machine.screenText)
    print("EIP \(machine.registers.eip), bytes there \(machine.readMemory(at: machine.registers.eip, count: 4))")
    print("hit rate \(machine.statistics.hitRate), CPUID \(machine.statistics.callsByKind["cpuid"] ?? 0) times")
    return console
}
