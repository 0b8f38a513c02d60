/// An interrupt as it travels on the APIC bus.
package struct InterruptMessage: Equatable, Sendable {
    /// What the message does to the processor that takes it (SDM vol. 3, section 10.5.1).
    package enum Delivery: UInt32, Sendable {
        case fixed = 0, lowestPriority = 1, systemManagement = 2, nonMaskable = 4, initialize = 5, startUp = 6
        /// The 8259 gives the vector.
        case external = 7
    }

    package var vector: UInt8
    package var delivery: Delivery
    /// An APIC's identity, or a set of them when `isLogical`.
    package var destination: UInt8
    package var isLogical = false
    /// The interrupt's end is told to the I/O APIC.
    package var isLevel = false

    /// Vectors below 16 are the processor's own.
    var isLegal: Bool { vector >= 16 }
}

/// What takes messages from the APIC bus.
package protocol InterruptMessageReceiver: AnyObject {
    /// Takes a message, if it is meant for this APIC and can be taken; false when nobody did.
    func accept(_ message: InterruptMessage) -> Bool
}

/// A set of interrupt vectors: the form of the local APIC's IRR, ISR and TMR.
struct VectorSet: Codable, Equatable, Sendable {
    private var words = SIMD8<UInt32>(repeating: 0)

    subscript(vector: UInt8) -> Bool {
        get { words[Int(vector >> 5)] >> UInt32(vector & 31) & 1 != 0 }
        set {
            let bit: UInt32 = 1 << UInt32(vector & 31)
            if newValue { words[Int(vector >> 5)] |= bit } else { words[Int(vector >> 5)] &= ~bit }
        }
    }

    /// The 32 vectors from 32 × `index` on.
    func word(_ index: Int) -> UInt32 { words[index & 7] }

    /// The vector of highest priority; nil when the set is empty.
    var highest: UInt8? {
        for index in stride(from: 7, through: 0, by: -1) where words[index] != 0 {
            return UInt8(index * 32 + 31 - words[index].leadingZeroBitCount)
        }
        return nil
    }
}

/// A line that leads to two inputs.
package final class SplitLine: InterruptLine {
    private let first: any InterruptLine
    private let second: any InterruptLine

    package init(_ first: any InterruptLine, _ second: any InterruptLine) {
        self.first = first
        self.second = second
    }

    package func set(_ level: Bool) {
        first.set(level)
        second.set(level)
    }
}
