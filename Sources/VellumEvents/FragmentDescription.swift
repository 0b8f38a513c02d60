/// A fragment's number: 1, 2, 3… in the order in which a machine made them.
public struct FragmentID: Hashable, Comparable, Sendable {
    public var number: UInt32
    public init(_ number: UInt32) { self.number = number }
    public static func < (a: FragmentID, b: FragmentID) -> Bool { a.number < b.number }
}

/// Why a fragment had to be made.
public enum TranslationCause: UInt8, CaseIterable, Sendable {
    /// Nothing had been translated at this place.
    case firstSeen = 1
    /// The place had been translated for another mode: other segments, privilege or control bits.
    case modeChange
    /// The place had been translated, but an event or trap asks for a single instruction (or the reverse).
    case singleInstruction
    /// The same fragment had been in the cache and was evicted.
    case evicted
    /// The same fragment had been in the cache until its bytes were written.
    case invalidated
    /// The same fragment had been in the cache until its second page was mapped elsewhere.
    case remapped
    /// Code that is not in memory (a device's) is translated anew each time.
    case uncached

    /// Words for people and for JSON.
    public var name: String {
        switch self {
        case .firstSeen: "first-seen"
        case .modeChange: "mode-change"
        case .singleInstruction: "single-instruction"
        case .evicted: "evicted"
        case .invalidated: "invalidated"
        case .remapped: "remapped"
        case .uncached: "uncached"
        }
    }
}

/// How a fragment ends.
public enum FragmentEnding: String, Sendable {
    case jump, branch, indirect, `return`, fault, exit
}

/// A fragment as it enters the cache.
public struct FragmentDescription: Sendable {
    public var id: FragmentID
    public var cause: TranslationCause
    /// The fragment that was at the same place before, where there was one.
    public var previous: FragmentID?
    public var eip: UInt32
    /// Linear and physical address of the first byte.
    public var linear: UInt32
    public var physical: UInt32
    /// CS.D: 16- or 32-bit code.
    public var is32Bit: Bool
    public var cpl: UInt8
    public var isProtected: Bool
    public var isVirtual8086: Bool
    public var isPaged: Bool
    /// The whole of the mode, as the engine has it; two fragments of one place differ in it.
    public var mode: UInt32
    public var codeBase: UInt32
    public var codeLimit: UInt32
    /// Instructions, micro-ops, and bytes in the cache.
    public var instructions: Int
    public var microOps: Int
    public var cacheBytes: Int
    /// At most so many instructions were asked for; zero for the usual limit.
    public var limit: UInt32
    public var ending: FragmentEnding
    /// Where its direct links lead, as EIP: taken, not taken.
    public var targets: [UInt32]
    /// The guest bytes that it was made from.
    public var code: [UInt8]
    /// Where each instruction starts, in bytes from the first.
    public var offsets: [UInt16]
    /// Physical address of the first byte on the second page, where it lies across two.
    public var secondPage: UInt32?
    /// It lies across two pages.
    public var straddles: Bool { secondPage != nil }

    package init(id: FragmentID, cause: TranslationCause, ending: FragmentEnding) {
        self.id = id
        self.cause = cause
        self.ending = ending
        (eip, linear, physical, mode, codeBase, codeLimit, limit) = (0, 0, 0, 0, 0, 0, 0)
        (is32Bit, isProtected, isVirtual8086, isPaged) = (false, false, false, false)
        (instructions, microOps, cacheBytes) = (0, 0, 0)
        cpl = 0
        targets = []
        code = []
        offsets = []
    }
}
