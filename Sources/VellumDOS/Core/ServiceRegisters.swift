/// The registers as a service finds and leaves them.
///
/// `flags` is the image that the caller gets back: for a service reached by INT or a far call with flags it stands on
/// the stack, above the return address.
package struct ServiceRegisters: Equatable, Sendable {
    package var eax: UInt32 = 0
    package var ecx: UInt32 = 0
    package var edx: UInt32 = 0
    package var ebx: UInt32 = 0
    package var esp: UInt32 = 0
    package var ebp: UInt32 = 0
    package var esi: UInt32 = 0
    package var edi: UInt32 = 0
    package var cs: UInt16 = 0
    package var ds: UInt16 = 0
    package var es: UInt16 = 0
    package var ss: UInt16 = 0
    package var fs: UInt16 = 0
    package var gs: UInt16 = 0
    package var ip: UInt16 = 0
    package var flags: UInt16 = 0

    package init() {}
}

extension UInt32 {
    fileprivate var low: UInt16 {
        get { UInt16(truncatingIfNeeded: self) }
        set { self = self & 0xFFFF_0000 | UInt32(newValue) }
    }
    fileprivate var byte0: UInt8 {
        get { UInt8(truncatingIfNeeded: self) }
        set { self = self & 0xFFFF_FF00 | UInt32(newValue) }
    }
    fileprivate var byte1: UInt8 {
        get { UInt8(truncatingIfNeeded: self >> 8) }
        set { self = self & 0xFFFF_00FF | UInt32(newValue) << 8 }
    }
}

extension ServiceRegisters {
    package var ax: UInt16 {
        get { eax.low }
        set { eax.low = newValue }
    }
    package var cx: UInt16 {
        get { ecx.low }
        set { ecx.low = newValue }
    }
    package var dx: UInt16 {
        get { edx.low }
        set { edx.low = newValue }
    }
    package var bx: UInt16 {
        get { ebx.low }
        set { ebx.low = newValue }
    }
    package var sp: UInt16 {
        get { esp.low }
        set { esp.low = newValue }
    }
    package var bp: UInt16 {
        get { ebp.low }
        set { ebp.low = newValue }
    }
    package var si: UInt16 {
        get { esi.low }
        set { esi.low = newValue }
    }
    package var di: UInt16 {
        get { edi.low }
        set { edi.low = newValue }
    }

    package var al: UInt8 {
        get { eax.byte0 }
        set { eax.byte0 = newValue }
    }
    package var ah: UInt8 {
        get { eax.byte1 }
        set { eax.byte1 = newValue }
    }
    package var cl: UInt8 {
        get { ecx.byte0 }
        set { ecx.byte0 = newValue }
    }
    package var ch: UInt8 {
        get { ecx.byte1 }
        set { ecx.byte1 = newValue }
    }
    package var dl: UInt8 {
        get { edx.byte0 }
        set { edx.byte0 = newValue }
    }
    package var dh: UInt8 {
        get { edx.byte1 }
        set { edx.byte1 = newValue }
    }
    package var bl: UInt8 {
        get { ebx.byte0 }
        set { ebx.byte0 = newValue }
    }
    package var bh: UInt8 {
        get { ebx.byte1 }
        set { ebx.byte1 = newValue }
    }

    package var carry: Bool {
        get { flags & 1 != 0 }
        set { flags = flags & ~1 | (newValue ? 1 : 0) }
    }
    package var zero: Bool {
        get { flags & 0x40 != 0 }
        set { flags = flags & ~0x40 | (newValue ? 0x40 : 0) }
    }

    package var dsdx: FarPointer { FarPointer(ds, dx) }
    package var dssi: FarPointer { FarPointer(ds, si) }
    package var esdi: FarPointer { FarPointer(es, di) }
    package var esbx: FarPointer { FarPointer(es, bx) }

    /// The registers on one line, for messages.
    package var description: String {
        let words: [(String, UInt16)] = [
            ("AX", ax), ("BX", bx), ("CX", cx), ("DX", dx), ("SI", si), ("DI", di), ("BP", bp), ("DS", ds), ("ES", es),
        ]
        return words.map { "\($0.0)=\(hex4($0.1))" }.joined(separator: " ")
    }
}

/// A real-mode address.
package struct FarPointer: Equatable, Hashable, Codable, Sendable {
    package var segment: UInt16
    package var offset: UInt16

    package init(_ segment: UInt16, _ offset: UInt16) {
        self.segment = segment
        self.offset = offset
    }

    /// As it stands in memory: offset, then segment.
    package init(packed: UInt32) {
        self.init(UInt16(truncatingIfNeeded: packed >> 16), UInt16(truncatingIfNeeded: packed))
    }

    package var packed: UInt32 { UInt32(segment) << 16 | UInt32(offset) }
    package var linear: UInt32 { UInt32(segment) << 4 + UInt32(offset) }

    /// The same segment, further on; offsets wrap as the processor's do.
    package func advanced(by count: Int) -> FarPointer {
        FarPointer(segment, offset &+ UInt16(truncatingIfNeeded: count))
    }
}

/// A word as four hexadecimal digits.
package func hex4(_ value: UInt16) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
}

/// A byte as two hexadecimal digits.
package func hex2(_ value: UInt8) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return digits.count == 1 ? "0" + digits : digits
}
