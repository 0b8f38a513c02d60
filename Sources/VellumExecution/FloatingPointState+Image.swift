import CVellumSupport
import VellumIA32

/// The image of FXSAVE and FXRSTOR in the operand buffer (SDM vol. 1, table 10-2).
extension UnsafeMutablePointer where Pointee == FloatingPointState {
    /// The part that FXSAVE writes; the rest of the 512 bytes is reserved and left alone.
    static var imageSize: Int { 288 }
    /// A Pentium III has bits 0 to 15 of MXCSR without denormals-are-zeros; others cannot be set.
    static var mxcsrMask: UInt32 { 0xFFBF }

    /// The image as bytes.
    package var image: [UInt8] {
        storeImage()
        return Array(UnsafeBufferPointer(start: vellum_fpu_operand(self), count: Self.imageSize))
    }

    func storeImage() {
        let image = UnsafeMutableRawPointer(vellum_fpu_operand(self))
        image.initializeMemory(as: UInt8.self, repeating: 0, count: Self.imageSize)
        image.storeBytes(of: pointee.control, as: UInt16.self)
        image.storeBytes(of: statusWord, toByteOffset: 2, as: UInt16.self)
        image.storeBytes(of: pointee.tags, toByteOffset: 4, as: UInt8.self)
        image.storeBytes(of: pointee.opcode, toByteOffset: 6, as: UInt16.self)
        image.storeBytes(of: pointee.instruction, toByteOffset: 8, as: UInt32.self)
        image.storeBytes(of: pointee.instruction_selector, toByteOffset: 12, as: UInt16.self)
        image.storeBytes(of: pointee.data, toByteOffset: 16, as: UInt32.self)
        image.storeBytes(of: pointee.data_selector, toByteOffset: 20, as: UInt16.self)
        image.storeBytes(of: pointee.mxcsr, toByteOffset: 24, as: UInt32.self)
        image.storeBytes(of: Self.mxcsrMask, toByteOffset: 28, as: UInt32.self)
        for index in 0..<8 as Range<UInt32> {
            (image + 32 + Int(index) * 16).copyMemory(from: vellum_x87_at(self, index), byteCount: 10)
        }
        (image + 160).copyMemory(from: vellum_fpu_xmm(self, 0), byteCount: 128)
    }

    /// False, with nothing changed, where the image would set reserved bits of MXCSR.
    func loadImage() -> Bool {
        let image = UnsafeRawPointer(vellum_fpu_operand(self))
        let mxcsr = image.load(fromByteOffset: 24, as: UInt32.self)
        guard mxcsr & ~Self.mxcsrMask == 0 else { return false }
        pointee.mxcsr = mxcsr
        statusWord = image.load(fromByteOffset: 2, as: UInt16.self)
        pointee.tags = image.load(fromByteOffset: 4, as: UInt8.self)
        pointee.opcode = image.load(fromByteOffset: 6, as: UInt16.self) & 0x7FF
        pointee.instruction = image.load(fromByteOffset: 8, as: UInt32.self)
        pointee.instruction_selector = image.load(fromByteOffset: 12, as: UInt16.self)
        pointee.data = image.load(fromByteOffset: 16, as: UInt32.self)
        pointee.data_selector = image.load(fromByteOffset: 20, as: UInt16.self)
        controlWord = image.load(as: UInt16.self)
        for index in 0..<8 as Range<UInt32> {
            UnsafeMutableRawPointer(vellum_x87_at(self, index))
                .copyMemory(from: image + 32 + Int(index) * 16, byteCount: 10)
        }
        UnsafeMutableRawPointer(vellum_fpu_xmm(self, 0)).copyMemory(from: image + 160, byteCount: 128)
        return true
    }
}
