import Testing
import Vellum

/// Guests of our own and Linux, served by the APICs.
@Suite struct APICGuestTests {
    @Test func aGuestLivesFromTheAPICs() throws {
        let work = try Workspace()
        try work.run("nasm", "-f", "bin", "-o", "apic.bin", Guests.source("apic.asm"))
        let guest = try GuestRunner(work.path("apic.bin"))
        _ = guest.run(until: 50_000_000) { _ in false }
        #expect(guest.debug == "11atttpp")
        #expect(guest.report?.reason == .debugExit)
    }

    @Test func linuxFindsThemInTheMultiprocessorTable() throws {
        let guest = try GuestRunner(
            Guests.downloaded("linux"), commandLine: "console=ttyS0 acpi=off apic=verbose",
            modules: [Guests.downloaded("initramfs.gz")])
        let reached = guest.run(until: 4_000_000_000) { $0.serial.contains("Using local APIC timer interrupts.") }
        #expect(reached && guest.serial.contains("Lint: type 1"), "\(guest.serial)")
    }
}
