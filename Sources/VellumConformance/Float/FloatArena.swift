/// What the data pages hold in cases of x87, MMX and SSE: operands in the first page, FXSAVE images in the second.
enum FloatArena {
    static let imageSize = 512
    static let imagesPerPattern = 8
    private static let page = 4096

    /// Patterns of a block of cases.
    static func patterns(seed: UInt64) -> [[UInt8]] {
        var values = FloatValues(seed: seed)
        let readOnly = operands(&values)
        return (0..<Arena.patternCount).map { _ in
            var bytes = operands(&values)
            for _ in 0..<imagesPerPattern { bytes += image(&values) }
            return bytes + readOnly
        }
    }

    /// Linear address of an image.
    static func image(_ number: Int) -> UInt32 { Arena.data + UInt32(page + number % imagesPerPattern * imageSize) }

    private static func operands(_ values: inout FloatValues) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < page { bytes += values.operand() }
        return Array(bytes.prefix(page))
    }

    private static func image(_ values: inout FloatValues) -> [UInt8] {
        let masked = values.random.chance(65)
        let control = UInt64(control(&values, masked: masked))
        var bytes = values.bytes(control, 2) + values.bytes(UInt64(status(&values, control)), 2)
        bytes += [tags(&values), 0] + values.bytes(values.next() & 0x7FF, 2)
        // Pointers.
        bytes += values.bytes(values.next(), 4) + values.bytes(0x23, 4)
        bytes += values.bytes(values.next(), 4) + values.bytes(0x2B, 4)
        bytes += values.bytes(UInt64(mxcsr(&values)), 4) + values.bytes(0xFFBF, 4)
        for _ in 0..<8 { bytes += values.extended() + [0, 0, 0, 0, 0, 0] }
        for _ in 0..<32 { bytes += values.bytes(UInt64(values.single()), 4) }
        return bytes + [UInt8](repeating: 0, count: imageSize - bytes.count)
    }

    /// Rounding and precision at random; mostly all exceptions masked.
    private static func control(_ values: inout FloatValues, masked: Bool) -> UInt16 {
        let mode = UInt16(truncatingIfNeeded: values.next()) & 0x0F00
        let masks: UInt16 = masked ? 0x3F : UInt16(truncatingIfNeeded: values.next()) & 0x3F
        return (values.random.chance(40) ? 0x0300 : mode) | masks | 0x40
    }

    /// Flags that would be pending only now and then.
    private static func status(_ values: inout FloatValues, _ control: UInt64) -> UInt16 {
        let any = UInt16(truncatingIfNeeded: values.next()) & 0x7F7F
        let mayPend = values.random.chance(10)
        let unmasked = ~UInt16(truncatingIfNeeded: control) & 0x3F
        return mayPend ? any : any & ~unmasked
    }

    private static func tags(_ values: inout FloatValues) -> UInt8 {
        switch values.random.below(4) {
        case 0: 0xFF
        case 1: 0
        default: values.random.byte() | values.random.byte()
        }
    }

    private static func mxcsr(_ values: inout FloatValues) -> UInt32 {
        let any = UInt32(truncatingIfNeeded: values.next()) & 0xFFBF
        return values.random.chance(70) ? any | 0x1F80 : any
    }
}
