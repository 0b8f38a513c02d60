import ArgumentParser
import CVellumSupport
import Glibc
import VellumMachine

/// `vellum demo`: what `make demo` shows, in half a minute.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Shows what Vellum does.", shouldDisplay: false)

    private static let guest = "/boot/invaders.exec"
    /// Instructions of each unattended run: some seconds of the guest's time.
    private static let length: UInt64 = 40_000_000
    /// Seconds of the live screen.
    private static let liveSeconds: UInt64 = 8

    func run() throws {
        let image: BootImage
        do {
            image = try BootImage(path: DemoCommand.guest)
        } catch {
            HostIO.report("\(error); it comes with Debian's package grub-invaders")
            throw ExitCode(error.exitStatus)
        }
        let configuration = MachineConfiguration(image: image)
        vellum_trap_signals()
        try showLive(configuration)
        let first = try unattended(configuration)
        say("1. \(DemoCommand.guest), unmodified, after \(DemoCommand.length) instructions under translation")
        print(framed(first.screenText))
        say("2. POPF, sensitive and not privileged, three ways")
        print(try POPFDemonstration.report())
        say("3. What the translation cache did during that run")
        print(CacheReport(statistics: first.statistics).text)
        say("4. The same run again")
        let second = try unattended(configuration)
        print(comparison(first, second))
        guard first.stateHash == second.stateHash, first.statistics.executed == second.statistics.executed else {
            throw ExitCode(70)
        }
        print("\nTry it yourself:  .build/release/vellum run \(DemoCommand.guest)")
    }

    private func say(_ title: String) { print("\n\(title)\n") }

    /// At a terminal the game is live for a while; it can be played, and Ctrl-A x ends it early.
    private func showLive(_ configuration: MachineConfiguration) throws {
        guard let display = LiveDisplay(screen: true) else { return }
        var plan = RunPlan()
        plan.timeout = DemoCommand.liveSeconds * 1_000_000_000
        plan.usesHostClock = true
        let session = RunSession(
            machine: try Machine(configuration), plan: plan, serial: SerialChannel(), display: display)
        let report = session.run()
        display.close()
        if report.reason == .signal, vellum_signal_received() != 0 { throw ExitCode(report.status) }
    }

    private func unattended(_ configuration: MachineConfiguration) throws -> Machine {
        let machine = try Machine(configuration)
        machine.run(maximumInstructions: DemoCommand.length)
        return machine
    }

    private func framed(_ text: String) -> String {
        let rule = "+" + String(repeating: "-", count: 80) + "+"
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            "|" + line + String(repeating: " ", count: max(0, 80 - line.unicodeScalars.count)) + "|"
        }
        return ([rule] + lines + [rule]).joined(separator: "\n")
    }

    private func comparison(_ first: Machine, _ second: Machine) -> String {
        func row(_ name: String, _ a: UInt64, _ b: UInt64, radix: Int = 10) -> String {
            let padding = String(repeating: " ", count: max(1, 25 - name.count))
            let values = "\(String(a, radix: radix)) and \(String(b, radix: radix))"
            return "  \(name)\(padding)\(values)   \(a == b ? "same" : "DIFFERENT")"
        }
        let (a, b) = (first.statistics, second.statistics)
        return [
            row("instructions", a.executed, b.executed), row("fragments", a.fragments, b.fragments),
            row("lookups", a.lookups, b.lookups), row("hypervisor calls", a.hypervisorCalls, b.hypervisorCalls),
            row("state hash", first.stateHash, second.stateHash, radix: 16),
        ].joined(separator: "\n")
    }
}
