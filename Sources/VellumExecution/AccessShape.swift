import VellumIA32
import VellumMicroOps

/// What slow paths must know of a micro-op: the opcode's effects in eight bytes.
struct AccessShape {
    var memory: MemoryUse
    /// Bytes in memory, 1 to 4; zero where the opcode says nothing.
    var width: UInt8
    /// Bytes of slot `a` that are read or written, or zero.
    var slotWidth: UInt8
    var isSegmented: Bool
    var isIndexed: Bool
    /// PUSH and POP: the address is the stack pointer.
    var isStack: Bool
    /// The flags stand as they are behind it: it writes some of them, or is an exit that nothing is made up for.
    var settlesFlags: Bool
    /// How a loaded value extends to the slot.
    var format: FieldFormat

    init(_ opcode: MicroOpcode) {
        let effects = opcode.effects
        memory = effects.memory
        width = effects.memoryWidth
        slotWidth = effects.a.width
        isSegmented = effects.usesSegment
        isIndexed = effects.usesScale
        settlesFlags = !effects.flagsTouched.isEmpty || !effects.flow.isEmpty && !opcode.isAccess
        isStack = opcode.isStack
        format = !opcode.extendsSign ? .dword : effects.memoryWidth == 1 ? .signedByte : .signedWord
    }

    /// The shapes by dispatch code, that of its first micro-op for a superinstruction; for the caller to deallocate.
    static func makeTable() -> UnsafeMutablePointer<AccessShape> {
        let table = UnsafeMutablePointer<AccessShape>.allocate(capacity: DispatchCode.allCases.count)
        for code in DispatchCode.allCases { (table + Int(code.rawValue)).initialize(to: AccessShape(code.opcode)) }
        return table
    }
}
