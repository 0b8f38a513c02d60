import CZydis
import VellumDecoder
import VellumIA32

/// What two decoders can disagree on.
enum SweepField: String, CaseIterable {
    case onlyVellum, onlyZydis, length, operandSize, addressSize, memory, segment, base, index, scale, displacement
    case immediate, secondImmediate
}

/// One encoding, as both decoders see it.
struct SweepCase {
    var bytes: UnsafeRawBufferPointer
    var codeSize32: Bool
    var vellum: DecodedInstruction?
    var zydis: vellum_zydis_result?

    var row: InstructionRow? { vellum.map { InstructionTable.rows[Int($0.row)] } }

    /// The fields in which the decoders differ.
    func differences() -> [SweepField] {
        guard let vellum else { return zydis == nil ? [] : [.onlyZydis] }
        guard let zydis else { return [.onlyVellum] }
        if Int(vellum.length) != Int(zydis.length) { return [.length] }
        let row = InstructionTable.rows[Int(vellum.row)]
        var fields: [SweepField] = []
        if row.operands.hasOperandSize && zydis.operand_width != vellum.operandSize.rawValue * 8 {
            fields.append(.operandSize)
        }
        if zydis.address_width != vellum.addressSize.rawValue * 8 { fields.append(.addressSize) }
        compareMemory(vellum, zydis, row, &fields)
        compareImmediates(vellum, zydis, row, &fields)
        return fields
    }

    private func compareMemory(
        _ vellum: DecodedInstruction, _ zydis: vellum_zydis_result, _ row: InstructionRow, _ fields: inout [SweepField]
    ) {
        let isOffset = row.operands.contains(.ob) || row.operands.contains(.ov)
        guard vellum.isMemory || isOffset else {
            if row.mod != .none && zydis.has_memory != 0 && row.usesExplicitMemory { fields.append(.memory) }
            if row.hasImplicitSegment(vellum.opcode) && zydis.segment != stringSegment(vellum, row) {
                fields.append(.segment)
            }
            return
        }
        guard zydis.has_memory != 0 else { return fields.append(.memory) }
        if zydis.segment != vellum.segment.rawValue { fields.append(.segment) }
        if zydis.base != vellum.base { fields.append(.base) }
        if zydis.index != vellum.index { fields.append(.index) }
        if zydis.index != 0xFF && zydis.scale != 1 << vellum.scale { fields.append(.scale) }
        let mask = vellum.addressSize.mask
        if UInt32(truncatingIfNeeded: zydis.displacement) & mask != vellum.displacement & mask {
            fields.append(.displacement)
        }
    }

    /// The segment of the operand that Zydis lists first: the destination of MOVS is ES:eDI.
    private func stringSegment(_ vellum: DecodedInstruction, _ row: InstructionRow) -> UInt8 {
        row.operation == .movs ? SegmentRegister.es.rawValue : vellum.segment.rawValue
    }

    private func compareImmediates(
        _ vellum: DecodedInstruction, _ zydis: vellum_zydis_result, _ row: InstructionRow, _ fields: inout [SweepField]
    ) {
        if vellum.immediate & Self.mask(zydis.immediate_size.0) != Self.value(zydis.immediate.0, zydis.immediate_size.0)
        {
            fields.append(.immediate)
        }
        let second = UInt32(vellum.immediate2) & Self.mask(zydis.immediate_size.1)
        if second != Self.value(zydis.immediate.1, zydis.immediate_size.1) { fields.append(.secondImmediate) }
        if row.operands.contains(.ibs) || row.operands.contains(.jb) {
            if UInt64(bitPattern: Int64(Int32(bitPattern: vellum.immediate))) != zydis.immediate.0 {
                fields.append(.immediate)
            }
        }
    }

    private static func mask(_ bits: UInt8) -> UInt32 {
        bits >= 32 ? UInt32.max : bits == 0 ? UInt32.max : (1 << UInt32(bits)) - 1
    }

    private static func value(_ value: UInt64, _ bits: UInt8) -> UInt32 {
        bits == 0 ? 0 : UInt32(truncatingIfNeeded: value) & mask(bits)
    }
}

extension RowOperands {
    func contains(_ kind: OperandKind) -> Bool { first == kind || second == kind || third == kind }

    /// Whether an operand is as wide as the operand size.
    var hasOperandSize: Bool {
        let kinds: [OperandKind] = [.ev, .gv, .zv, .iv, .ibs, .jv, .ov, .xv, .yv, .eax, .ap, .mp, .ma]
        return kinds.contains { contains($0) }
    }
}

extension InstructionRow {
    /// Whether memory that Zydis lists is the ModRM operand, and not a stack slot, a string or a table.
    var usesExplicitMemory: Bool { !implicit.contains(operation) }

    private var implicit: [Operation] { [.push, .pop, .call, .escape, .simd] }

    /// Strings, XLAT and MASKMOVQ.
    func hasImplicitSegment(_ opcode: UInt8) -> Bool {
        let kinds: [OperandKind] = [.xb, .xv, .yb, .yv]
        let isString = kinds.contains { operands.contains($0) }
        return isString || operation == .xlat || operation == .simd && opcode == 0xF7
    }
}
