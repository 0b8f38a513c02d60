import VellumExecution

/// The registers of x87, MMX and SSE.
public struct FloatingPointRegisters: Equatable, Sendable {
    /// ST(0) to ST(7), ten bytes each.
    public var stack: [[UInt8]]
    public var control: UInt16
    /// With TOP.
    public var status: UInt16
    /// Two bits for each physical register: valid, zero, special, empty.
    public var tags: UInt16
    public var opcode: UInt16
    public var instruction: UInt32
    public var instructionSelector: UInt16
    public var data: UInt32
    public var dataSelector: UInt16
    /// XMM0 to XMM7, sixteen bytes each.
    public var xmm: [[UInt8]]
    public var mxcsr: UInt32

    /// TOP, as the status word has it.
    var top: Int { Int(status >> 11 & 7) }
}

extension Machine {
    /// Writing keeps to what the registers can hold: reserved bits of MXCSR and the control word do not stick.
    public var floatingPoint: FloatingPointRegisters {
        get {
            let unit = processor.cpu.floating
            let held = FloatingPointSnapshot(unit)
            let top = Int(held.status >> 11 & 7)
            return FloatingPointRegisters(
                stack: (0..<8).map { Array(held.registers[((top + $0) & 7) * 10..<((top + $0) & 7) * 10 + 10]) },
                control: held.control, status: held.status, tags: unit.tagWord, opcode: held.opcode,
                instruction: held.instruction, instructionSelector: held.instructionSelector, data: held.data,
                dataSelector: held.dataSelector, xmm: (0..<8).map { Array(held.xmm[$0 * 16..<$0 * 16 + 16]) },
                mxcsr: held.mxcsr)
        }
        set {
            let unit = processor.cpu.floating
            var held = FloatingPointSnapshot(unit)
            for (index, bytes) in newValue.stack.prefix(8).enumerated() where bytes.count == 10 {
                let place = ((newValue.top + index) & 7) * 10
                held.registers.replaceSubrange(place..<place + 10, with: bytes)
            }
            for (index, bytes) in newValue.xmm.prefix(8).enumerated() where bytes.count == 16 {
                held.xmm.replaceSubrange(index * 16..<index * 16 + 16, with: bytes)
            }
            held.control = newValue.control
            held.status = newValue.status
            held.opcode = newValue.opcode & 0x7FF
            held.instruction = newValue.instruction
            held.instructionSelector = newValue.instructionSelector
            held.data = newValue.data
            held.dataSelector = newValue.dataSelector
            held.mxcsr = newValue.mxcsr & 0xFFBF
            held.restore(unit)
            unit.tagWord = newValue.tags
        }
    }
}
