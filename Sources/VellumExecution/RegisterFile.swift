import CVellumSupport
import VellumIA32
import VellumMicroOps

/// The register file as the interpreter's operations reach it: a base pointer and byte offsets.
struct RegisterFile {
    let base: UnsafeMutableRawPointer

    @inline(__always) init(_ visible: UnsafeMutablePointer<GuestVisible>) { base = UnsafeMutableRawPointer(visible) }

    // The standard library's loads are not always inlined into a function as large as the interpreter's loop; these are.
    @inline(__always) func get(_ slot: UInt8, _: UInt8.Type) -> UInt8 { vellum_load8(base + Int(slot)) }
    @inline(__always) func get(_ slot: UInt8, _: UInt16.Type) -> UInt16 { vellum_load16(base + Int(slot)) }
    @inline(__always) func get(_ slot: UInt8, _: UInt32.Type) -> UInt32 { vellum_load32(base + Int(slot)) }
    @inline(__always) func set(_ slot: UInt8, _ value: UInt8) { vellum_store8(base + Int(slot), value) }
    @inline(__always) func set(_ slot: UInt8, _ value: UInt16) { vellum_store16(base + Int(slot), value) }
    @inline(__always) func set(_ slot: UInt8, _ value: UInt32) { vellum_store32(base + Int(slot), value) }

    @inline(__always) func get<T: FixedWidthInteger>(_ slot: UInt8, _: T.Type) -> T {
        base.loadUnaligned(fromByteOffset: Int(slot), as: T.self)
    }

    @inline(__always) func set<T: FixedWidthInteger>(_ slot: UInt8, _ value: T) {
        base.storeBytes(of: value, toByteOffset: Int(slot), as: T.self)
    }

    /// The low `width` bytes (1, 2 or 4) of a slot.
    func get(_ slot: UInt8, _ width: UInt8) -> UInt32 {
        switch width {
        case 1: UInt32(get(slot, UInt8.self))
        case 2: UInt32(get(slot, UInt16.self))
        default: get(slot, UInt32.self)
        }
    }

    /// Writes the low `width` bytes of a slot and keeps the rest.
    func set(_ slot: UInt8, _ value: UInt32, _ width: UInt8) {
        switch width {
        case 1: set(slot, UInt8(truncatingIfNeeded: value))
        case 2: set(slot, UInt16(truncatingIfNeeded: value))
        default: set(slot, value)
        }
    }

    /// b + displacement.
    @inline(__always) func base(_ ip: UnsafePointer<MicroOp>) -> UInt32 {
        get(ip.pointee.b, UInt32.self) &+ ip.pointee.displacement
    }

    /// b + c << d + displacement.
    @inline(__always) func indexed(_ ip: UnsafePointer<MicroOp>) -> UInt32 {
        base(ip) &+ get(ip.pointee.c, UInt32.self) &<< UInt32(ip.pointee.d)
    }

    /// direction × immediate.
    @inline(__always) func step(_ ip: UnsafePointer<MicroOp>, _ visible: UnsafeMutablePointer<GuestVisible>) -> UInt32 {
        UInt32(bitPattern: visible.pointee.direction) &* ip.pointee.immediate
    }
}

extension UnsafeMutablePointer where Pointee == GuestVisible {
    /// The window of the segment that a micro-op names.
    @inline(__always) func window(_ ip: UnsafePointer<MicroOp>) -> UnsafeMutablePointer<SegmentWindow> {
        let first = UnsafeMutableRawPointer(self) + GuestVisible.windowsOffset
        return first.assumingMemoryBound(to: SegmentWindow.self) + Int(ip.pointee.e)
    }

    /// Host address of the operand of a segmented micro-op, or nil for the slow path.
    @inline(__always) func readHost(
        _ ip: UnsafePointer<MicroOp>, _ width: UInt32, _ tlb: UnsafeMutablePointer<TLBEntry>
    ) -> UnsafeRawPointer? {
        readHost(ip, RegisterFile(self).base(ip), width, tlb)
    }

    @inline(__always) func writeHost(
        _ ip: UnsafePointer<MicroOp>, _ width: UInt32, _ tlb: UnsafeMutablePointer<TLBEntry>
    ) -> UnsafeMutableRawPointer? {
        writeHost(ip, RegisterFile(self).base(ip), width, tlb)
    }

