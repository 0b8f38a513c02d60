import VellumIA32

/// What a bulk operation moves and how: fields `d` and `e` of its micro-op.
package struct BulkShape: Equatable, Sendable {
    /// Binary logarithm of an element's bytes: 0 to 2.
    package var shift: UInt8
    /// SI, DI and CX alone count.
    package var isShort: Bool
    /// SCAS and CMPS: goes on while elements are equal (REPE), not while they differ (REPNE).
    package var whileEqual: Bool
    /// The segments, or nil where they are flat.
    package var source: SegmentRegister?
    package var destination: SegmentRegister?

    package init(
        shift: UInt8, isShort: Bool, whileEqual: Bool = false, source: SegmentRegister?, destination: SegmentRegister?
    ) {
        self.shift = shift
        self.isShort = isShort
        self.whileEqual = whileEqual
        self.source = source
        self.destination = destination
    }

    package init(_ operation: UnsafePointer<MicroOp>) {
        let (kind, segments) = (operation.pointee.d, operation.pointee.e)
        shift = kind % 3
        isShort = kind / 3 & 1 != 0
        whileEqual = kind >= 6
        source = SegmentRegister(rawValue: segments & 15)
        destination = SegmentRegister(rawValue: segments >> 4)
    }

    package var kind: UInt8 { shift + (isShort ? 3 : 0) + (whileEqual ? 6 : 0) }

    package var segments: UInt8 { (source?.rawValue ?? Self.flat) | (destination?.rawValue ?? Self.flat) << 4 }

    /// In the place of a segment's number.
    private static let flat: UInt8 = 7

    /// Both halves of the field name a segment, or none.
    package static func isValid(segments: UInt8) -> Bool {
        [segments & 15, segments >> 4].allSatisfy { $0 < 6 || $0 == flat }
    }
}
