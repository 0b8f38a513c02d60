import Testing
import VellumIA32
import VellumMicroOps
import VellumTestSupport

@Suite struct PrinterTests {
    @Test func formsOfOperands() {
        let eax = RegisterSlot(.eax)
        let ebx = RegisterSlot(.ebx)
        let high = RegisterSlot(encoded: 4, size: .byte)
        #expect(Printer.text(MicroOp(.add32, a: eax, b: ebx)) == "add32 eax, ebx")
        #expect(Printer.text(MicroOp(.move8, a: high, b: .t0)) == "move8 ah, t0.b")
        #expect(Printer.text(MicroOp(.load32B, a: eax, b: ebx, displacement: 4)) == "load32 eax, [ebx+0x4]")
        #expect(Printer.text(MicroOp(.load16S, a: .t1, b: .t5, e: 3)) == "load16 t1.w, [ds:t5]")
        let indexed = MicroOp(.store8iX, b: eax, c: ebx, d: 2, immediate: 7, displacement: ~0)
        #expect(Printer.text(indexed) == "store8i [eax+ebx*4-0x1], 0x7")
        #expect(Printer.text(MicroOp(.setcc, a: high, d: 12)) == "setcc.l ah")
        #expect(Printer.text(MicroOp(.jump), targets: (0x1234, 0)) == "jump -> 0x1234")
        let call = MicroOp(.lar, CallArguments(size: 2, first: .t0, second: ebx))
        #expect(Printer.text(call) == "call lar t0, ebx, size 2")
    }

    /// Two sound micro-ops that do different things have different texts.
    @Test func textsTellApart() {
        var generator = SeededGenerator(seed: 11)
        var seen: [String: MicroOp] = [:]
        for opcode in MicroOpcode.allCases where opcode != .hypervisor && !opcode.isCoprocessor {
            for _ in 0..<20 {
                let operation = MicroOp.random(opcode, using: &generator)
                let text = Printer.text(operation)
                if let other = seen[text] {
                    #expect(other.effects == operation.effects && other.opcode == operation.opcode, "\(text)")
                }
                seen[text] = operation
            }
        }
    }
}
