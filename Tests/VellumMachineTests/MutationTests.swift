import Glibc
import Testing

@testable import VellumMachine

/// A small generator whose runs can be had again by their seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// The seed from the environment, or the usual one.
    static var seed: UInt64 {
        getenv("VELLUM_FUZZ_SEED").flatMap { UInt64(String(cString: $0)) } ?? 20_260_101
    }
}

/// Two hundred mutations of each format: each loads within memory and runs a while, or gives one clear line.
@Suite struct MutationTests {
    private static let memory = 4 << 20

    private func mutate(_ image: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var image = image
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            switch Int.random(in: 0..<5, using: &random) {
            case 0: image = Array(image[..<Int.random(in: 0...image.count, using: &random)])
            case 1:
                image += (0..<Int.random(in: 1...64, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            case 2: overwrite(&image, with: [0xFFFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0, 1], &random)
            default:
                guard !image.isEmpty else { continue }
                // Headers lie at the front: most of the damage is done there.
                let span = Bool.random(using: &random) ? min(image.count, 128) : image.count
                image[Int.random(in: 0..<span, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
        }
        return image
    }

    private func overwrite(_ image: inout [UInt8], with words: [UInt32], _ random: inout SeededGenerator) {
        guard image.count >= 4, let word = words.randomElement(using: &random) else { return }
        let offset = Int.random(in: 0...(min(image.count, 640) - 4), using: &random) & ~3
        for byte in 0..<4 { image[offset + byte] = UInt8(truncatingIfNeeded: word >> UInt32(byte * 8)) }
    }

    private func check(_ image: BootImage, _ what: String) {
        var configuration = MachineConfiguration(image: image)
        configuration.memory = MutationTests.memory
        do {
            let machine = try Machine(configuration)
            for region in machine.plan.regions {
                #expect(region.range.upperBound <= UInt64(MutationTests.memory), "\(what)")
            }
            machine.run(maximumInstructions: 20_000)
        } catch {
            #expect([65, 66].contains(error.exitStatus), "\(what)")
            #expect(!error.description.contains("\n"), "\(what)")
        }
    }

    @Test(arguments: ["elf", "kludge", "linux", "gzip", "flat"]) func hostileImagesDoNoHarm(_ format: String) {
        let seed = SeededGenerator.seed
        print("mutating \(format) with seed \(seed)")
        var random = SeededGenerator(state: seed)
        let original =
            switch format {
            case "elf": Images.elf()
            case "kludge": Images.kludge()
            case "linux": Images.linux()
            case "gzip": Images.gzip(Images.elf())
            default: Images.exitCode
            }
        for number in 0..<200 {
            var image = BootImage(name: "mutation", bytes: mutate(original, &random))
            if format == "linux" { image.modules = [("initrd", [1, 2, 3])] }
            if format == "flat" {
                image.flat = FlatLayout(
                    load: UInt32.random(in: 0...UInt32.max, using: &random)
                        >> UInt32.random(in: 0...31, using: &random),
                    entry: UInt32.random(in: 0...0x100_0000, using: &random), mode: number & 1 == 0 ? .bits16 : .bits32)
            }
            check(image, "\(format) number \(number), seed \(seed)")
        }
    }
}
