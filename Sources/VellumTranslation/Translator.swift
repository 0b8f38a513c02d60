import VellumDecoder
import VellumIA32
import VellumMicroOps

/// Where the scanner gets guest code from.
package protocol CodeSource: AnyObject {
    /// The bytes from a linear address to the end of its page; nil when the page cannot be fetched.
    func codeBytes(at linear: UInt32) -> UnsafeRawBufferPointer?
    /// Up to fifteen bytes from a linear address on, across the end of its page; fewer where the second page cannot be
    /// fetched.
    func straddlingBytes(at linear: UInt32) -> [UInt8]
}

/// What to translate and how.
package struct TranslationRequest: Sendable {
    package var eip: UInt32
    package var codeBase: UInt32
    package var codeLimit: UInt32
    package var mode: FragmentMode
    /// At most this many instructions, at least 1.
    package var limit: Int
    package var runPasses: Bool
    /// Check the unit in release builds too; debug builds always do.
    package var verify: Bool
    /// Find out what can be changed in place: the code's page is one that changes itself.
    package var findsOperands = false
    /// Linear addresses at which a unit may begin but not go on: a debugger's breakpoints.
    package var cuts: Set<UInt32> = []

    package init(
        eip: UInt32, codeBase: UInt32, codeLimit: UInt32, mode: FragmentMode, limit: Int, runPasses: Bool = true,
        verify: Bool = false
    ) {
        self.eip = eip
        self.codeBase = codeBase
        self.codeLimit = codeLimit
        self.mode = mode
        self.limit = limit
        self.runPasses = runPasses
        self.verify = verify
    }

    func isCut(at eip: UInt32) -> Bool { !cuts.isEmpty && cuts.contains(codeBase &+ eip) }
}

/// What came of it.
package enum TranslationOutcome {
    case unit(TranslatedUnit)
    /// The first instruction reaches into the next page, and that page cannot be fetched: the fetch faults there.
    case fetchFault(linear: UInt32)
}

/// A deliberate mistake, for tests that check whether the other tests would notice.
package struct TranslationMutation: Sendable {
    /// Changes a row before its instruction is lowered.
    package var row: @Sendable (inout InstructionRow) -> Void
    /// Changes a micro-op after lowering.
    package var operation: @Sendable (inout MicroOp) -> Void

    package init(
        row: @escaping @Sendable (inout InstructionRow) -> Void = { _ in },
        operation: @escaping @Sendable (inout MicroOp) -> Void = { _ in }
    ) {
        self.row = row
        self.operation = operation
    }
}

