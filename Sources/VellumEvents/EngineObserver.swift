import VellumMicroOps

/// When something happened: exact, and the same on every run.
public struct Moment: Equatable, Sendable {
    /// Guest instructions that had retired.
    public var instructions: UInt64
    /// The instruction at hand, or between instructions the next one.
    public var eip: UInt32
    /// The privilege level.
    public var cpl: UInt8

    public init(instructions: UInt64, eip: UInt32, cpl: UInt8) {
        self.instructions = instructions
        self.eip = eip
        self.cpl = cpl
    }
}

/// Watches the translator and the processor at work.
///
/// An observer sees and cannot touch: whatever it does, the guest computes the same and every count stays the same.
public protocol EngineObserver: AnyObject {
    /// What it wants to be told; asked once, when it is attached.
    var interests: EventKinds { get }

    /// Something of the kinds wanted has happened, or (`translated`) is about to take effect.
    func observe(_ event: EngineEvent, at moment: Moment)

    /// Entries into fragments since the last batch, in order: for observers that want `.entries`.
    ///
    /// A batch is told when it is full, and before a fragment or a link comes or goes; so what is not told yet came after the
    /// last such event.  `words` is valid during the call only.
    func observe(entries words: UnsafeBufferPointer<EntryWord>, at moment: Moment)
}

extension EngineObserver {
    public var interests: EventKinds { .all }
    public func observe(_ event: EngineEvent, at moment: Moment) {}
    public func observe(entries words: UnsafeBufferPointer<EntryWord>, at moment: Moment) {}
}

/// One word of the log of entries.
public struct EntryWord: Equatable, Sendable {
    public var rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public enum Meaning: Equatable, Sendable {
        /// Control entered a fragment.
        case entered(FragmentID)
        /// The fragment entered last did so many instructions more than it has, by block operations (REP).
        case repeated(UInt32)
        /// The fragment entered last was left with so many of its instructions not executed; `tried` says that the first
        /// of them began, and faulted or has to be begun again.
        case leftEarly(UInt32, tried: Bool)
        /// The run loop took over; what comes next was looked up by it.
        case runLoop
        /// The fragment was looked up, and not entered: an event is due inside it.
        case deferred(FragmentID)
        /// An instruction of the fragment entered last called the hypervisor: for observers that want `.callWords`.
        case called(CallWord)
    }

    // Computed, since a stored one would be looked after by the runtime at every use.
    package static var number: UInt32 { @inline(__always) get { 0x0FFF_FFFF } }
    package static var count: UInt32 { @inline(__always) get { 0xFFFF } }
    package static var tried: UInt32 { @inline(__always) get { 1 << 27 } }
    package static var repeated: UInt32 { @inline(__always) get { 1 << 28 } }
    package static var leftEarly: UInt32 { @inline(__always) get { 2 << 28 } }
    package static var runLoop: UInt32 { @inline(__always) get { 3 << 28 } }
    package static var deferred: UInt32 { @inline(__always) get { 4 << 28 } }
    package static var called: UInt32 { @inline(__always) get { 7 << 28 } }

    /// The fragment entered, for those who want no other meaning.
    @inline(__always) package var entered: FragmentID? {
        rawValue &>> 28 == 0 ? FragmentID(rawValue & EntryWord.number) : nil
    }

    @inline(__always) package var called: CallWord? {
        rawValue &>> 28 == 7 ? CallWord(rawValue: rawValue & EntryWord.number) : nil
    }

    @inline(__always) package var isRunLoop: Bool { rawValue == EntryWord.runLoop }

    public var meaning: Meaning {
        let value = rawValue & EntryWord.number
        switch rawValue & ~EntryWord.number {
        case EntryWord.repeated: return .repeated(value)
        case EntryWord.leftEarly: return .leftEarly(value & EntryWord.count, tried: value & EntryWord.tried != 0)
        case EntryWord.runLoop: return .runLoop
        case EntryWord.deferred: return .deferred(FragmentID(value))
        case EntryWord.called: return .called(CallWord(rawValue: value))
        default: return .entered(FragmentID(value))
        }
    }
}

/// A hypervisor call in the log of entries: bits 0 to 11 the instruction's offset in its fragment, 12 to 17 the kind,
/// 18 whether it faulted, 19 whether the cache handled it.
public struct CallWord: Equatable, Sendable {
    package var rawValue: UInt32
    @inline(__always) package init(rawValue: UInt32) { self.rawValue = rawValue }
    package static var faulted: UInt32 { 1 << 18 }
    package static var inCache: UInt32 { 1 << 19 }

    package init(_ call: HypervisorCall, offset: UInt32, faulted: Bool) {
        rawValue = offset & 0xFFF | UInt32(call.rawValue) &<< 12 | (faulted ? CallWord.faulted : 0)
    }

    /// Bytes from the fragment's first one to the instruction.
    @inline(__always) public var offset: UInt32 { rawValue & 0xFFF }
    /// False when it faulted.
    public var completed: Bool { rawValue & CallWord.faulted == 0 }
    /// The cache handled it, without the hypervisor.
    public var inCache: Bool { rawValue & CallWord.inCache != 0 }
    /// The kind's number: 0 to 63.
    package var number: UInt32 { rawValue &>> 12 & 63 }
    public var kind: HypervisorCallKind {
        // Only calls are written.
        HypervisorCallKind(HypervisorCall(rawValue: UInt8(truncatingIfNeeded: number)) ?? .pushf)
    }
}
