import Vellum

/// Counts which instruction's stores hit translated code, and how many fragments that cost.
final class CodeWriters: EngineObserver {
    let interests: EventKinds = [.removals]
    var losses: [UInt32: Int] = [:]

    func observe(_ event: EngineEvent, at moment: Moment) {
        if case .invalidated(_, let write) = event, write.writer == .store { losses[write.eip, default: 0] += 1 }
    }
}

func findCodeWriters(in image: BootImage) throws -> [UInt32: Int] {
    let machine = try Machine(MachineConfiguration(image: image))
    let writers = CodeWriters()
    machine.attach(writers)
    machine.run(maximumInstructions: 10_000_000)
    return writers.losses
}
