import Foundation
import Testing
import Vellum

/// Guests that nobody here wrote, from Debian's packages.
@Suite struct RealGuestTests {
    @Test func memtestCompletesItsFirstTestsWithoutAnError() throws {
        let guest = try GuestRunner(
            "/boot/memtest86+ia32.bin", commandLine: "console=ttyS0,115200", memory: 16 << 20)
        // Test 4 has begun: tests 0 to 3 are through.
        let reached = guest.run(until: 8_000_000_000, slice: 100_000_000) { $0.machine.screenText.contains("#4") }
        let screen = guest.machine.screenText
        #expect(reached, "\(screen)")
        #expect(screen.contains("Memtest86+ v6"))
        #expect(screen.contains("Errors: 0"), "\(screen)")
        #expect(guest.serial.contains("Memtest86+"))
        #expect(guest.serial.contains("Errors: 0"))
    }

    @Test func invadersShowsItsFleetAndFiresWhenTheKeyIsPressed() throws {
        let guest = try GuestRunner("/boot/invaders.exec")
        #expect(guest.run(until: 60_000_000) { $0.machine.screenText.contains("-*-") }, "the fleet shows")
        let still = guest.machine.saveState()
        func screens(typing text: String?) -> Set<String> {
            guest.machine.restore(still)
            if let text { guest.machine.type(text) }
            var seen: Set<String> = []
            _ = guest.run(until: 40_000_000, slice: 2_000_000) {
                seen.insert($0.machine.screenText)
                return false
            }
            return seen
        }
        let idle = screens(typing: nil)
        #expect(screens(typing: nil) == idle, "the same moment goes on in the same way")
        #expect(screens(typing: " ") != idle, "a shot shows")
        #expect(guest.report == nil, "the game goes on")
    }

    @Test func gnuMachPrintsItsMemoryAndDeviceLines() throws {
        let guest = try GuestRunner(Guests.downloaded("gnumach.gz"), commandLine: "console=com0")
        let reached = guest.run(until: 1_000_000_000) { $0.serial.contains("bootstrap_create") }
        #expect(reached, "\(guest.serial)")
        #expect(guest.serial.contains("GNU Mach 1.8"))
        #expect(guest.serial.contains("vm_page: DIRECTMAP: pages"))
        #expect(guest.serial.contains("Probing PCI hardware."))
        #expect(guest.serial.contains("biosmem: 000000000000100000:000000000004000000, available"))
    }

    @Test func linuxBootsWorksAndSwitchesItselfOff() throws {
        let guest = try GuestRunner(
            Guests.downloaded("linux"), commandLine: "console=ttyS0 earlyprintk=ttyS0 panic=-1",
            modules: [Guests.downloaded("initramfs.gz")])
        _ = guest.run(until: 20_000_000_000, slice: 500_000_000) { $0.report != nil }
        let serial = guest.serial
        #expect(guest.report?.reason == .powerOff, "\(serial.suffix(2000))")
        #expect(serial.contains("Linux version 6.1"))
        #expect(serial.contains("ACPI: Using IOAPIC for interrupt routing"))
        #expect(serial.contains("BIOS-e820: [mem 0x0000000000100000-0x0000000003ffffff] usable"))
        #expect(serial.contains("64MB LOWMEM available."))
        #expect(serial.contains("init: sum 97406784"))
        #expect(serial.contains("init: \(try hostDigest())"))
        #expect(serial.contains("init: gzip same"))
        #expect(serial.contains("init: forked 100"))
    }

    @Test func linuxsBootIsTheSameTwiceAndWithoutChainingOrCallsInTheCache() throws {
        func boot(plainly: Bool) throws -> Outcome {
            let guest = try GuestRunner(
                Guests.downloaded("linux"), commandLine: "console=ttyS0 panic=-1",
                modules: [Guests.downloaded("initramfs.gz")]
            ) {
                $0.chaining = !plainly
                $0.callsInCache = !plainly
            }
            #expect(guest.finish().reason == .powerOff)
            return Outcome(
                instructions: guest.machine.instructions, hash: guest.machine.stateHash, serial: guest.serial)
        }
        let first = try boot(plainly: false)
        #expect(try boot(plainly: false) == first)
        #expect(try boot(plainly: true) == first)
    }

    /// What the host says of the file that the guest digests.
    private func hostDigest() throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
        process.arguments = [Guests.root.appendingPathComponent(".tools/i386/bin/busybox").path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return String(output.prefix(64))
    }

    @Test func twoRunsOfARealGuestAgreeToTheBit() throws {
        func run() throws -> Outcome {
            let guest = try GuestRunner("/boot/memtest86+ia32.bin", memory: 8 << 20)
            _ = guest.run(until: 150_000_000) { _ in false }
            return Outcome(
                instructions: guest.machine.instructions, hash: guest.machine.stateHash,
                serial: guest.machine.screenText)
        }
        #expect(try run() == run())
    }
}
