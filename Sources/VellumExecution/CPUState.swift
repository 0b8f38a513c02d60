import VellumEvents
import VellumIA32
import VellumMicroOps

/// The engine's own registers, beside the guest's.
package struct EngineRegisters {
    /// EIP of the instruction at hand while a handler runs; of the next instruction between fragments.
    package var eip: UInt32 = 0
    /// While a handler runs: EIP of the instruction after the one at hand, not truncated to 16 bits.
    package var nextEIP: UInt32 = 0
    /// Instructions that may still retire before control must return to the run loop.
    package var budget: Int64 = 0
    /// Instructions that will have retired when the budget is used up.
    package var horizon: UInt64 = 0
    /// Budget set aside so that the next transfer ends the run; given back on leaving the backend.
    package var stolen: Int64 = 0
    /// While a slow path runs: charged instructions that have not retired, the current one included.
    package var unretired: Int64 = 0
    /// Lookups that the jump cache answered.
    package var jumpHits: UInt64 = 0
    /// No hypervisor call has left the cache since the run loop, or `proceed`, looked at the processor's mode.
    package var modeIsKnown = false
    /// Set by handlers that left the processor's mode as it was.
    package var keepsMode = false
    /// Hypervisor calls so far that the cache handled itself.
    package var inCacheCalls: UInt64 = 0
    /// Where the interpreter counts them by number, unless somebody wants an event for each: then it hands them all over.
    package var callCounts: UnsafeMutablePointer<UInt64>?
    /// Calls get a word in the log of entries; changes of ring are told, so that INT n and IRET are handed over.
    package var logsCalls = false
    package var tellsRings = false
    /// How many events have gone to a handler: a single step over one of them does not trap.
    package var deliveries: UInt64 = 0
    /// The type of the gate or task that the transfer at hand goes through, for those who ask; zero for none.
    package var lastGate: UInt8 = 0
    /// Calls that the hypervisor can handle as well are left to it.
    package var leavesCalls = false
    /// The bits of EFLAGS that the processor has.
    package var flagsMask: UInt32 = ~0
    /// What entries of the jump cache must carry to be valid now; zero while none is.
    package var jumpStamp: UInt64 = 0
    /// Set by slow paths: the running fragment must end after the current instruction.
    package var endRequested = false
    /// The fragment that a slow path was announced for; between fragments nil.
    package var running: FragmentPointer?
    /// Where the next entry is logged, and where the log is full; nil while nobody wants it.
    package var entryLog: UnsafeMutablePointer<EntryWord>?
    package var entryLogEnd: UnsafeMutablePointer<EntryWord>?
    /// The `FragmentMode` bits of the segments that are flat now.
    package var flatSegments: UInt32 = 0
    /// The selectors of ES CS SS DS FS GS, for the pointers that x87 keeps.
    package var selectors: (UInt16, UInt16, UInt16, UInt16, UInt16, UInt16) = (0, 0, 0, 0, 0, 0)

    package init() {}
}

/// The processor: its parts at one address.
package struct CPUState {
    package var visible = GuestVisible()
    package var floating = FloatingPointState()
    package var engine = EngineRegisters()
    package var privileged = Privileged()
    /// MTRRs, PAT, microcode revision… by number: those that software may write.
    package var modelSpecific: [UInt32: UInt64] = [:]

    package init() {}
}

/// How the hypervisor, the run loop and devices reach the processor.
package typealias CPU = UnsafeMutablePointer<CPUState>

extension UnsafeMutablePointer where Pointee == CPUState {
    /// The guest-visible part, at the same address.
    @inline(__always) package var visible: UnsafeMutablePointer<GuestVisible> {
        UnsafeMutableRawPointer(self).assumingMemoryBound(to: GuestVisible.self)
    }

    /// The x87, MMX and SSE registers.
    @inline(__always) package var floating: FloatingPointUnit {
        (UnsafeMutableRawPointer(self) + CPUState.floatingOffset).assumingMemoryBound(to: FloatingPointState.self)
    }

    /// A segment register's selector, without the walk through `privileged`.
    @inline(__always) package func selector(_ number: UInt8) -> UInt16 {
        withUnsafeBytes(of: &pointee.engine.selectors) {
            $0.load(fromByteOffset: Int(min(number, 5)) * 2, as: UInt16.self)
        }
    }

    @inline(__always) package subscript(register: GeneralRegister) -> UInt32 {
        get { visible[register] }
        nonmutating set { visible[register] = newValue }
    }

    @inline(__always) package subscript(slot: RegisterSlot) -> UInt32 {
        get { visible[slot] }
        nonmutating set { visible[slot] = newValue }
    }

    /// Instructions retired so far; exact at any moment, also while a running fragment's access is being handled.
    @inline(__always) package var instructions: UInt64 {
        pointee.engine.horizon
            &- UInt64(bitPattern: pointee.engine.budget &+ pointee.engine.stolen &+ pointee.engine.unretired)
    }

    /// The whole of EFLAGS.
    package var eflags: UInt32 {
        @inline(__always) get {
            let direction = visible.pointee.direction < 0 ? EFlags.direction.rawValue : 0
            return pointee.privileged.systemFlags | visible.arithmeticFlags.rawValue | direction | EFlags.fixed.rawValue
        }
        nonmutating set {
            visible.arithmeticFlags = EFlags(rawValue: newValue).intersection(.arithmetic)
            visible.pointee.direction = newValue & EFlags.direction.rawValue != 0 ? -1 : 1
            pointee.privileged.systemFlags = newValue & CPUState.systemFlagsMask
        }
    }

    /// Loads a segment register's cached descriptor and opens the soft MMU's window on it.
    @inline(__always) package func setSegment(_ segment: SegmentRegister, _ state: SegmentState) {
        pointee.privileged[segment] = state
        refreshWindow(segment)
    }

    /// Recomputes the soft MMU's window from the cached descriptor.
    @inline(__always) package func refreshWindow(_ segment: SegmentRegister) {
        let state = pointee.privileged[segment]
        let window = visible.window(segment)
        withUnsafeMutableBytes(of: &pointee.engine.selectors) {
            $0.storeBytes(of: state.selector, toByteOffset: Int(segment.rawValue) * 2, as: UInt16.self)
        }
        let usable = state.isPresent && state.isCodeOrData && !state.isExpandDown
        let (reads, writes) = (usable && state.isReadable, usable && state.isWritable)
        window.pointee.base = state.base
        window.pointee.readLast = reads ? Int64(state.limit) : -1
        // Real mode writes through CS too; its cached descriptor is then a writable one.
        window.pointee.writeLast = writes ? Int64(state.limit) : -1
        // Base zero and the whole 4 GiB, readable, and but for CS writable.
        let isFlat = state.base == 0 && state.limit == ~0 && (segment == .cs ? reads : writes)
        let bit = FragmentMode.flat(segment).rawValue
        pointee.engine.flatSegments = pointee.engine.flatSegments & ~bit | (isFlat ? bit : 0)
    }
}

extension CPUState {
    static let floatingOffset = MemoryLayout<CPUState>.offset(of: \CPUState.floating) ?? 0

    /// CF PF AF ZF SF TF DF OF NT: what everyone may change.
    package static var openFlags: UInt32 { @inline(__always) get { 0x4DD5 } }

    /// EFLAGS bits kept in `Privileged.systemFlags`.
    package static var systemFlagsMask: UInt32 { @inline(__always) get { 0x003F_7300 } }
}