/// The scanner: decodes a run of instructions up to a terminator and lowers it.
package final class Translator {
    private let decoder: Decoder
    /// Instructions translated so far.
    package private(set) var translatedInstructions: UInt64 = 0

    /// Why the verifier rejected a unit, the last time it did.
    package private(set) var rejection: VerifierError?
    /// Nil except in mutation tests.
    package var mutation: TranslationMutation?

    /// No unit is longer, whatever the limit.
    package static let longestUnit = 100

    private let hasFPU: Bool

    /// - Parameter hasFPU: without it, x87 instructions do nothing, as on a 386 or 486SX alone.
    package init(cpu: CPULevel, hasFPU: Bool = true) throws(DecoderError) {
        decoder = try Decoder(level: cpu)
        self.hasFPU = hasFPU
    }

    /// Guest bytes to a verified, optimised unit.
    package func translate(_ request: TranslationRequest, from source: CodeSource) -> TranslationOutcome {
        var lowering = Lowering(mode: request.mode, codeLimit: request.codeLimit, hasFPU: hasFPU)
        lowering.mutation = mutation
        lowering.notesFields = request.findsOperands
        let linear = request.codeBase &+ request.eip
        guard let page = source.codeBytes(at: linear) else { return .fetchFault(linear: linear) }
        if let fault = scan(page, request, &lowering, source) { return .fetchFault(linear: fault) }
        var unit = lowering.builder.unit
        if let mutation { for index in unit.operations.indices { mutation.operation(&unit.operations[index]) } }
        if request.runPasses { Passes.run(on: &unit) }
        unit.settleOperands()
        translatedInstructions += UInt64(unit.instructionCount)
        return .unit(verified(unit, request))
    }

    /// The unit, where it is sound.  One that is not must not run: debug builds stop, release builds raise #UD in its
    /// stead.
    private func verified(_ unit: TranslatedUnit, _ request: TranslationRequest) -> TranslatedUnit {
        #if DEBUG
            let isChecked = true
        #else
            let isChecked = request.verify
        #endif
        guard isChecked, let error = Verifier.check(unit) else { return unit }
        rejection = error
        assertionFailure("\(error)\n\(Printer.text(unit, at: request.eip))")
        var substitute = Lowering(mode: request.mode, codeLimit: request.codeLimit, hasFPU: hasFPU)
        substitute.lowerFault(.invalidOpcode, errorCode: 0, length: 1, index: 0)
        return substitute.builder.unit
    }

    /// Scans until a terminator, the limit or the page's end.  Returns an address when the first instruction's fetch
    /// faults there.
    private func scan(
        _ page: UnsafeRawBufferPointer, _ request: TranslationRequest, _ lowering: inout Lowering, _ source: CodeSource
    ) -> UInt32? {
        var offset = 0
        var count = 0
        let limit = max(1, min(request.limit, Translator.longestUnit))
        while !lowering.isFinished {
            let eip = request.eip &+ UInt32(offset)
            if count == limit || offset >= page.count || count > 0 && request.isCut(at: eip) {
                lowering.fallThrough(to: eip)
                break
            }
            let rest = UnsafeRawBufferPointer(rebasing: page[offset...])
            switch decoder.decode(rest, codeSize32: request.mode.contains(.code32)) {
            case .instruction(let instruction):
                add(instruction, eip, count, request, &lowering)
                offset += Int(instruction.length)
            case .invalid: raise(.invalidOpcode, eip, rest, count, request, &lowering)
            case .tooLong: raise(.generalProtection, eip, rest, count, request, &lowering)
            case .truncated:
                // An instruction that straddles is a unit of its own.
                if count > 0 {
                    lowering.fallThrough(to: eip)
                } else if let fault = scanStraddling(request, &lowering, source) {
                    return fault
                }
                return nil
            }
            count += 1
        }
        return nil
    }

    private func scanStraddling(
        _ request: TranslationRequest, _ lowering: inout Lowering, _ source: CodeSource
    ) -> UInt32? {
        let linear = request.codeBase &+ request.eip
        let bytes = source.straddlingBytes(at: linear)
        return bytes.withUnsafeBytes { bytes in
            switch decoder.decode(bytes, codeSize32: request.mode.contains(.code32)) {
            case .instruction(let instruction):
                add(instruction, request.eip, 0, request, &lowering)
                if !lowering.isFinished { lowering.fallThrough(to: request.eip &+ UInt32(instruction.length)) }
            case .invalid: raise(.invalidOpcode, request.eip, bytes, 0, request, &lowering)
            case .tooLong: raise(.generalProtection, request.eip, bytes, 0, request, &lowering)
            case .truncated: return (linear | 0xFFF) &+ 1
            }
            return nil
        }
    }

    private func add(
        _ instruction: DecodedInstruction, _ eip: UInt32, _ index: Int, _ request: TranslationRequest,
        _ lowering: inout Lowering
    ) {
        // The whole instruction must lie within the code segment (SDM vol. 3, section 5.3).
        if UInt64(eip) + UInt64(instruction.length) - 1 > UInt64(request.codeLimit) {
            lowering.lowerFault(.generalProtection, errorCode: 0, length: instruction.length, index: index)
        } else {
            let inShadow = lowering.opensShadow && instruction.operation.fitsInShadow
            if inShadow { lowering.builder.coverShadow() }
            lowering.lower(instruction, at: eip, index: index)
            if inShadow { lowering.endShadow() }
        }
    }

    /// What makes bytes no instruction may be any of the fifteen that one can have, so the unit covers them all: a store
    /// to one of them may make an instruction of them.
    private func raise(
        _ vector: ExceptionVector, _ eip: UInt32, _ bytes: UnsafeRawBufferPointer, _ index: Int,
        _ request: TranslationRequest, _ lowering: inout Lowering
    ) {
        let outside = eip > request.codeLimit
        let length = UInt8(clamping: max(1, min(bytes.count, 15)))
        lowering.lowerFault(outside ? .generalProtection : vector, errorCode: 0, length: length, index: index)
    }
}
