/// Exception vectors (SDM vol. 3, table 6-1).
package enum ExceptionVector: UInt8, Sendable {
    case divideError = 0
    case debug = 1
    case nonMaskableInterrupt = 2
    case breakpoint = 3
    case overflow = 4
    case boundRange = 5
    case invalidOpcode = 6
    case deviceNotAvailable = 7
    case doubleFault = 8
    case coprocessorOverrun = 9
    case invalidTSS = 10
    case segmentNotPresent = 11
    case stackFault = 12
    case generalProtection = 13
    case pageFault = 14
    case floatingPoint = 16
    case alignmentCheck = 17
    case machineCheck = 18
    case simdFloatingPoint = 19

    /// True where the processor pushes an error code.
    package var hasErrorCode: Bool {
        switch self {
        case .doubleFault, .invalidTSS, .segmentNotPresent, .stackFault, .generalProtection, .pageFault,
            .alignmentCheck:
            true
        default: false
        }
    }
}

/// A fault that an instruction met: what the guest will see delivered.
package struct GuestFault: Error, Equatable, Sendable {
    package var vector: ExceptionVector
    /// The error code, for vectors that have one.
    package var errorCode: UInt32
    /// For a page fault, the linear address that CR2 receives.
    package var address: UInt32

    package init(_ vector: ExceptionVector, errorCode: UInt32 = 0, address: UInt32 = 0) {
        self.vector = vector
        self.errorCode = errorCode
        self.address = address
    }

    package static func generalProtection(_ errorCode: UInt32 = 0) -> GuestFault {
        GuestFault(.generalProtection, errorCode: errorCode)
    }

    package static let invalidOpcode = GuestFault(.invalidOpcode)
}
