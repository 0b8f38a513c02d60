import CVellumSupport

/// The x87, MMX and SSE registers as a value that can be kept.
package struct FloatingPointSnapshot: Codable, Equatable, Sendable {
    /// R0 to R7, ten bytes each; XMM0 to XMM7, sixteen each.
    package var registers: [UInt8]
    package var xmm: [UInt8]
    package var mxcsr: UInt32
    package var control: UInt16
    /// With TOP.
    package var status: UInt16
    /// Bit n: physical register n is not empty.
    package var tags: UInt8
    package var opcode: UInt16
    package var instruction: UInt32
    package var instructionSelector: UInt16
    package var data: UInt32
    package var dataSelector: UInt16
    /// The pending error has been shown on FERR#.
    package var isReported: Bool

    package init(_ unit: FloatingPointUnit) {
        registers = (0..<8 as Range<UInt32>).flatMap { number in
            UnsafeRawBufferPointer(start: vellum_fpu_register(unit, number), count: 10)
        }
        xmm = Array(UnsafeRawBufferPointer(start: vellum_fpu_xmm(unit, 0), count: 128))
        mxcsr = unit.pointee.mxcsr
        control = unit.pointee.control
        status = unit.statusWord
        tags = unit.pointee.tags
        opcode = unit.pointee.opcode
        instruction = unit.pointee.instruction
        instructionSelector = unit.pointee.instruction_selector
        data = unit.pointee.data
        dataSelector = unit.pointee.data_selector
        isReported = unit.pointee.reported
    }

    package func restore(_ unit: FloatingPointUnit) {
        unit.powerOn()
        for (index, byte) in registers.prefix(80).enumerated() {
            let register = UnsafeMutableRawPointer(vellum_fpu_register(unit, UInt32(index / 10)))
            register.storeBytes(of: byte, toByteOffset: index % 10, as: UInt8.self)
        }
        let first = UnsafeMutableRawPointer(vellum_fpu_xmm(unit, 0))
        for (index, byte) in xmm.prefix(128).enumerated() {
            first.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
        }
        unit.pointee.mxcsr = mxcsr
        unit.pointee.tags = tags
        unit.pointee.opcode = opcode
        unit.pointee.instruction = instruction
        unit.pointee.instruction_selector = instructionSelector
        unit.pointee.data = data
        unit.pointee.data_selector = dataSelector
        unit.pointee.reported = isReported
        unit.statusWord = status
        unit.controlWord = control
    }
}
