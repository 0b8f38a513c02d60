import CVellumSupport
import VellumMicroOps

/// The bits of a number in memory that x87 loads.
protocol FloatOperand: FixedWidthInteger {
    static func load(_ host: UnsafeRawPointer) -> Self
    /// FLD of one number and arithmetic with another: `operation` is the second ModRM.reg.
    static func loaded(_ unit: FloatingPointUnit, _ first: Self, _ operation: UInt32, _ second: Self) -> Bool
    /// The same and arithmetic that pops it, of which `code` is the instruction.
    static func combined(
        _ unit: FloatingPointUnit, _ first: Self, _ operation: UInt32, _ second: Self, _ code: UInt32
    ) -> Bool
}

extension UInt32: FloatOperand {
    @inline(__always) static func load(_ host: UnsafeRawPointer) -> UInt32 { vellum_load32(host) }

    @inline(__always) static func loaded(
        _ unit: FloatingPointUnit, _ first: UInt32, _ operation: UInt32, _ second: UInt32
    ) -> Bool { vellum_x87_loaded32(unit, first, operation, second) }

    @inline(__always) static func combined(
        _ unit: FloatingPointUnit, _ first: UInt32, _ operation: UInt32, _ second: UInt32, _ code: UInt32
    ) -> Bool { vellum_x87_combined32(unit, first, operation, second, code) }
}

extension UInt64: FloatOperand {
    @inline(__always) static func load(_ host: UnsafeRawPointer) -> UInt64 { vellum_load64(host) }

    @inline(__always) static func loaded(
        _ unit: FloatingPointUnit, _ first: UInt64, _ operation: UInt32, _ second: UInt64
    ) -> Bool { vellum_x87_loaded64(unit, first, operation, second) }

    @inline(__always) static func combined(
        _ unit: FloatingPointUnit, _ first: UInt64, _ operation: UInt32, _ second: UInt64, _ code: UInt32
    ) -> Bool { vellum_x87_combined64(unit, first, operation, second, code) }
}

/// Runs of x87 micro-ops that need not store what is between them: the shortcuts of superinstructions.  Each does all of
/// its micro-ops, or nothing.
extension Interpreter {
    /// FLD from memory, and arithmetic with memory.
    @inline(__always)
    func floatLoaded<Operand: FloatOperand>(
        _ type: Operand.Type, _ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer, _ unit: FloatingPointUnit,
        _ tlb: UnsafeMutablePointer<TLBEntry>, _ cpu: CPU
    ) -> Bool {
        let v = cpu.visible
        let r = RegisterFile(v)
        let width = UInt32(Operand.bitWidth / 8)
        let at = r.indexed(ip + 1)
        guard let first = v.source(ip, r.indexed(ip), width, tlb), let second = v.source(ip + 1, at, width, tlb),
            Operand.loaded(unit, Operand.load(first), ip[1].immediate >> 3 & 7, Operand.load(second))
        else { return false }
        note(ip + 1, at, fragment, unit, cpu)
        return true
    }

    /// Both, and arithmetic between registers that pops the result: a term of a sum of products.
    @inline(__always)
    func floatCombined<Operand: FloatOperand>(
        _ type: Operand.Type, _ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer, _ unit: FloatingPointUnit,
        _ tlb: UnsafeMutablePointer<TLBEntry>, _ cpu: CPU
    ) -> Bool {
        let v = cpu.visible
        let r = RegisterFile(v)
        let width = UInt32(Operand.bitWidth / 8)
        let at = r.indexed(ip + 1)
        let code = ip[2].immediate
        guard let first = v.source(ip, r.indexed(ip), width, tlb), let second = v.source(ip + 1, at, width, tlb),
            Operand.combined(unit, Operand.load(first), ip[1].immediate >> 3 & 7, Operand.load(second), code)
        else { return false }
        noteData(ip + 1, at, unit, cpu)
        note(ip + 2, fragment, unit, cpu)
        return true
    }
}
