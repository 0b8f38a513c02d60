import VellumExecution
import VellumHypervisor
import VellumIA32

extension Machine {
    /// A report on the guest's end; nil for an end that is none of a guest that cannot go on.
    ///
    /// Asking changes nothing that the guest or the statistics could show.
    public func explain(_ report: ExitReport) -> DeadEnd? {
        switch report.reason {
        case .tripleFault: return explainTripleFault()
        case .fault: return explainProgramFault()
        // A DOS program that waits for a key is not at its HLT.
        case .halted where dos?.kernel?.waitsInVain == true: return nil
        case .halted: return explainHalt()
        default: return nil
        }
    }

    private func explainTripleFault() -> DeadEnd? {
        let view = GuestView(self)
        let steps = processor.hypervisor.history.steps
        let analysis = DeadEndAnalysis(processor.hypervisor.history.chain, in: view)
        let verdict = analysis.verdict
        var end = DeadEnd(
            kind: .tripleFault, cause: verdict.cause, explanation: verdict.explanation, registers: registers)
        end.evidence = analysis.evidence(besides: verdict)
        end.faults = steps.dropLast(analysis.chain.count).suffix(3).map { view.record(of: $0, path: nil) }
        end.faults += zip(analysis.chain, analysis.paths).map { view.record(of: $0, path: $1) }
        for path in analysis.paths {
            end.descriptors += path.descriptors.filter { !end.descriptors.contains($0) }
            end.pages += path.walks
        }
        complete(&end, view, place: analysis.chain.first?.eip ?? registers.eip)
        addFaultAddresses(&end, view, analysis.chain)
        return end
    }

    private func explainHalt() -> DeadEnd {
        let view = GuestView(self)
        let acceptsInterrupts = processor.cpu.acceptsInterrupts
        // EIP stands behind HLT.
        let place = registers.eip &- 1
        var end = DeadEnd(
            kind: .halted, cause: acceptsInterrupts ? .nothingPlanned : .haltedInterruptsOff,
            explanation: acceptsInterrupts
                ? "HLT at \(Hex.place(registers.cs, place)), and no device that could interrupt plans anything"
                : "HLT at \(Hex.place(registers.cs, place)) with interrupts off: only a reset ends that",
            registers: registers)
        if acceptsInterrupts { end.evidence.append(board.interruptMasks) }
        let last = processor.hypervisor.history.steps.filter { $0.origin == .fault }.suffix(3)
        end.faults = last.map { view.record(of: $0, path: nil) }
        complete(&end, view, place: place)
        return end
    }

    /// The registers are those at the instruction.
    private func explainProgramFault() -> DeadEnd? {
        guard let fault = dos?.kernel?.fault else { return nil }
        let view = GuestView(self)
        let place = UInt32(fault.place.offset)
        var end = DeadEnd(
            kind: .programFault, cause: .unhandledException,
            explanation: "\(fault.what) at \(Hex.place(registers.cs, place)), and the program has no handler for it",
            registers: registers)
        let last = processor.hypervisor.history.steps.filter { $0.origin == .fault }.suffix(3)
        end.faults = last.map { view.record(of: $0, path: nil) }
        complete(&end, view, place: place)
        return end
    }

    private func complete(_ end: inout DeadEnd, _ view: GuestView, place: UInt32) {
        end.tables = view.tables
        if view.usesDescriptors {
            let code = view.record(selector: registers.cs)
            if !end.descriptors.contains(code) { end.descriptors.append(code) }
        }
        if view.state.isPaging {
            end.pages.insert(view.walk(view.state[.cs].base &+ place, "code"), at: 0)
            end.pages.append(view.walk(view.state[.ss].base &+ registers.esp, "stack top"))
        }
        end.code = CodeListing(view)?.lines(around: place) ?? []
    }

    /// The tables behind page faults, and the descriptors that error codes name.
    private func addFaultAddresses(_ end: inout DeadEnd, _ view: GuestView, _ chain: [DeliveryStep]) {
        for step in chain where step.origin == .fault {
            if step.vector == 14 {
                end.pages.insert(view.walk(step.address, "fault address"), at: 0)
            } else if let code = step.errorCode, [10, 11, 12, 13].contains(step.vector), code & 0xFFFC != 0 {
                let isGate = code & 2 != 0
                let record =
                    isGate
                    ? view.record(gate: UInt8(truncatingIfNeeded: code >> 3))
                    : view.record(selector: UInt16(truncatingIfNeeded: code & 0xFFFC))
                if !end.descriptors.contains(record) { end.descriptors.append(record) }
            }
        }
    }
}

extension GuestView {
    /// Segment registers with their hidden parts, and the table registers.
    var tables: [TableRecord] {
        func record(_ name: String, _ state: SegmentState) -> TableRecord {
            TableRecord(
                name: name, selector: state.selector, base: state.base, limit: state.limit,
                text: SegmentState.text(state))
        }
        let segments: [(String, SegmentRegister)] = [
            ("CS", .cs), ("SS", .ss), ("DS", .ds), ("ES", .es), ("FS", .fs), ("GS", .gs),
        ]
        var all = segments.map { record($0.0, state[$0.1]) }
        all += [record("LDTR", state.ldtr), record("TR", state.tr)]
        for (name, table) in [("GDTR", state.gdtr), ("IDTR", state.idtr)] {
            all.append(TableRecord(name: name, base: table.base, limit: UInt32(table.limit), text: ""))
        }
        return all
    }
}

extension Board {
    /// Which interrupt lines are masked, in words.
    var interruptMasks: String {
        let mask = chips.interrupts.masks
        return "the interrupt controllers' masks are \(Hex.text(mask.first, 2)) and \(Hex.text(mask.second, 2))"
    }
}