    @inline(__always) func modifyHost(
        _ ip: UnsafePointer<MicroOp>, _ width: UInt32, _ tlb: UnsafeMutablePointer<TLBEntry>
    ) -> UnsafeRawPointer? {
        UnsafeRawPointer(writeHost(ip, width, tlb))
    }

    /// Host address of the operand of an x87 micro-op, `offset` being its place in the segment, or nil for the slow path.
    @inline(__always) func source(
        _ ip: UnsafePointer<MicroOp>, _ offset: UInt32, _ width: UInt32, _ tlb: UnsafeMutablePointer<TLBEntry>
    ) -> UnsafeRawPointer? {
        ip.pointee.e & SegmentField.flat != 0 ? tlb.readHost(offset, width) : readHost(ip, offset, width, tlb)
    }

    @inline(__always) func target(
        _ ip: UnsafePointer<MicroOp>, _ offset: UInt32, _ width: UInt32, _ tlb: UnsafeMutablePointer<TLBEntry>
    ) -> UnsafeMutableRawPointer? {
        ip.pointee.e & SegmentField.flat != 0 ? tlb.writeHost(offset, width) : writeHost(ip, offset, width, tlb)
    }

    @inline(__always) func readHost(
        _ ip: UnsafePointer<MicroOp>, _ offset: UInt32, _ width: UInt32, _ tlb: UnsafeMutablePointer<TLBEntry>
    ) -> UnsafeRawPointer? {
        guard let linear = window(ip).pointee.linear(offset, width, write: false) else { return nil }
        return tlb.readHost(linear, width)
    }

    @inline(__always) func writeHost(
        _ ip: UnsafePointer<MicroOp>, _ offset: UInt32, _ width: UInt32, _ tlb: UnsafeMutablePointer<TLBEntry>
    ) -> UnsafeMutableRawPointer? {
        guard let linear = window(ip).pointee.linear(offset, width, write: true) else { return nil }
        return tlb.writeHost(linear, width)
    }

    /// Whether the condition in field `d` holds.  Those on CF, ZF and SF (B, Z, BE, S and their opposites) are told without
    /// a branch: half the condition's number is which of the three it looks at.
    @inline(__always) func holds(_ ip: UnsafePointer<MicroOp>) -> Bool {
        let condition = UInt32(ip.pointee.d & 15)
        guard _fastPath(2...9 ~= condition) else { return holdsByOverflow(ip) }
        let flags: UInt32 = (carryFlag ? 1 : 0) | (zeroFlag ? 2 : 0) | (signFlag ? 4 : 0)
        return (flags & condition &>> 1 != 0) != (condition & 1 != 0)
    }

    @inline(never) private func holdsByOverflow(_ ip: UnsafePointer<MicroOp>) -> Bool {
        holds(Condition(rawValue: ip.pointee.d & 15) ?? .overflow)
    }
}

extension UnsafeMutablePointer where Pointee == TLBEntry {
    /// Host address of `width` bytes that may be read without further ado, or nil.  One compare: the tag is the page of
    /// the last byte, which differs from the entry's own page when the access straddles.
    @inline(__always) func readHost(_ address: UInt32, _ width: UInt32) -> UnsafeRawPointer? {
        let linear = vellum_linear(address)
        let entry = self + TLB.index(UInt32(truncatingIfNeeded: linear))
        guard _fastPath(entry.pointee.readTag == TLB.tag(linear, width)) else { return nil }
        return UnsafeRawPointer(vellum_host_address(entry.pointee.addend, linear))
    }

    @inline(__always) func writeHost(_ address: UInt32, _ width: UInt32) -> UnsafeMutableRawPointer? {
        let linear = vellum_linear(address)
        let entry = self + TLB.index(UInt32(truncatingIfNeeded: linear))
        guard _fastPath(entry.pointee.writeTag == TLB.tag(linear, width)) else { return nil }
        return vellum_host_address(entry.pointee.addend, linear)
    }

    /// For the load of a read-modify-write: where the write fast path holds, the read does too.
    @inline(__always) func modifyHost(_ address: UInt32, _ width: UInt32) -> UnsafeRawPointer? {
        UnsafeRawPointer(writeHost(address, width))
    }
}
