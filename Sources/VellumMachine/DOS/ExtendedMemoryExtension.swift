import VellumDOS
import VellumExecution

/// Gives DOS programs the machine's memory above 1 MiB: through XMS, and in protected mode through DPMI.
struct ExtendedMemoryExtension: DOSExtension {
    func install(on machine: DOSMachine, kernel: DOSKernel) {
        let driver = ExtendedMemoryDriver(host: machine, memory: UInt32(clamping: machine.processor.memory.size))
        driver.register(on: kernel, stubs: machine.stubs)
        let host = ProtectedHost(machine: machine, kernel: kernel, driver: driver)
        host.install()
        machine.protectedHost = host
        // As with HIMEM.SYS: who asks the BIOS is told that all is in use.
        machine.bios?.extendedMemoryIsTaken = true
    }
}
