/// What a rule wants to go.
public enum Eviction: Equatable, Sendable {
    case everything
    /// These; when they do not make room enough, the rule is asked again, and the cache emptied when it names none.
    case fragments([FragmentID])
}

/// Decides what leaves the translation cache when a fragment does not fit any more.
///
/// A rule sees each fragment come and go, and may keep what it likes about them.  It changes how often code is
/// translated, and never what the guest computes.
public protocol EvictionRule: AnyObject {
    /// Wants to be told of each entry (by a lookup or over a link) in `entered`: entries then cost a little more.
    var needsEntries: Bool { get }
    /// A fragment of so many bytes is in the cache now.
    func inserted(_ fragment: FragmentID, bytes: Int)
    /// It is no more, whatever the reason.
    func removed(_ fragment: FragmentID)
    /// Control entered it: for rules with `needsEntries`.
    func entered(_ fragment: FragmentID)
    /// At least so many bytes must become free.
    func evict(bytes: Int) -> Eviction
}

extension EvictionRule {
    public var needsEntries: Bool { false }
    public func inserted(_ fragment: FragmentID, bytes: Int) {}
    public func removed(_ fragment: FragmentID) {}
    public func entered(_ fragment: FragmentID) {}
}

/// The rules that Vellum comes with.
public enum EvictionPolicy: String, CaseIterable, Sendable {
    /// Empty the cache.
    case flush
    /// The oldest fragments go, as many as must.
    case fifo
    /// The older half goes.
    case half
    /// The fragments entered longest ago go.
    case lru

    public func makeRule() -> any EvictionRule {
        switch self {
        case .flush: FlushRule()
        case .fifo: OldestFirstRule(share: 0)
        case .half: OldestFirstRule(share: 0.5)
        case .lru: LeastRecentRule()
        }
    }
}

/// Empties the cache: what most translators do, since it costs no bookkeeping.
public final class FlushRule: EvictionRule {
    public init() {}
    public func evict(bytes: Int) -> Eviction { .everything }
}
