import Foundation
import Testing
import VellumMachine

@testable import VellumAnalysis

/// The audit against the listing of binutils' `objdump`, filtered for the same instructions.
@Suite struct ObjdumpTests {
    /// Addresses of instructions that objdump shows as privileged or sensitive, in a region's bytes from one address to
    /// another.
    private func listed(_ file: String, _ region: CodeImage.Region, _ from: UInt32, _ to: UInt32) throws -> Set<UInt32>
    {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/objdump")
        process.arguments = [
            "-D", "-b", "binary", "-m", region.is32Bit ? "i386" : "i8086", "-w",
            "--adjust-vma=\(region.address)", "--start-address=\(from)", "--stop-address=\(to)", file,
        ]
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Set(String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap(Self.address))
    }

    /// The address of a line that shows one of them: `  1f:\tfa   \tcli`.
    private static func address(_ line: Substring) -> UInt32? {
        let fields = line.split(separator: "\t")
        guard fields.count >= 3, let address = UInt32(fields[0].trimmingCharacters(in: [" ", ":"]), radix: 16) else {
            return nil
        }
        var words = fields[2].split(separator: " ").map(String.init)
        while let first = words.first, prefixes.contains(first) { words.removeFirst() }
        guard let name = words.first else { return nil }
        let operands = words.dropFirst().joined()
        return names.contains(name) || movesSegment(name, operands) ? address : nil
    }

    private static let prefixes: Set = [
        "rep", "repz", "repnz", "data16", "data32", "addr16", "addr32", "lock", "cs", "ds",
    ]
    private static let names = Set(
        """
        pushf pushfw pushfl popf popfw popfl iret iretw iretl int int3 into lcall lcallw lcalll ljmp ljmpw ljmpl lret \
        lretw lretl cli sti hlt in out insb insw insl outsb outsw outsl lgdt lgdtl lgdtw lidt lidtl lidtw sgdt sgdtl \
        sidt sidtl lldt ltr sldt str smsw lmsw lar lsl verr verw clts invd wbinvd invlpg rdtsc rdmsr wrmsr rdpmc cpuid \
        lds les lfs lgs lss sysenter sysexit rsm
        """.split(separator: " ").map(String.init))

    /// A segment, control or debug register as an operand of its own.
    private static func movesSegment(_ name: String, _ operands: String) -> Bool {
        guard name.hasPrefix("mov") || name.hasPrefix("push") || name.hasPrefix("pop") else { return false }
        let pattern = /%([cdefgs]s|cr[0-9]|db[0-9])(?![:a-z])/
        return operands.firstMatch(of: pattern) != nil
    }

    @Test(
        arguments: ["/boot/memtest86+ia32.bin", "/boot/invaders.exec", "/usr/lib/loadlin/loadlin.exe.gz"])
    func reachedCodeHasTheSameSites(path: String) throws {
        var image = try CodeImage(HostFile.read(path), name: path)
        // memtest86+ computes the address of its first jump.
        if image.format == "Linux" { try image.addEntries([0x10_00D9]) }
        let audit = try Audit(image)
        var compared = 0
        for region in image.regions {
            let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
            try Data(region.bytes).write(to: URL(fileURLWithPath: file))
            defer { try? FileManager.default.removeItem(atPath: file) }
            for stretch in stretches(of: audit, in: region) {
                let ours = Set(audit.sites.map(\.address).filter { stretch.contains(UInt64($0)) })
                let theirs = try listed(file, region, UInt32(stretch.lowerBound), UInt32(stretch.upperBound))
                #expect(ours == theirs, "\(path) from \(hex(stretch.lowerBound)) to \(hex(stretch.upperBound))")
                compared += ours.count
            }
        }
        #expect(compared == audit.sites.count)
        print("\(path): \(compared) sites agree with objdump")
    }

    /// What lies between the gaps.
    private func stretches(of audit: Audit, in region: CodeImage.Region) -> [Range<UInt64>] {
        let gaps = audit.gaps.filter { region.range.contains(UInt64($0.start)) }.sorted { $0.start < $1.start }
        var start = region.range.lowerBound
        var stretches: [Range<UInt64>] = []
        for gap in gaps {
            if UInt64(gap.start) > start { stretches.append(start..<UInt64(gap.start)) }
            start = UInt64(gap.start) + UInt64(gap.count)
        }
        return start < region.range.upperBound ? stretches + [start..<region.range.upperBound] : stretches
    }
}
