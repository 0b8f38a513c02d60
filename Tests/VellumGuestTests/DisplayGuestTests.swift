import Testing

@testable import Vellum
@testable import VellumDevices
@testable import VellumMachine

/// Guests that draw into the linear frame buffer.
@Suite struct DisplayGuestTests {
    @Test func aGuestDrawsThroughTheFrameBuffer() throws {
        let work = try Workspace()
        try work.run("nasm", "-f", "bin", "-o", "linear.bin", Guests.source("linear.asm"))
        let guest = try GuestRunner(work.path("linear.bin"))
        _ = guest.run(until: 50_000_000) { _ in false }
        #expect(guest.debug == "iwbmocdn")
        #expect(guest.report?.reason == .debugExit)
        let frame = guest.machine.frame
        #expect(frame.width == 320 && frame.height == 200)
        #expect(frame[160, 50] == TextScreen.Color(red: 0x12, green: 0x34, blue: 0x56))
    }

    @Test func aFrameBufferIsSavedAndRestored() throws {
        let work = try Workspace()
        try work.run("nasm", "-f", "bin", "-o", "linear.bin", Guests.source("linear.asm"))
        let first = try GuestRunner(work.path("linear.bin"))
        _ = first.run(until: 50_000_000) { _ in false }
        let state = first.machine.saveState()
        let second = try GuestRunner(work.path("linear.bin"))
        second.machine.restore(state)
        #expect(second.machine.frame == first.machine.frame)
        #expect(second.machine.stateHash == first.machine.stateHash)
    }

    /// GRUB's graphical terminal, through the VBE calls of the video firmware in the adapter's ROM.
    @Test func grubDrawsItsTerminal() throws {
        let guest = try GuestRunner("/usr/lib/grub-rescue/grub-rescue-cdrom.iso")
        #expect(guest.run(until: 3_000_000_000) { $0.machine.screenText.contains("Press enter") })
        guest.type("c")
        #expect(guest.run(until: 1_000_000_000) { $0.machine.screenText.contains("grub>") })
        guest.type("insmod all_video\nset gfxmode=640x480x32\nterminal_output gfxterm\n")
        let reached = guest.run(until: 500_000_000) { $0.machine.textScreen == nil }
        #expect(reached)
        _ = guest.run(until: 60_000_000) { _ in false }
        let frame = guest.machine.frame
        #expect(frame.width == 640 && frame.height == 480)
        // The prompt is light on black.
        let lit = (0..<40).flatMap { y in (0..<80).map { x in frame[x, y] } }.filter { $0.red > 100 }.count
        #expect((40...400).contains(lit), "\(lit) dots")
    }
}
