import VellumDOS

extension DOSMachine {
    /// What keeps the machine from running on: the program has ended, could not be loaded, or waits for input from
    /// outside.
    var progress: Progress? {
        if let loadProblem { return .ended(.notLoaded(loadProblem)) }
        guard let kernel else { return nil }
        if let code = kernel.exitCode { return .ended(.dosExit(code)) }
        if let fault = kernel.fault { return .ended(.fault(fault)) }
        if kernel.waitsInVain { return .ended(.waitsInVain) }
        return kernel.console.wanted == .nothing ? nil : .idle(until: nil)
    }
}

extension ExitReport {
    fileprivate static func fault(_ fault: BIOS.Fault) -> ExitReport {
        let place = "\(hex4(fault.place.segment)):\(hex4(fault.place.offset))"
        return ExitReport(.fault, status: 121, message: "the program died of a fault: \(fault.what) at \(place)")
    }

    fileprivate static let waitsInVain = ExitReport(
        .halted, status: 120, message: "the program waits for a key, and standard input has ended")

    fileprivate static func notLoaded(_ error: DOSError) -> ExitReport {
        let reason = error == .notEnoughMemory ? "it needs more conventional memory than there is" : "\(error)"
        return ExitReport(.dosExit, status: 65, message: "the program cannot be loaded: \(reason)")
    }
}

// What a DOS program's console asks of the outside.
extension Machine {
    /// A DOS program reads its redirected standard input, and there is nothing left of what it was given.
    package var consoleWanted: DOSConsole.Wanted { dos?.kernel?.console.wanted ?? .nothing }

    /// A DOS program uses the screen as such: it has set a mode, placed text by services of the BIOS, or written to the
    /// adapter itself.
    package var usesScreen: Bool {
        guard let dos else { return true }
        return dos.bios?.usesScreen == true || board.chips.display.generation != dos.ownGeneration
    }

    /// Bytes for a DOS program's redirected standard input.
    /// - Parameter ended: no more will come.
    public func sendConsole(_ bytes: [UInt8], ended: Bool = false) { deliver(.console(bytes, ended: ended)) }
}
