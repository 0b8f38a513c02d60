import VellumEvents
import VellumHypervisor

extension Machine {
    /// Power-on test codes go to the observer, where it wants them.
    func connectPostCodes() {
        guard observer?.wantsPostCodes == true else { return board.chips.control.onPostCode = nil }
        board.chips.control.onPostCode = { [unowned self] in observer?.machine(self, didShowPostCode: $0) }
    }

    /// Has an observer told of what the translator and the processor do; it is kept until it is detached.
    ///
    /// Best attached before the run: where it wants entries, fragments that exist already are made again, and those
    /// translations are counted.
    public func attach(_ observer: any EngineObserver) {
        let before = processor.events.mask
        processor.events.attach(observer)
        let wanted = processor.events.mask.subtracting(before)
        if wanted.contains(.entryCounts) { processor.cache.forgetCounts() }
        guard wanted.contains(.entries) else { return }
        if processor.cache.liveFragments > 0 { processor.codeChanged() }
    }

    /// Tells an observer what it has not been told yet, and nothing from then on.
    public func detach(_ observer: any EngineObserver) {
        flushObservations()
        processor.events.detach(observer)
    }

    /// Tells observers the entries, and the counts in fragments, that they have not been told yet.
    public func flushObservations() { processor.cache.tellCounts() }
}
