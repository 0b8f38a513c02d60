import VellumEvents
import VellumMachine

/// Watches a run and keeps what a profile shows.  Attach it before the run.
package final class ProfileRecorder: EngineObserver {
    package let interests: EventKinds = [
        .translations, .removals, .faults, .ringChanges, .pageWalks, .interrupts, .entries, .callWords,
    ]
    let machine: Machine
    let options: ProfileOptions
    private let clock: () -> UInt64
    let explainer: FaultExplainer
    private let start: UInt64

    var places: PlaceTable
    var blame = BlameTable()
    var timeline = Timeline()
    var recording: EntryRecording
    var rings = RingTable()
    var faults = FaultTable()
    var stacks = StackSamples()
    var interrupts = [UInt64](repeating: 0, count: 256)
    var walks: UInt64 = 0
    var failedWalks: UInt64 = 0
    /// Instructions by ring so far.
    private var retired: [UInt64] = [0, 0, 0, 0]

    /// - Parameter clock: the host's, in nanoseconds; what it says goes nowhere but into `time`.
    package init(_ machine: Machine, options: ProfileOptions, clock: @escaping () -> UInt64) {
        self.machine = machine
        self.options = options
        self.clock = clock
        start = clock()
        places = PlaceTable(usualLimit: UInt32(clamping: max(0, machine.configuration.blockLimit)))
        explainer = FaultExplainer(machine)
        recording = EntryRecording(capacity: options.recordedEntries)
        timeline.add(TimelineSample())
    }

    package func observe(_ event: EngineEvent, at moment: Moment) {
        switch event {
        case .hypervisorCall, .tlbMissed, .tlbFlushed, .chained, .unchained, .counted: break
        case .pageWalked(_, let physical):
            walks += 1
            if physical == nil { failedWalks += 1 }
        case .translated(let fragment):
            places.add(fragment)
            blame.translated(fragment)
        case .invalidated(let fragment, let write):
            places.invalidated(fragment)
            if let place = places.place(fragment) { blame.killed(fragment, place: place, by: write) }
            recording.kill(fragment)
        case .patched(let fragment, let write):
            if let place = places.place(fragment) { blame.patched(place: place, by: write) }
        case .spuriousWrite(let write): blame.missed(write)
        case .evicted(let fragment): places.evicted(fragment)
        case .flushed(let forRoom): if !forRoom { recording.empty() }
        case .faulted(let fault): faults.add(fault, moment, explainer)
        case .interrupted(let vector): interrupts[Int(vector)] += 1
        case .ringChanged(let change): rings.add(change)
        }
    }

    package func observe(entries words: UnsafeBufferPointer<EntryWord>, at moment: Moment) {
        places.count(words, rings: &retired)
        recording.add(words, at: moment.instructions)
        if options.stackInterval > 0 { stacks.sample(machine, moment, every: options.stackInterval) }
        if moment.instructions >= timeline.next { sample() }
    }

    private func sample() {
        timeline.add(TimelineSample(machine, entries: places.entered, rings: retired, wall: clock() &- start))
    }

    /// Ends the recording: what is still open is taken in.
    package func finish() {
        machine.detach(self)
        sample()
        let all = machine.statistics
        if all.evictions > 0 || all.cacheFlushes > 0 { recording.noteEvictions() }
        places.finish()
    }

    var wallNanoseconds: UInt64 { timeline.samples.last?.wall ?? 0 }
}

/// What a profile takes down beside the counts.
package struct ProfileOptions: Sendable {
    /// Words of the log of entries that are kept for the what-if table.
    package var recordedEntries = 16_000_000
    /// Fragments that are listed with their code.
    package var listedFragments = 1000
    /// Instructions between two looks at the guest's call stack; zero for none.
    package var stackInterval: UInt64 = 0

    package init() {}
}
