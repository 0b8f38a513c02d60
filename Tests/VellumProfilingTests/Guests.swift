import Testing
import VellumEvents
import VellumMachine

@testable import VellumProfiling

/// Guests of a few bytes.
enum SmallGuest: String, CaseIterable {
    /// Three nested loops with calls.
    case loops
    /// Many short blocks, several times over.
    case wide
    /// A store into the code that is called next.
    case thrash

    var code: [UInt8] {
        switch self {
        case .loops:
            // cli; mov ecx, 200; a: mov ebx, 5; b: call f; dec ebx; jnz b; dec ecx; jnz a; hlt; f: test ecx, 3; jz g;
            // inc eax; g: ret
            [
                0xFA, 0xB9, 200, 0, 0, 0, 0xBB, 5, 0, 0, 0, 0xE8, 7, 0, 0, 0, 0x4B, 0x75, 0xF8, 0x49, 0x75, 0xF0, 0xF4,
                0xF7, 0xC1, 3, 0, 0, 0, 0x74, 1, 0x40, 0xC3,
            ]
        case .wide: SmallGuest.blocks(600, times: 7)
        case .thrash:
            // cli; mov ecx, 100; again: xor byte [f], 8; call f; dec ecx; jnz again; hlt; f: inc eax; ret
            [
                0xFA, 0xB9, 100, 0, 0, 0, 0x80, 0x35, 0x16, 0, 1, 0, 8, 0xE8, 4, 0, 0, 0, 0x49, 0x75, 0xF1, 0xF4, 0x40,
                0xC3,
            ]
        }
    }

    /// cli; mov ecx, `times`; again: `count` times jmp $+2; dec ecx; jnz again; hlt
    static func blocks(_ count: Int, times: UInt8) -> [UInt8] {
        let back = UInt32(bitPattern: Int32(-(count * 2 + 7)))
        let target = (0..<4).map { UInt8(truncatingIfNeeded: back >> UInt32($0 * 8)) }
        return [0xFA, 0xB9, times, 0, 0, 0] + [UInt8](repeating: 0xEB, count: count).flatMap { [$0, 0] }
            + [0x49, 0x0F, 0x85] + target + [0xF4]
    }

    func configuration(_ adjust: (inout MachineConfiguration) -> Void = { _ in }) -> MachineConfiguration {
        var image = BootImage(name: rawValue, bytes: code)
        image.flat = FlatLayout(load: 0x10000, entry: 0x10000)
        var configuration = MachineConfiguration(image: image)
        configuration.memory = 1 << 20
        adjust(&configuration)
        return configuration
    }
}

/// A run with a recorder.
func record(_ configuration: MachineConfiguration, _ options: ProfileOptions = ProfileOptions()) throws
    -> ProfileRecorder
{
    let machine = try Machine(configuration)
    let recorder = ProfileRecorder(machine, options: options) { 0 }
    machine.attach(recorder)
    #expect(machine.run(maximumInstructions: 1_000_000).reason == .halted)
    recorder.finish()
    return recorder
}
