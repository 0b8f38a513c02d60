import VellumMachine

/// What becomes of POPF where virtualization goes by trapping alone: the classic case of an instruction that is
/// sensitive and not privileged (Popek & Goldberg 1974; Robin & Irvine 2000).
///
/// A kernel with interrupts on pops flags with IF clear, then looks at its flags.
struct POPFDemonstration {
    /// What one way of running the kernel gave.
    struct Outcome: Equatable {
        /// The privilege level that the kernel's code ran at.
        var cpl: UInt8
        /// IF as the kernel sees it after POPF.
        var interruptFlag: Bool
        /// Hypervisor calls for POPF; each is a place where Vellum stepped in.
        var calls: UInt64
        /// The processor raised a fault, which a monitor could have caught.
        var trapped: Bool
    }

    /// IF after POPF by the manual (SDM vol. 2, POPF, table 4-16): it changes only where CPL ≤ IOPL; otherwise it stays,
    /// and nothing traps.
    static func architecture(interruptFlag: Bool, popped: Bool, cpl: UInt8, iopl: UInt8) -> Bool {
        cpl <= iopl ? popped : interruptFlag
    }

    private static let load: UInt32 = 0x10000
    private static let result: UInt32 = 0x2000
    /// Where the kernel starts at ring 0, and where a monitor that deprivileges it starts it.
    private static let ring0: UInt32 = load
    private static let ring3: UInt32 = load + 0x10

    private static let guest: [UInt8] = {
        var image = [UInt8](repeating: 0x90, count: 0x100)
        func put(_ bytes: [UInt8], at offset: Int) { image.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
        // sti; jmp kernel
        put([0xFB, 0xEB, 0x7D], at: 0x00)
        // lgdt; mov ax, 23h; mov ds, ax; push SS, ESP, EFLAGS (IF, IOPL 0), CS, EIP; iret to ring 3
        put([0x0F, 0x01, 0x15, 0xC0, 0x00, 0x01, 0x00, 0x66, 0xB8, 0x23, 0x00, 0x8E, 0xD8, 0x6A, 0x23], at: 0x10)
        put([0x68, 0x00, 0x80, 0, 0, 0x68, 0x02, 0x02, 0, 0, 0x6A, 0x1B, 0x68, 0x80, 0x00, 0x01, 0x00, 0xCF], at: 0x1F)
        // The kernel: push 2; popf; pushf; pop eax; mov [2000h], eax; jmp to itself
        put([0x6A, 0x02, 0x9D, 0x9C, 0x58, 0xA3, 0x00, 0x20, 0, 0, 0xEB, 0xFE], at: 0x80)
        // The GDT's pseudo-descriptor and the GDT: flat code and data for rings 0 and 3.
        put([0x27, 0x00, 0xD0, 0x00, 0x01, 0x00], at: 0xC0)
        for (index, access) in [(1, 0x9B), (2, 0x93), (3, 0xFB), (4, 0xF3)] as [(Int, UInt8)] {
            put([0xFF, 0xFF, 0, 0, 0, access, 0xCF, 0], at: 0xD0 + index * 8)
        }
        return image
    }()

    /// Runs the kernel at ring 0 under Vellum.
    static func underVellum() throws -> Outcome { try run(entry: ring0) }

    /// Runs the same bytes at ring 3, as naive trap-and-emulate does, and sees whether anything traps.
    static func deprivileged() throws -> Outcome { try run(entry: ring3) }

    private static func run(entry: UInt32) throws -> Outcome {
        var image = BootImage(name: "popf", bytes: guest)
        image.flat = FlatLayout(load: load, entry: entry)
        var configuration = MachineConfiguration(image: image)
        configuration.memory = 1 << 20
        let machine = try Machine(configuration)
        // Far more than the dozen instructions needed, far fewer than until the timer's first tick.
        let report = machine.run(maximumInstructions: 100)
        let flags = machine.readMemory(at: result, count: 4)
        return Outcome(
            cpl: machine.registers.cpl, interruptFlag: flags[1] & 2 != 0,
            calls: machine.statistics.callsByKind["popf"] ?? 0, trapped: report.reason != .instructionLimit)
    }

    /// The table of the three ways.
    static func report() throws -> String {
        let vellum = try underVellum()
        let naive = try deprivileged()
        let real = architecture(interruptFlag: true, popped: false, cpl: 0, iopl: 0)
        let rule = architecture(interruptFlag: true, popped: false, cpl: 3, iopl: 0)
        func flag(_ set: Bool) -> String { set ? "1 (on) " : "0 (off)" }
        return """
              A kernel with interrupts on runs POPF to switch them off, then PUSHF to look.

                                                  ring   traps   IF after POPF
                a real machine                      0      -       \(flag(real))   what the kernel meant
                naive trap-and-emulate              3      \(naive.trapped ? "yes" : "no ")     \(flag(rule))   \
            IF kept, silently: the kernel is wrong about itself
                  the same bytes at ring 3, run     \(naive.cpl)      \(naive.trapped ? "yes" : "no ")     \
            \(flag(naive.interruptFlag))
                Vellum                              \(vellum.cpl)      -       \(flag(vellum.interruptFlag))   \
            POPF was rewritten into a hypervisor call (\(vellum.calls))
            """
    }
}
