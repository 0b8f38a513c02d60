/// Errors by their DOS numbers (MS-DOS Programmer's Reference, "Error Codes").
package enum DOSError: UInt16, Error, Sendable {
    case invalidFunction = 1
    case fileNotFound = 2
    case pathNotFound = 3
    case tooManyOpenFiles = 4
    case accessDenied = 5
    case invalidHandle = 6
    case arenaTrashed = 7
    case notEnoughMemory = 8
    case invalidBlock = 9
    case badEnvironment = 10
    case badFormat = 11
    case invalidAccess = 12
    case invalidData = 13
    case invalidDrive = 15
    case currentDirectory = 16
    case notSameDevice = 17
    case noMoreFiles = 18
    case writeProtected = 19
    case notReady = 21
    case writeFault = 29
    case readFault = 30
    case generalFailure = 31
    case sharingViolation = 32
    case lockViolation = 33
    case fileExists = 80
    case cannotMake = 82
    case invalidParameter = 87

    /// Class, suggested action and locus, as AH=59h gives them (MS-DOS Programmer's Reference, function 59h).
    var details: (errorClass: UInt8, action: UInt8, locus: UInt8) {
        switch self {
        case .fileNotFound, .pathNotFound, .noMoreFiles: (8, 3, 2)
        case .tooManyOpenFiles, .notEnoughMemory: (1, 4, self == .notEnoughMemory ? 5 : 1)
        case .accessDenied, .currentDirectory, .writeProtected: (3, 3, 2)
        case .invalidHandle, .invalidFunction, .invalidAccess, .invalidParameter: (7, 4, 1)
        case .arenaTrashed, .invalidBlock: (7, 5, 5)
        case .badFormat, .badEnvironment, .invalidData: (9, 3, 1)
        case .invalidDrive, .notSameDevice: (8, 3, 2)
        case .notReady, .writeFault, .readFault, .generalFailure: (11, 7, 2)
        case .sharingViolation, .lockViolation: (10, 2, 2)
        case .fileExists, .cannotMake: (12, 3, 2)
        }
    }
}
