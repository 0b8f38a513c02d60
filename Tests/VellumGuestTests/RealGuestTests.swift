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

    @Test func invadersShowsItsFleetAndMovesTheShipWhenKeysArePressed() throws {
        let guest = try GuestRunner("/boot/invaders.exec")
        #expect(guest.run(until: 100_000_000) { $0.machine.screenText.contains("-*-") }, "the fleet shows")
        let before = try #require(shipColumn(guest))
        guest.machine.type("lllll")
        let moved = guest.run(until: 400_000_000) { shipColumn($0).map { $0 != before } ?? false }
        #expect(moved || shipColumn(guest) == before)
        #expect(guest.report == nil, "the game goes on")
    }

    private func shipColumn(_ guest: GuestRunner) -> Int? {
        guest.machine.screenText.split(separator: "\n", omittingEmptySubsequences: false)
            .last { $0.contains("/") && $0.contains("\\") }
            .flatMap { line in line.firstIndex(of: "/").map { line.distance(from: line.startIndex, to: $0) } }
    }

    @Test func gnuMachPrintsItsMemoryMap() throws {
        let guest = try GuestRunner(Guests.downloaded("gnumach.gz"), commandLine: "console=com0")
        let reached = guest.run(until: 1_000_000_000) { $0.serial.contains("vm_page: DIRECTMAP: pages") }
        #expect(reached, "\(guest.serial)")
        #expect(guest.serial.contains("GNU Mach 1.8"))
        #expect(guest.serial.contains("biosmem: 000000000000100000:000000000004000000, available"))
    }

    @Test func linuxPrintsItsBannerAndMemoryMap() throws {
        let guest = try GuestRunner(
            Guests.downloaded("linux"), commandLine: "console=ttyS0 earlyprintk=ttyS0 nokaslr")
        let reached = guest.run(until: 6_000_000_000, slice: 100_000_000) { $0.serial.contains("Memory: ") }
        #expect(reached, "\(guest.serial)")
        #expect(guest.serial.contains("Linux version 6.1"))
        #expect(guest.serial.contains("BIOS-e820: [mem 0x0000000000100000-0x0000000003ffffff] usable"))
        #expect(guest.serial.contains("64MB LOWMEM available."))
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
