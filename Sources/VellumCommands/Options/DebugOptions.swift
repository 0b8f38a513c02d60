import ArgumentParser
import VellumMachine

/// The options of the debugger for guests.
struct DebugOptions: ParsableArguments {
    @Flag(name: [.customShort("s"), .customLong("gdb-standard")], help: "The same as --gdb localhost:1234.")
    var usesStandardPort = false

    @Flag(
        name: [.customShort("S"), .customLong("stopped")],
        help: "Do not start the guest: wait for a debugger to do it (with -s or --gdb).")
    var startsStopped = false

    @Option(
        help: ArgumentHelp("Serve GDB's remote protocol: HOST:PORT, :PORT or a Unix socket's path.", valueName: "addr"))
    var gdb: DebugAddress?

    func validate() throws {
        if usesStandardPort, gdb != nil { throw ValidationError("-s and --gdb both say where GDB connects: give one.") }
        if startsStopped, address == nil {
            throw ValidationError("-S: nothing could ever start the guest; add -s or --gdb ADDR.")
        }
    }

    /// Where debuggers connect; nil for nowhere.
    var address: DebugAddress? { usesStandardPort ? .standard : gdb }

    /// A server that listens already, where one is wanted.
    func server(for machine: Machine, log: LogLevel) throws(SerialChannel.Failure) -> DebugServer? {
        guard let address else { return nil }
        let listener = try DebugListener(address)
        if log > .quiet {
            HostIO.report("gdb: listening on \(listener.name)\(startsStopped ? "; the guest waits" : "")")
        }
        return DebugServer(machine, listener, startsStopped: startsStopped, log: log)
    }
}
