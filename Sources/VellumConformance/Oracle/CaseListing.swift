import VellumDecoder
import VellumIA32

/// Text of generated cases for reports.
package struct CaseListing {
    private let disassembler: Disassembler

    package init() throws(DecoderError) { disassembler = try Disassembler() }

    /// Registers, flags, and one line for each instruction.
    package func text(_ item: GeneratedCase) -> String {
        let registers = zip(GeneratedCase.names, item.registers).map { "\($0)=\(hex($1))" }.joined(separator: " ")
        var lines = ["\(item.is16 ? 16 : 32)-bit, pattern \(item.pattern), eflags=\(hex(item.eflags))", registers]
        let code = item.code
        var offset = 0
        while offset < code.count {
            let line = code[offset...].withUnsafeBytes {
                disassembler.disassemble($0, codeSize32: !item.is16, address: item.eip + UInt32(offset))
            }
            let length = max(1, line.length)
            let bytes = code[offset..<min(offset + length, code.count)].map(byte).joined(separator: " ")
            lines.append("\(hex(item.eip + UInt32(offset))): \(bytes)  \(line.text)")
            offset += length
        }
        return lines.joined(separator: "\n    ")
    }

    /// A failure with what is needed to repeat it.
    package func text(_ failure: OracleFailure) -> String {
        let head = "seed \(failure.seed) case \(failure.number): "
        return ([head + text(failure.item)] + failure.differences).joined(separator: "\n    ")
    }

    private func hex(_ value: UInt32) -> String { String(value, radix: 16, uppercase: true) }
    private func byte(_ value: UInt8) -> String { String(value >> 4, radix: 16) + String(value & 15, radix: 16) }
}

extension GeneratedCase {
    static let names = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"]
}
