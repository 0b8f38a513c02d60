import VellumExecution
import VellumIA32

/// A debugger outside the machine: breakpoints by cutting fragments, watchpoints by the soft MMU's slow path, single
/// steps by fragments of one instruction.
extension VirtualProcessor {
    /// Linear addresses before whose instructions `run` stops.
    ///
    /// Fragments that reach over a new one are dropped, and from then on translated only up to it.
    package var breakpoints: Set<UInt32> {
        get { debugger.breakpoints }
        set {
            let added = newValue.subtracting(debugger.breakpoints)
            debugger.breakpoints = newValue
            debugger.isPassing = false
            for address in added { cache.drop(covering: address) }
        }
    }

    /// What accesses `run` stops after.
    package var observedRanges: [ObservedRange] {
        get { mmu.observed }
        set {
            mmu.observe(newValue)
            debugger.hasRanges = !newValue.isEmpty
        }
    }

    /// `run` stops after one instruction, or before it where an event is delivered first.
    package var isStepping: Bool {
        get { debugger.isStepping }
        set { debugger.isStepping = newValue }
    }

    private var place: UInt32 { cpu.pointee.privileged[.cs].base &+ cpu.pointee.engine.eip }

    /// The stop due at an instruction about to run.  The breakpoint where the last stop was is passed: whoever goes on
    /// from there has seen it.
    func breakpointStop() -> ProcessorStop? {
        let linear = place
        debugger.isPassing = debugger.hasBreakpoint(at: linear)
        guard debugger.isPassing, !debugger.isStepping else { return nil }
        if let reported = debugger.reported, reported == (linear, instructions) { return nil }
        return report(.breakpoint(linear))
    }

    /// The stop due between instructions.
    /// - Parameter deliveries: how many events had been delivered when the run loop began its round.
    func debuggerStop(_ deliveries: UInt64) -> ProcessorStop? {
        if let observation = mmu.observation {
            mmu.observation = nil
            return report(.watchpoint(observation.range, isWrite: observation.isWrite))
        }
        return debugger.isStepping && cpu.pointee.engine.deliveries != deliveries ? report(.step) : nil
    }

    private func report(_ stop: ProcessorStop) -> ProcessorStop {
        debugger.reported = (place, instructions)
        return stop
    }

    /// A step came to its end by the instruction limit: the breakpoint at the next instruction counts as seen.
    package func noteStep() { _ = report(.step) }

    // MARK: Registers that memory management depends on

    /// Loads CR0, CR2, CR3 or CR4 as MOV does at ring 0; false when MOV would fault.
    package func setControl(_ number: Int, _ value: UInt32) -> Bool {
        do throws(GuestFault) {
            switch number {
            case 0: try hypervisor.setControl0(value)
            case 2: cpu.pointee.privileged.cr2 = value
            case 3: try hypervisor.setControl3(value)
            case 4 where hypervisor.model.isPentium: try hypervisor.setControl4(value)
            default: return false
            }
            return true
        } catch {
            return false
        }
    }

    /// Loads a segment register as MOV does; CS in real mode only, since elsewhere its privilege would change with it.
    package func setSegment(_ segment: SegmentRegister, selector: UInt16) -> Bool {
        if segment == .cs, hypervisor.usesDescriptors { return false }
        do throws(GuestFault) {
            cpu.setSegment(segment, try hypervisor.segmentState(segment, selector))
            return true
        } catch {
            return false
        }
    }
}
