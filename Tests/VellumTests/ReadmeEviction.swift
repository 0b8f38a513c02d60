import Vellum

/// An eviction rule of its own: the largest fragments leave first.
final class LargestFirst: EvictionRule {
    private var sizes: [FragmentID: Int] = [:]

    func inserted(_ fragment: FragmentID, bytes: Int) { sizes[fragment] = bytes }
    func removed(_ fragment: FragmentID) { sizes[fragment] = nil }

    func evict(bytes: Int) -> Eviction {
        var freed = 0
        let bySize = sizes.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
        let victims = bySize.prefix { entry in
            defer { freed += entry.value }
            return freed < bytes
        }
        return .fragments(victims.map(\.key))
    }
}

func missesWithLargestFirst(_ image: BootImage, cacheSize: Int) throws -> Statistics {
    var configuration = MachineConfiguration(image: image)
    configuration.cacheSize = cacheSize
    let machine = try Machine(configuration, evictionRule: LargestFirst())
    machine.run(maximumInstructions: 10_000_000)
    return machine.statistics
}
