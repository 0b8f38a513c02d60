import VellumDOS
import VellumHypervisor

/// What adds services to DOS: extended and expanded memory, protected-mode hosts.
///
/// It may add interrupts and far-call entry points to `stubs`, functions of INT 2Fh to `kernel.multiplex`, names that
/// can be opened as devices to `kernel.installedDevices`, what is to be done at a process's end to
/// `kernel.onProcessExit`, and traps that are met in protected mode to `rawHandlers`.  Vectors that are added later than
/// the start stand in `stubs.vectors` and are written to memory by whoever adds them.
package protocol DOSExtension {
    /// Called at each start, before memory is laid out and vectors are written.
    func install(on machine: DOSMachine, kernel: DOSKernel)
}

extension DOSMachine {
    /// The extensions that every DOS machine has.
    static var extensions: [any DOSExtension] { [ExtendedMemoryExtension()] }
}
