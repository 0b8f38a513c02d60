import VellumEvents
import VellumMachine

/// Counts the hypervisor calls of a run by the instruction that made them, to be laid beside an audit.
package final class ExecutedSites: EngineObserver {
    package let interests: EventKinds = [.hypervisorCalls, .translations]
    private let image: CodeImage
    /// Linear address in the run less that in the audit: programs for DOS are loaded where there is room.
    private var bias: UInt32?
    private var counts: [UInt32: UInt64] = [:]

    package init(_ image: CodeImage) { self.image = image }

    package func observe(_ event: EngineEvent, at moment: Moment) {
        switch event {
        case .translated(let fragment) where bias == nil: bias = bias(of: fragment)
        case .hypervisorCall(let call) where call.completed: counts[call.linear, default: 0] += 1
        default: break
        }
    }

    /// The distance, where a fragment begins at an entry and holds its bytes.
    private func bias(of fragment: FragmentDescription) -> UInt32? {
        for entry in image.entries {
            guard let index = image.region(at: entry.address) else { continue }
            let region = image.regions[index]
            let offset = Int(entry.address - region.address)
            if region.bytes[offset...].starts(with: fragment.code) { return fragment.linear &- entry.address }
        }
        return nil
    }

    /// An audit beside what ran.
    package func comparison(with audit: Audit) -> ExecutionComparison {
        let bias = bias ?? 0
        var result = ExecutionComparison()
        let known = Set(audit.sites.map(\.address))
        for (linear, count) in counts.sorted(by: { $0.key < $1.key }) {
            let address = linear &- bias
            if known.contains(address) {
                result.executed[address] = count
            } else if audit.image.region(at: address) == nil {
                result.elsewhere += count
            } else if !audit.reached(address) {
                result.unlisted.append((address, count))
            }
        }
        return result
    }
}

/// What came of the sites of an audit in a run.
package struct ExecutionComparison: Sendable {
    /// How often each site was executed.
    package var executed: [UInt32: UInt64] = [:]
    /// Sites in the image that descent did not reach, and how often they ran.
    package var unlisted: [(address: UInt32, count: UInt64)] = []
    /// Executions outside of the image: firmware, code that was loaded, copied or unpacked.
    package var elsewhere: UInt64 = 0
}
