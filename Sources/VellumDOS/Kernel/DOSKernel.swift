/// DOS: its services over the guest's memory and registers, files, and the console.
///
/// What programs may look at or change lies in guest memory, where DOS keeps it: arena headers, PSPs with their handle
/// tables, vectors, environments.  The rest is here.
package final class DOSKernel {
    package let host: any ServiceHost
    package let stubs: StubTable
    package let bios: BIOS
    /// Further services of INT 2Fh by AH; those of extended memory register here.
    package var multiplex: [UInt8: ServiceHandler] = [:]
    /// Told when a process ends, before its memory is freed.
    package var onProcessExit: [(UInt16) -> Void] = []
    package let console: DOSConsole
    /// Names besides DOS's own that can be opened as devices: drivers that programs look for in this way.
    package var installedDevices: Set<DOSName> = []
    package internal(set) var arena: MemoryArena

    /// The current process.
    var psp: UInt16 = 0
    /// The PSP of the process that runs.
    package var currentProcess: UInt16 { psp }
    /// The command interpreter that stands above all.
    var shellPSP: UInt16 = 0
    /// AH=4Dh: how the last child ended (0 normal, 1 Ctrl-C, 2 critical error, 3 resident) and its code.
    var lastExit: UInt16 = 0
    /// The first program's errorlevel, once it has ended.
    package internal(set) var exitCode: UInt8?
    /// Why the first program could not go on.
    package internal(set) var fault: BIOS.Fault?
    /// Since when a program waits for a key that cannot come, in nanoseconds of virtual time.
    var waitsInVainSince: UInt64?
    /// It has waited too long.
    package internal(set) var waitsInVain = false

    var drives = [Drive?](repeating: nil, count: 26)
    var currentDrive: UInt8 = 2
    var transferArea = FarPointer(0, 0x80)
    var files = [SystemFile?](repeating: nil, count: DOSLayout.fileCount)
    var searches = SearchTable()
    var extendedError = ExtendedError()
    var verify = false
    var breakCheck = false
    var switchCharacter: UInt8 = 0x2F
    /// Code of DOS's own that is not the handler of an interrupt.
    struct Entries {
        /// The CP/M-style call at PSP:5.
        var callFive = FarPointer(0, 0)
        /// Calls INT 23h and looks at how its handler comes back.
        var breakReturn = FarPointer(0, 0)
        /// Makes the character in AL a capital.
        var caseMap = FarPointer(0, 0)
    }
    var entries = Entries()
    var breakFrame: BreakFrame?
    var clockOffset: Int64 = 0
    /// A service waits for a key, and InDOS says so.
    var isWaiting = false
    var lineInput: LineInput?
    /// The rest of a line that was typed at CON and not yet read.
    var consoleLine: [UInt8] = []
    /// Command interpreters by their processes.
    var shells: [UInt16: Shell] = [:]
    /// What is on its way between a file and memory.
    let transferBuffer = TransferBuffer()
    /// Services that were asked for and are not there, each told once.
    private var unknown: Set<UInt32> = []

    package init(host: any ServiceHost, stubs: StubTable, bios: BIOS) {
        self.host = host
        self.stubs = stubs
        self.bios = bios
        console = DOSConsole(host: host, bios: bios)
        arena = MemoryArena(host: host, first: DOSLayout.firstArena)
        registerServices()
        bios.keySource = { [unowned self] in keyFromStream(polls: $0) }
        bios.onTeletype = { [unowned host] in host.put(console: $0) }
        bios.onFault = { [unowned self] in fault($0, &$1) }
    }

    /// What AH=59h tells of the last error.
    struct ExtendedError {
        var code: UInt16 = 0
        var errorClass: UInt8 = 0
        var action: UInt8 = 0
        var locus: UInt8 = 0
        var pointer = FarPointer(0, 0)
    }

    func remember(_ error: DOSError) {
        let details = error.details
        extendedError = ExtendedError(
            code: error.rawValue, errorClass: details.errorClass, action: details.action, locus: details.locus)
    }

    /// A service that is not there: one line for the user, DOS's error for the program.
    func unknownService(_ interrupt: UInt8, _ registers: inout ServiceRegisters) -> ServiceOutcome {
        noteUnknown(interrupt, registers)
        remember(.invalidFunction)
        registers.ax = DOSError.invalidFunction.rawValue
        registers.carry = true
        return .done
    }

    /// A service was asked for that is not there.
    func wasNoted(_ interrupt: UInt8, _ ax: UInt16) -> Bool { unknown.contains(UInt32(interrupt) << 16 | UInt32(ax)) }

    func noteUnknown(_ interrupt: UInt8, _ registers: ServiceRegisters) {
        guard unknown.count < 256, unknown.insert(UInt32(interrupt) << 16 | UInt32(registers.ax)).inserted else {
            return
        }
        host.note("no such service: INT \(hex2(interrupt))h \(registers.description)")
    }

    // MARK: Time

    /// The guest's time of day and date now.
    var moment: Moment { Moment(seconds: clockSeconds) }

    var clockSeconds: Int64 { host.startTime + Int64(clamping: host.now / 1_000_000_000) + clockOffset }
}
