/// PUSH, POP, frames, and the loads and stores of segment registers.
enum StackRows {
    static let stack: [InstructionRow] = [
        .primary(0x50, .push, .zv, span: 8),
        .primary(0x58, .pop, .zv, span: 8),
        .primary(0x68, .push, .iv, since: .i186),
        .primary(0x6A, .push, .ibs, since: .i186),
        .primary(0xFF, .push, .ev, group: 6),
        .primary(0x8F, .pop, .ev, group: 0),
        .primary(0x60, .pusha, since: .i186),
        .primary(0x61, .popa, since: .i186),
        .primary(0xC8, .enter, .iw, .ib, since: .i186),
        .primary(0xC9, .leave, since: .i186),
    ]

    /// A segment register shows the real selector, and loading it consults the descriptor tables and the privilege
    /// level without a trap (Robin and Irvine 2000, section 3.2).
    static let pushedSegments: [InstructionRow] = [
        .primary(0x06, .pushSegment, .es, class: .sensitive),
        .primary(0x0E, .pushSegment, .cs, class: .sensitive),
        .primary(0x16, .pushSegment, .ss, class: .sensitive),
        .primary(0x1E, .pushSegment, .ds, class: .sensitive),
        .extended(0xA0, .pushSegment, .fs, class: .sensitive),
        .extended(0xA8, .pushSegment, .gs, class: .sensitive),
        .primary(0x07, .popSegment, .es, class: .sensitive),
        .primary(0x17, .popSegment, .ss, class: .sensitive),
        .primary(0x1F, .popSegment, .ds, class: .sensitive),
        .extended(0xA1, .popSegment, .fs, class: .sensitive),
        .extended(0xA9, .popSegment, .gs, class: .sensitive),
    ]

    /// MOV to CS (8E /1) is #UD, as are the encodings of a seventh and an eighth segment register.
    static let movedSegments: [InstructionRow] = SegmentRegister.allCases.flatMap { segment in
        movedForms(segment)
    }

    private static func movedForms(_ segment: SegmentRegister) -> [InstructionRow] {
        let since: CPULevel = segment == .fs || segment == .gs ? .i386 : .i8086
        let group = segment.rawValue
        let from = InstructionRow.primary(
            0x8C, .movFromSegment, .evw, .sw, group: group, class: .sensitive, since: since)
        if segment == .cs { return [from] }
        return [from, .primary(0x8E, .movToSegment, .sw, .ew, group: group, class: .sensitive, since: since)]
    }

    static let farPointers: [InstructionRow] = [
        .primary(0xC4, .les, .gv, .mp, class: .sensitive),
        .primary(0xC5, .lds, .gv, .mp, class: .sensitive),
        .extended(0xB2, .lss, .gv, .mp, class: .sensitive),
        .extended(0xB4, .lfs, .gv, .mp, class: .sensitive),
        .extended(0xB5, .lgs, .gv, .mp, class: .sensitive),
    ]
}
