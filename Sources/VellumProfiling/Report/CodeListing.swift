import VellumDecoder
import VellumEvents
import VellumMachine
import VellumMicroOps
import VellumTranslation

/// A fragment's guest instructions beside the micro-ops that they became.
struct CodeLine {
    /// EIP.
    var address: UInt32
    var bytes: [UInt8]
    var text: String
    var operations: [String]
}

/// Makes listings, by translating a fragment's bytes once more.
final class CodeLister {
    private let translator: Translator?
    private let disassembler: Disassembler?
    private let runsPasses: Bool

    init(_ machine: Machine) {
        let processor = machine.processor
        translator = try? Translator(cpu: processor.options.cpu, hasFPU: processor.hypervisor.model.hasFPU)
        disassembler = try? Disassembler()
        runsPasses = processor.options.passes
    }

    func lines(_ fragment: FragmentDescription) -> [CodeLine] {
        let operations = operations(fragment)
        return fragment.offsets.indices.map { index in
            let start = Int(fragment.offsets[index])
            let end = index + 1 < fragment.offsets.count ? Int(fragment.offsets[index + 1]) : fragment.code.count
            let bytes = Array(
                fragment.code[min(start, fragment.code.count)..<min(max(start, end), fragment.code.count)])
            let address = fragment.eip &+ UInt32(start)
            let text = bytes.withUnsafeBytes {
                disassembler?.disassemble($0, codeSize32: fragment.is32Bit, address: address).text ?? ""
            }
            return CodeLine(
                address: address, bytes: bytes, text: text,
                operations: index < operations.count ? operations[index] : [])
        }
    }

    /// The texts of the micro-ops by instruction.
    private func operations(_ fragment: FragmentDescription) -> [[String]] {
        let request = TranslationRequest(
            eip: fragment.eip, codeBase: fragment.codeBase, codeLimit: fragment.codeLimit,
            mode: FragmentMode(rawValue: fragment.mode), limit: max(1, fragment.instructions), runPasses: runsPasses)
        let source = RecordedCode(fragment)
        guard case .unit(let unit)? = translator?.translate(request, from: source) else { return [] }
        var texts = Array(repeating: [String](), count: unit.instructionCount)
        for operation in unit.operations where Int(operation.instruction) < texts.count {
            texts[Int(operation.instruction)].append(Printer.text(operation, targets: unit.targets))
        }
        return texts
    }
}

/// The bytes that a fragment was made from, as the translator wants them.
private final class RecordedCode: CodeSource {
    private let bytes: UnsafeMutableRawBufferPointer
    private let onFirstPage: Int

    init(_ fragment: FragmentDescription) {
        bytes = .allocate(byteCount: max(1, fragment.code.count), alignment: 1)
        bytes.copyBytes(from: fragment.code)
        let room = Int(0x1000 - fragment.linear & 0xFFF)
        onFirstPage = min(fragment.code.count, room)
    }

    deinit { bytes.deallocate() }

    func codeBytes(at linear: UInt32) -> UnsafeRawBufferPointer? {
        UnsafeRawBufferPointer(rebasing: bytes[..<onFirstPage])
    }

    func straddlingBytes(at linear: UInt32) -> [UInt8] { Array(bytes) }
}
