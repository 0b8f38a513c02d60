import CVellumSupport
import VellumIA32
import VellumMicroOps

/// The environment and the state in memory: four layouts, by operand size and mode (SDM vol. 1, figures 8-9 to 8-12).
extension UnsafeMutablePointer where Pointee == FloatingPointState {
    private var buffer: UnsafeMutablePointer<UInt8> { vellum_fpu_operand(self) }

    private func put(_ value: UInt32, _ index: Int, _ isWord: Bool) {
        let raw = UnsafeMutableRawPointer(buffer)
        if isWord {
            raw.storeBytes(of: UInt16(truncatingIfNeeded: value), toByteOffset: index * 2, as: UInt16.self)
        } else {
            raw.storeBytes(of: value, toByteOffset: index * 4, as: UInt32.self)
        }
    }

    private func get(_ index: Int, _ isWord: Bool) -> UInt32 {
        let raw = UnsafeRawPointer(buffer)
        return isWord
            ? UInt32(raw.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
            : raw.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
    }

    /// FNSTENV's image in the operand buffer: 14 or 28 bytes.  Reserved halves are ones.
    func storeEnvironment(_ code: CoprocessorCode) {
        let isWord = code.isWord
        let upper: UInt32 = 0xFFFF_0000
        put(upper | UInt32(pointee.control), 0, isWord)
        put(upper | UInt32(statusWord), 1, isWord)
        put(upper | UInt32(tagWord), 2, isWord)
        let opcode = UInt32(pointee.opcode & 0x7FF)
        if code.isReal {
            let instruction = UInt32(pointee.instruction_selector) << 4 &+ pointee.instruction
            let data = UInt32(pointee.data_selector) << 4 &+ pointee.data
            put(upper | instruction, 3, isWord)
            put(instruction >> 4 & 0x0FFF_F000 | opcode, 4, isWord)
            put(upper | data, 5, isWord)
            put(data >> 4 & 0x0FFF_F000, 6, isWord)
        } else {
            put(pointee.instruction, 3, isWord)
            put(opcode << 16 | UInt32(pointee.instruction_selector), 4, isWord)
            put(pointee.data, 5, isWord)
            put(upper | UInt32(pointee.data_selector), 6, isWord)
        }
    }

    /// FLDENV from the operand buffer.
    func loadEnvironment(_ code: CoprocessorCode) {
        let isWord = code.isWord
        pointee.control = UInt16(truncatingIfNeeded: get(0, isWord)) & 0x1F3F | 0x40
        statusWord = UInt16(truncatingIfNeeded: get(1, isWord))
        tagWord = UInt16(truncatingIfNeeded: get(2, isWord))
        let third = get(4, isWord)
        let last = get(6, isWord)
        if code.isReal {
            let mask: UInt32 = isWord ? 0xF000 : 0x0FFF_F000
            pointee.instruction = (third & mask) << 4 | get(3, isWord) & 0xFFFF
            pointee.data = (last & mask) << 4 | get(5, isWord) & 0xFFFF
            pointee.opcode = UInt16(truncatingIfNeeded: third & 0x7FF)
            pointee.instruction_selector = 0
            pointee.data_selector = 0
        } else {
            pointee.instruction = get(3, isWord)
            pointee.data = get(5, isWord)
            pointee.instruction_selector = UInt16(truncatingIfNeeded: third)
            pointee.data_selector = UInt16(truncatingIfNeeded: last)
            // The short layout has no room for the opcode.
            pointee.opcode = isWord ? 0 : UInt16(truncatingIfNeeded: third >> 16 & 0x7FF)
        }
        controlChanged()
    }

    /// FNSAVE: environment and registers, ST(0) first; then FNINIT.
    func save(_ code: CoprocessorCode) {
        storeEnvironment(code)
        let start = UnsafeMutableRawPointer(buffer) + (code.isWord ? 14 : 28)
        for index in 0..<8 {
            memcpyRegister(start + index * 10, vellum_x87_at(self, UInt32(index)))
        }
        initialize()
    }

    /// FRSTOR.
    func restore(_ code: CoprocessorCode) {
        loadEnvironment(code)
        let start = UnsafeMutableRawPointer(buffer) + (code.isWord ? 14 : 28)
        for index in 0..<8 {
            memcpyRegister(vellum_x87_at(self, UInt32(index)), start + index * 10)
        }
    }

    private func memcpyRegister(_ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer) {
        target.copyMemory(from: source, byteCount: 10)
    }
}
