import VellumIA32

/// Every mode bit that changes how code is decoded or lowered: part of a fragment's key.
package struct FragmentMode: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// CS.D: 32-bit operands and addresses by default.
    package static var code32: FragmentMode { @inline(__always) get { FragmentMode(rawValue: 1 << 0) } }
    /// SS.B: the stack pointer is ESP.
    package static var stack32: FragmentMode { @inline(__always) get { FragmentMode(rawValue: 1 << 1) } }
    package static var protected: FragmentMode { @inline(__always) get { FragmentMode(rawValue: 1 << 4) } }
    package static var virtual8086: FragmentMode { @inline(__always) get { FragmentMode(rawValue: 1 << 5) } }
    package static var paging: FragmentMode { @inline(__always) get { FragmentMode(rawValue: 1 << 6) } }
    /// EFLAGS.TF: one instruction a fragment.
    package static var singleStep: FragmentMode { @inline(__always) get { FragmentMode(rawValue: 1 << 7) } }
    package static var taskSwitched: FragmentMode { @inline(__always) get { FragmentMode(rawValue: 1 << 8) } }
    package static var emulation: FragmentMode { @inline(__always) get { FragmentMode(rawValue: 1 << 9) } }
    package static var monitorCoprocessor: FragmentMode { @inline(__always) get { FragmentMode(rawValue: 1 << 10) } }
    /// Code breakpoints are armed: one instruction a fragment.
    package static var breakpoints: FragmentMode { @inline(__always) get { FragmentMode(rawValue: 1 << 18) } }
    package static var osfxsr: FragmentMode { @inline(__always) get { FragmentMode(rawValue: 1 << 20) } }

    /// Bits 2 and 3: the current privilege level.
    package var cpl: UInt8 { UInt8(rawValue >> 2 & 3) }

    package static func cpl(_ level: UInt8) -> FragmentMode { FragmentMode(rawValue: UInt32(level & 3) << 2) }

    /// Bits 11 to 16: the segment has base zero and the whole 4 GiB, readable and (but for CS) writable, so that an
    /// access through it needs no check.
    @inline(__always) package static func flat(_ segment: SegmentRegister) -> FragmentMode {
        FragmentMode(rawValue: 1 &<< (11 &+ UInt32(segment.rawValue)))
    }

    package func isFlat(_ segment: SegmentRegister) -> Bool { contains(.flat(segment)) }
}
