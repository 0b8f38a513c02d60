/// A segment register with the descriptor it was loaded from (SDM vol. 3, section 3.4.3).
package struct SegmentState: Equatable, Sendable, Codable {
    package var selector: UInt16
    package var base: UInt32
    /// The limit in bytes, granularity applied: the highest valid offset, or for expand-down the highest invalid one.
    package var limit: UInt32
    /// Bits 8 to 23 of the descriptor's high word, with the limit's bits 16 to 19 cleared: type, S, DPL, P in bits
    /// 0 to 7, AVL, L, D/B, G in bits 12 to 15.
    package var access: UInt16

    package init(selector: UInt16, base: UInt32, limit: UInt32, access: UInt16) {
        self.selector = selector
        self.base = base
        self.limit = limit
        self.access = access
    }

    /// The segment as real mode and virtual-8086 mode load it: base 16 × selector, 64 KiB, present and writable.
    package static func realMode(_ selector: UInt16, dpl: UInt8 = 0) -> SegmentState {
        SegmentState(
            selector: selector, base: UInt32(selector) &<< 4, limit: 0xFFFF, access: 0x93 | UInt16(dpl & 3) &<< 5)
    }

    /// An unusable segment: a null selector was loaded.
    package static func null(_ selector: UInt16 = 0) -> SegmentState {
        SegmentState(selector: selector, base: 0, limit: 0, access: 0)
    }

    /// Equal; spelled out, since the derived comparison is a call.
    @inline(__always) package func isSame(as other: SegmentState) -> Bool {
        selector == other.selector && base == other.base && limit == other.limit && access == other.access
    }

    @inline(__always) package var isPresent: Bool { access & 0x80 != 0 }
    /// Code or data (S = 1), as against a system descriptor.
    @inline(__always) package var isCodeOrData: Bool { access & 0x10 != 0 }
    @inline(__always) package var isCode: Bool { access & 0x18 == 0x18 }
    @inline(__always) package var isConforming: Bool { access & 0x1C == 0x1C }
    @inline(__always) package var isExpandDown: Bool { access & 0x1C == 0x14 }
    @inline(__always) package var isReadable: Bool { isCodeOrData && (!isCode || access & 2 != 0) }
    @inline(__always) package var isWritable: Bool { access & 0x1A == 0x12 }
    @inline(__always) package var dpl: UInt8 { UInt8(access &>> 5 & 3) }
    /// D for code, B for stacks: 32-bit default.
    @inline(__always) package var isBig: Bool { access & 0x4000 != 0 }
    /// The type field, bits 0 to 3.
    @inline(__always) package var type: UInt8 { UInt8(access & 15) }
    @inline(__always) package var rpl: UInt8 { UInt8(selector & 3) }
}

/// An eight-byte entry of a descriptor table (SDM vol. 3, figures 3-8, 6-2, 5-8).
package struct Descriptor: Equatable, Sendable {
    package var low: UInt32
    package var high: UInt32

    package init(low: UInt32, high: UInt32) {
        self.low = low
        self.high = high
    }

    @inline(__always) package var base: UInt32 { low &>> 16 | (high & 0xFF) &<< 16 | high & 0xFF00_0000 }
    /// The limit in bytes, granularity applied.
    @inline(__always) package var limit: UInt32 {
        let raw = low & 0xFFFF | high & 0xF_0000
        return high & 1 &<< 23 != 0 ? raw &<< 12 | 0xFFF : raw
    }
    @inline(__always) package var access: UInt16 { UInt16(truncatingIfNeeded: high &>> 8) & 0xF0FF }
    @inline(__always) package var isPresent: Bool { high & 1 &<< 15 != 0 }
    @inline(__always) package var dpl: UInt8 { UInt8(high &>> 13 & 3) }
    @inline(__always) package var isCodeOrData: Bool { high & 1 &<< 12 != 0 }
    @inline(__always) package var type: UInt8 { UInt8(high &>> 8 & 15) }
    /// Gates: target selector, target offset, parameter count.
    @inline(__always) package var gateSelector: UInt16 { UInt16(truncatingIfNeeded: low &>> 16) }
    @inline(__always) package var gateOffset: UInt32 { low & 0xFFFF | high & 0xFFFF_0000 }
    @inline(__always) package var gateParameterCount: UInt8 { UInt8(high & 31) }

    /// The descriptor as a segment register holds it.
    @inline(__always) package func loaded(selector: UInt16) -> SegmentState {
        SegmentState(selector: selector, base: base, limit: limit, access: access)
    }
}

/// GDTR or IDTR.
package struct TableRegister: Equatable, Sendable, Codable {
    package var base: UInt32
    package var limit: UInt16

    package init(base: UInt32, limit: UInt16) {
        self.base = base
        self.limit = limit
    }
}
