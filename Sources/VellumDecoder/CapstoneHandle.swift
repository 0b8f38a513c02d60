import CCapstone
import VellumIA32

/// What is taken over from Capstone for one instruction; it points to nothing of Capstone's.
struct CapstoneDecoding {
    var id: UInt16
    /// In bytes, prefixes included.
    var length: Int
    var hasMemory = false
    var base = DecodedInstruction.noRegister
    var index = DecodedInstruction.noRegister
    /// log2.
    var scale: UInt8 = 0
    /// In bytes.
    var displacementSize: UInt8 = 0
}

/// One Capstone handle in 32-bit mode and its one instruction buffer.  Not to be shared between threads.
final class CapstoneHandle {
    private var handle: csh = 0
    private let instruction: UnsafeMutablePointer<cs_insn>

    init() throws(DecoderError) {
        var opened: csh = 0
        let status = cs_open(CS_ARCH_X86, CS_MODE_32, &opened)
        guard status == CS_ERR_OK else { throw .capstone(status.rawValue) }
        // Details have to be on before cs_malloc, which sizes the buffer by them.
        _ = cs_option(opened, CS_OPT_DETAIL, Int(CS_OPT_ON.rawValue))
        guard let buffer = cs_malloc(opened) else {
            cs_close(&opened)
            throw .capstone(CS_ERR_MEM.rawValue)
        }
        handle = opened
        instruction = buffer
    }

    deinit {
        cs_free(instruction, 1)
        cs_close(&handle)
    }

    /// Decodes the first instruction of the canonical bytes, or nil where Capstone knows none.
    func decode(_ bytes: borrowing CanonicalBytes) -> CapstoneDecoding? {
        guard run(bytes) else { return nil }
        let detail = vellum_x86_detail(instruction)
        var decoding = CapstoneDecoding(
            id: UInt16(truncatingIfNeeded: instruction.pointee.id), length: Int(instruction.pointee.size))
        guard let detail else { return decoding }
        decoding.displacementSize = detail.pointee.encoding.disp_size
        for number in 0..<Int32(detail.pointee.op_count) {
            guard let operand = vellum_x86_operand(detail, number), operand.pointee.type == X86_OP_MEM else { continue }
            decoding.takeMemory(operand.pointee.mem)
            break
        }
        return decoding
    }

    /// Mnemonic and operands in Intel syntax.
    func text(_ bytes: borrowing CanonicalBytes) -> (mnemonic: String, operands: String)? {
        guard run(bytes) else { return nil }
        return (Self.string(&instruction.pointee.mnemonic), Self.string(&instruction.pointee.op_str))
    }

    private func run(_ bytes: borrowing CanonicalBytes) -> Bool {
        var code: UnsafePointer<UInt8>? = bytes.start
        var size = CanonicalBytes.capacity
        var address: UInt64 = 0
        return cs_disasm_iter(handle, &code, &size, &address, instruction)
    }

    private static func string<Field>(_ field: inout Field) -> String {
        withUnsafeBytes(of: &field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension CapstoneDecoding {
    fileprivate mutating func takeMemory(_ memory: x86_op_mem) {
        hasMemory = true
        base = Self.number(memory.base)
        index = Self.number(memory.index)
        scale = UInt8(truncatingIfNeeded: memory.scale.trailingZeroBitCount) & 3
    }

    /// The encoding number of a base or index register.  EIZ, the index of a SIB byte without one, is none.
    private static func number(_ register: x86_reg) -> UInt8 {
        switch register {
        case X86_REG_EAX: 0
        case X86_REG_ECX: 1
        case X86_REG_EDX: 2
        case X86_REG_EBX, X86_REG_BX: 3
        case X86_REG_ESP: 4
        case X86_REG_EBP, X86_REG_BP: 5
        case X86_REG_ESI, X86_REG_SI: 6
        case X86_REG_EDI, X86_REG_DI: 7
        default: DecodedInstruction.noRegister
        }
    }
}
