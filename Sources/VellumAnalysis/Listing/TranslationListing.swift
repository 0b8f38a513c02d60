import VellumDecoder
import VellumIA32
import VellumMicroOps
import VellumTranslation

/// One translation unit as the translator sees it: guest instructions, and the micro-ops after lowering and each pass.
package struct TranslationListing: Sendable {
    package struct Instruction: Sendable {
        /// EIP.
        package var address: UInt32
        package var bytes: [UInt8]
        package var text: String
    }

    package struct Operation: Sendable {
        /// Index into `instructions`.
        package var instruction: Int
        package var text: String
        /// The flags whose values something can still see after the micro-op.
        package var live: EFlags
        /// The flags that it writes.
        package var written: EFlags

        /// The initials of the flags that are written; those that nobody can see in brackets.
        package var flags: String {
            let names: [(EFlags, String)] = [
                (.overflow, "O"), (.sign, "S"), (.zero, "Z"), (.adjust, "A"), (.parity, "P"), (.carry, "C"),
            ]
            let own = names.filter { written.contains($0.0) }
            let seen = own.filter { live.contains($0.0) }.map(\.1).joined()
            let unseen = own.filter { !live.contains($0.0) }.map(\.1).joined()
            return seen + (unseen.isEmpty ? "" : "(\(unseen))")
        }
    }

    /// The unit after one step.
    package struct Stage: Sendable {
        /// "lowering", or the pass's name.
        package var name: String
        package var operations: [Operation]
    }

    package var instructions: [Instruction] = []
    package var stages: [Stage] = []
    /// Why the verifier rejects the finished unit; empty where it does not.
    package var rejection = ""

    package static let lowering = "lowering"
}

/// Why there is nothing to list.
package enum ListingError: Error, Equatable, Sendable {
    case noDecoder
    /// The first instruction is not complete; so many bytes were there.
    case truncated(Int)
}

/// What a listing is made of.
package struct ListingRequest: Sendable {
    package var bytes: [UInt8]
    /// Linear address of the first byte.
    package var address: UInt32
    /// Base of the code segment.
    package var codeBase: UInt32
    package var mode: FragmentMode
    /// At most so many instructions.
    package var limit: Int
    package var cpu: CPULevel

    package init(
        bytes: [UInt8], address: UInt32, codeBase: UInt32 = 0, mode: FragmentMode, limit: Int = Translator.longestUnit,
        cpu: CPULevel = .pentium3
    ) {
        self.bytes = bytes
        self.address = address
        self.codeBase = codeBase
        self.mode = mode
        self.limit = limit
        self.cpu = cpu
    }

    /// What a kernel runs in: 32 bits with flat segments at ring 0, or real mode.
    package static func kernelMode(is32Bit: Bool) -> FragmentMode {
        guard is32Bit else { return [] }
        let flat = SegmentRegister.allCases.reduce(into: FragmentMode()) { $0.insert(.flat($1)) }
        return flat.union([.code32, .stack32, .protected])
    }
}

extension TranslationListing {
    /// Translates once without passes, then runs them one by one.
    package init(_ request: ListingRequest) throws(ListingError) {
        guard let translator = try? Translator(cpu: request.cpu), let disassembler = try? Disassembler() else {
            throw .noDecoder
        }
        let limit = request.mode.contains(.code32) ? UInt32.max : 0xFFFF
        let translation = TranslationRequest(
            eip: request.address &- request.codeBase, codeBase: request.codeBase, codeLimit: limit, mode: request.mode,
            limit: request.limit, runPasses: false, verify: true)
        let source = CodeBytes(request.bytes, at: request.address)
        guard case .unit(var unit) = translator.translate(translation, from: source) else {
            throw .truncated(request.bytes.count)
        }
        addInstructions(unit, request, disassembler)
        stages = [Stage(name: Self.lowering, operations: Self.operations(unit))]
        for pass in Passes.all {
            pass.run(&unit)
            stages.append(Stage(name: pass.name, operations: Self.operations(unit)))
        }
        rejection = Verifier.check(unit).map { "\($0)" } ?? ""
    }

    private mutating func addInstructions(
        _ unit: TranslatedUnit, _ request: ListingRequest, _ disassembler: Disassembler
    ) {
        for (start, end) in zip(unit.offsets, unit.offsets.dropFirst()) {
            let bytes = Array(request.bytes[Int(start)..<min(Int(end), request.bytes.count)])
            let address = request.address &- request.codeBase &+ UInt32(start)
            let line = bytes.withUnsafeBytes {
                disassembler.disassemble($0, codeSize32: request.mode.contains(.code32), address: address)
            }
            instructions.append(Instruction(address: address, bytes: bytes, text: line.text))
        }
    }

    private static func operations(_ unit: TranslatedUnit) -> [Operation] {
        zip(unit.operations, Passes.liveFlags(in: unit)).map { operation, live in
            Operation(
                instruction: Int(operation.instruction), text: Printer.text(operation, targets: unit.targets),
                live: live, written: operation.opcode.effects.flagsWritten)
        }
    }
}
