import VellumDOS
import VellumExecution

/// Gives DOS programs the machine's memory above 1 MiB: through XMS, a window in the
/// first megabyte by EMS, and protected mode by DPMI.
struct ExtendedMemoryExtension: DOSExtension {
    func install(on machine: DOSMachine, kernel: DOSKernel) {
        let driver = ExtendedMemoryDriver(host: machine, memory: UInt32(clamping: machine.processor.memory.size))
        driver.register(on: kernel, stubs: machine.stubs)
        // Nothing shows in the window yet, also when the machine starts again.
        machine.showMemory(nil, at: 0xE_0000, count: 0x1_0000)
        ExpandedMemoryDriver(host: machine, memory: driver).register(on: kernel, stubs: machine.stubs)
        let host = ProtectedHost(machine: machine, kernel: kernel, driver: driver)
        host.install()
        machine.protectedHost = host
        // As with HIMEM.SYS: who asks the BIOS is told that all is in use.
        machine.bios?.extendedMemoryIsTaken = true
    }
}
