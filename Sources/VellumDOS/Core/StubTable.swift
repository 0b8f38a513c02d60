/// What became of a service.
package enum ServiceOutcome: Equatable, Sendable {
    /// Done: the stub returns to the caller.
    case done
    /// Nothing to give yet: the stub waits for an interrupt with interrupts on, and the service is asked again.
    case wait
    /// Something from outside the machine is needed; the service is asked again when it has come.
    case suspend
    /// CS:IP, SS:SP and flags are those of where to go on.
    case transfer
}

/// A service: gets the registers, leaves the results there.
package typealias ServiceHandler = (inout ServiceRegisters) -> ServiceOutcome

/// The code through which guests reach services: default interrupt vectors and far-call entry points lead to small
/// stubs in read-only memory at F0000h, each with one trap instruction.
///
/// A stub is ordinary code around its trap, so that whoever hooked the vector may chain to it with `PUSHF; CALL FAR`,
/// trace it, or copy its address into a protected-mode host.  UD2 is a trap at the addresses of this table and
/// nowhere else.
package final class StubTable {
    /// How a stub returns.
    package enum Shape: Sendable {
        /// IRET: the flags that the service leaves stand on the stack.
        case interrupt
        /// RETF, leaving the caller's flags on the stack (INT 25h and 26h).
        case interruptKeepingFlags
        /// RETF: a far-call entry point, whose flags are the processor's own.
        case farCall
    }

    package struct Stub {
        package var name: String
        package var handler: ServiceHandler
        /// Flags stand at SS:SP+4.
        package var hasFrame: Bool
        /// Where to go on to wait for an interrupt.
        package var waitOffset: UInt16
    }

    /// The segment of all stubs.
    package static let segment: UInt16 = 0xF000
    /// Offsets of the stubs: glyphs lie behind them.
    private static let firstOffset: UInt16 = 0x1000
    private static let lastOffset: UInt16 = 0x4000

    private(set) var stubs: [UInt16: Stub] = [:]
    private var next = StubTable.firstOffset
    /// What is shown at F0000h.
    package private(set) var rom = [UInt8](repeating: 0, count: 0x10000)
    /// The default handler of each interrupt that has one.
    package private(set) var vectors: [UInt8: FarPointer] = [:]

    package init() {}

    /// UD2.
    private static let trap: [UInt8] = [0x0F, 0x0B]
    /// STI, HLT, and back to the trap that stands before the return instruction.
    private static func wait(back: Int) -> [UInt8] { [0xFB, 0xF4, 0xEB, UInt8(truncatingIfNeeded: -(back + 4))] }

    /// Makes a stub and returns its address.
    @discardableResult package func add(
        _ name: String, shape: Shape, _ handler: @escaping ServiceHandler
    ) -> FarPointer {
        let end: [UInt8] = shape == .interrupt ? [0xCF] : [0xCB]
        let code = Self.trap + end + Self.wait(back: 3)
        return add(name, code: code, trapAt: 0, waitAt: 3, hasFrame: shape != .farCall, handler)
    }

    /// Makes a stub of code of one's own.
    /// - Parameters:
    ///   - trapAt: where in `code` UD2 stands.
    ///   - waitAt: where `code` waits for an interrupt and then goes back to its trap.
    ///   - hasFrame: an interrupt frame is on top of the stack when the trap is reached.
    @discardableResult package func add(
        _ name: String, code: [UInt8], trapAt: Int, waitAt: Int = 0, hasFrame: Bool, _ handler: @escaping ServiceHandler
    ) -> FarPointer {
        let start = put(code: code)
        stubs[start.offset &+ UInt16(trapAt)] = Stub(
            name: name, handler: handler, hasFrame: hasFrame, waitOffset: start.offset &+ UInt16(waitAt))
        return start
    }

    /// Puts plain code into the stubs' segment.
    @discardableResult package func put(code: [UInt8]) -> FarPointer {
        let start = next
        guard Int(start) + code.count <= Int(Self.lastOffset) else { return FarPointer(Self.segment, 0xFFF0) }
        put(code, at: start)
        next = (start + UInt16(code.count) + 15) & ~15
        return FarPointer(Self.segment, start)
    }

    /// Puts bytes at a fixed offset.
    package func put(_ bytes: [UInt8], at offset: UInt16) {
        for (index, byte) in bytes.enumerated() where Int(offset) + index < rom.count {
            rom[Int(offset) + index] = byte
        }
    }

    /// Makes the default handler of an interrupt.
    package func add(interrupt: UInt8, shape: Shape = .interrupt, _ handler: @escaping ServiceHandler) {
        vectors[interrupt] = add("INT \(hex2(interrupt))h", shape: shape, handler)
    }

    /// Names code that was put here the default handler of an interrupt.
    package func setVector(_ interrupt: UInt8, _ pointer: FarPointer) { vectors[interrupt] = pointer }

    /// The stub whose trap stands at an offset.
    package func stub(at offset: UInt16) -> Stub? { stubs[offset] }
}
