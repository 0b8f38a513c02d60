import Testing
import VellumDecoder
import VellumIA32
import VellumMicroOps
import VellumTestSupport
import VellumTranslation

@testable import VellumExecution

/// A fragment whose operands were patched is the fragment that its new bytes give.
@Suite struct PatchTests {
    private static let rows = InstructionTable.rows.filter { row in
        row.span > 0 && !row.attributes.contains(.endsUnit) && row.sensitivity == .innocuous
            && ![.simd, .escape, .undefined, .rsm].contains(row.operation)
    }
    private static let branches = InstructionTable.rows.filter { [.jcc, .jmp, .ret].contains($0.operation) }
    private static let telling: [UInt32] = [
        0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, ~0,
    ]

    @Test func patchedFragmentsAreThoseOfTheNewBytes() throws {
        let translator = try Translator(cpu: .pentium3)
        var maker = try InstructionMaker(seed: 11)
        var patched: [CodeField.Kind: Int] = [:]
        var operations: Set<MicroOpcode> = []
        for round in 0..<40_000 {
            let mode = maker.mode()
            var code: [UInt8] = []
            for _ in 0..<Int.random(in: 1...3, using: &maker.generator) {
                if let row = Self.rows.randomElement(using: &maker.generator) { code += maker.encoding(row, mode) }
            }
            if let row = Self.branches.randomElement(using: &maker.generator) { code += maker.encoding(row, mode) }
            code += [UInt8](repeating: 0x90, count: 16)
            var request = TranslationRequest(
                eip: CodeBuffer.start, codeBase: 0, codeLimit: ~0, mode: mode, limit: 8, runPasses: round & 3 != 0)
            request.findsOperands = true
            guard case .unit(let unit) = translator.translate(request, from: CodeBuffer(code)),
                let site = unit.operands.randomElement(using: &maker.generator)
            else { continue }
            let fragment = FragmentPointer.make(unit)
            defer { fragment.release() }
            fragment.pointee.physical = CodeBuffer.start
            let (offset, width) = store(in: site, &maker.generator)
            let value =
                Self.telling.randomElement(using: &maker.generator).map {
                    maker.generator.oneIn(2) ? $0 : .random(in: 0...(.max), using: &maker.generator)
                } ?? 0
            guard patch(fragment, code, offset, value, width) else { continue }
            var changed = code
            for byte in 0..<width { changed[offset + byte] = UInt8(truncatingIfNeeded: value >> UInt32(byte * 8)) }
            guard case .unit(let fresh) = translator.translate(request, from: CodeBuffer(changed)) else { continue }
            let now = (0..<unit.operations.count).map { fragment.operations[$0] }
            #expect(now == fresh.operations, "round \(round), \(mode), \(code) with \(changed[offset]) at \(offset)")
            if now != fresh.operations { return }
            patched[site.kind, default: 0] += 1
            operations.insert(now[Int(site.operation)].opcode)
        }
        #expect(patched[.immediate, default: 0] > 5_000 && patched[.displacement, default: 0] > 5_000, "\(patched)")
        #expect(operations.count > 80, "\(operations.count) opcodes")
    }

    /// A store of 1, 2 or 4 bytes that lies in the field.
    private func store(in site: OperandSite, _ generator: inout SeededGenerator) -> (offset: Int, width: Int) {
        let width = [1, 2, 4].filter { $0 <= site.format.size }.randomElement(using: &generator) ?? 1
        return (Int(site.offset) + Int.random(in: 0...(site.format.size - width), using: &generator), width)
    }

    private func patch(_ fragment: FragmentPointer, _ code: [UInt8], _ offset: Int, _ value: UInt32, _ width: Int)
        -> Bool
    {
        var page = [UInt8](repeating: 0, count: 4096)
        let start = Int(CodeBuffer.start & 0xFFF)
        page.replaceSubrange(start..<start + code.count, with: code)
        return page.withUnsafeMutableBytes {
            guard let base = $0.baseAddress else { return false }
            return fragment.patch(base, CodeBuffer.start + UInt32(offset), value, width)
        }
    }

    /// ADD with an immediate, a store or none, SUB: where the store may show the flags of ADD, which are then made up from
    /// the immediate, that must stay what it was when ADD ran.
    @Test func immediatesThatAnExitMayAskForStay() throws {
        let translator = try Translator(cpu: .pentium3)
        var request = TranslationRequest(
            eip: CodeBuffer.start, codeBase: 0, codeLimit: ~0, mode: [.code32, .stack32, .protected], limit: 8)
        request.findsOperands = true
        func sites(_ between: [UInt8]) throws -> (MicroOp, Int) {
            let code = [0x05, 1, 2, 3, 4] + between + [0x29, 0xD0, 0xC3] + [UInt8](repeating: 0x90, count: 16)
            guard case .unit(let unit) = translator.translate(request, from: CodeBuffer(code)) else {
                return (MicroOp(.exit), -1)
            }
            return (unit.operations[0].alone, unit.operands.count)
        }
        let (alone, patchable) = try sites([])
        #expect(alone.opcode == .add32in && alone.restoration == .none && patchable == 1)
        let (shown, fixed) = try sites([0x89, 0x0B])
        #expect(shown.opcode == .add32in && shown.restoration == .same && fixed == 0)
    }

    /// What reaches beyond a field, or lies before the fragment, is no patch.
    @Test func storesAcrossAFieldAreNotPatched() throws {
        let translator = try Translator(cpu: .pentium3)
        // mov eax, 11223344h; mov [44332211h], eax; ret
        let code: [UInt8] =
            [0xB8, 0x44, 0x33, 0x22, 0x11, 0xA3, 0x11, 0x22, 0x33, 0x44, 0xC3] + Array(repeating: 0x90, count: 16)
        var request = TranslationRequest(
            eip: CodeBuffer.start, codeBase: 0, codeLimit: ~0, mode: SampleMode.flat32.mode, limit: 8)
        request.findsOperands = true
        guard case .unit(let unit) = translator.translate(request, from: CodeBuffer(code)) else { return }
        for (offset, width, fits) in [
            (0, 1, false), (1, 4, true), (1, 1, true), (4, 1, true), (4, 2, false), (2, 4, false), (5, 1, false),
            (6, 4, true), (8, 2, true), (9, 2, false), (10, 1, false),
        ] {
            let fragment = FragmentPointer.make(unit)
            defer { fragment.release() }
            fragment.pointee.physical = CodeBuffer.start
            #expect(patch(fragment, code, offset, 0x44, width) == fits, "\(width) bytes at \(offset)")
        }
    }
}
