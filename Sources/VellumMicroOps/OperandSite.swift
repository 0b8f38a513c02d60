import VellumIA32

/// An immediate or a displacement as it stands in the code of a unit.
package struct CodeField: Equatable, Sendable {
    package enum Kind: UInt8, Sendable { case immediate, displacement }

    package var kind: Kind
    package var format: FieldFormat
    package var instruction: UInt8
    /// Offset from the unit's first byte.
    package var offset: UInt16
    package var value: UInt32
}

/// A place in the guest's code whose value stands in a micro-op as it is, and on which nothing else of the unit depends.
/// When the guest writes there, the micro-op can be changed in place.
package struct OperandSite: Equatable, Sendable {
    /// Index of the micro-op.
    package var operation: UInt16
    /// Offset of the field from the unit's first byte.
    package var offset: UInt16
    package var kind: CodeField.Kind
    package var format: FieldFormat

    /// The field holds the whole of a range of the unit's bytes.
    package func contains(_ start: UInt32, _ length: UInt32) -> Bool {
        let first = UInt32(offset)
        return start >= first && start - first < 4 && start - first + length <= UInt32(format.size)
    }
}

extension TranslatedUnit {
    /// Finds the micro-ops that the fields of the code went into.  A field is given up unless it is certain where it
    /// went: an immediate into one micro-op, a displacement that is not zero into all addresses of its instruction.
    package mutating func settleOperands() {
        guard !fields.isEmpty else { return }
        operands.reserveCapacity(fields.count * 2)
        var start = 0
        for field in fields {
            while start < operations.count, operations[start].instruction < field.instruction { start += 1 }
            if let count = users(of: field, from: start), count > 0 { place(field, from: start) }
        }
    }

    /// How many micro-ops have the field; nil when one of them has something else in its place.
    private func users(of field: CodeField, from start: Int) -> Int? {
        var count = 0
        var index = start
        while index < operations.count {
            let operation = operations[index]
            index = next(index, field.instruction)
            guard operation.applies(field.kind, of: field.instruction) else { continue }
            let value = operation.value(of: field.kind)
            // An address in a temporary has no displacement.
            if field.kind == .displacement, value == 0 { continue }
            guard value == field.value else { return nil }
            // An exit may yet make up the flags of what was computed with the old value.
            if operation.restoration != .none { return nil }
            count += 1
        }
        return field.kind == .immediate && count != 1 ? nil : count
    }

    private mutating func place(_ field: CodeField, from start: Int) {
        var index = start
        while index < operations.count {
            let operation = operations[index]
            if operation.applies(field.kind, of: field.instruction), operation.value(of: field.kind) == field.value {
                operands.append(
                    OperandSite(
                        operation: UInt16(index), offset: field.offset, kind: field.kind, format: field.format))
            }
            index = next(index, field.instruction)
        }
    }

    /// The next micro-op that may belong to an instruction: the one behind it, or a fused terminal at the end.
    private func next(_ index: Int, _ instruction: UInt8) -> Int {
        operations[index].instruction > instruction ? max(index + 1, operations.count - 1) : index + 1
    }
}

extension MicroOp {
    package func value(of kind: CodeField.Kind) -> UInt32 { kind == .immediate ? immediate : displacement }

    /// The field is a plain operand of instruction `number`; in a fused terminal that of the comparison.
    fileprivate func applies(_ kind: CodeField.Kind, of number: UInt8) -> Bool {
        let applies = kind == .immediate ? opcode.appliesImmediate : opcode.appliesDisplacement
        return applies && (opcode.fusedComparison == nil ? instruction : d) == number
    }
}

extension MicroOpcode {
    /// `immediate` is a value to be moved, stored or computed with, right for all its 32 bits.
    package var appliesImmediate: Bool {
        switch self {
        case .set8, .set16, .set32, .push32i, .push16i, .imulTwo16i, .imulTwo32i, .imulTwo32in: true
        case .add8i, .add16i, .add32i, .or8i, .or16i, .or32i, .and8i, .and16i, .and32i, .sub8i, .sub16i, .sub32i,
            .xor8i, .xor16i, .xor32i, .adc8i, .adc16i, .adc32i, .sbb8i, .sbb16i, .sbb32i:
            true
        case .add8in, .add16in, .add32in, .or8in, .or16in, .or32in, .and8in, .and16in, .and32in, .sub8in, .sub16in,
            .sub32in, .xor8in, .xor16in, .xor32in:
            true
        case .cmp8i, .cmp16i, .cmp32i, .test8i, .test16i, .test32i: true
        case .store8iB, .store8iX, .store8iS, .store16iB, .store16iX, .store16iS, .store32iB, .store32iX, .store32iS:
            true
        default: fusedComparison.map { [.cmp8i, .cmp32i, .test8i].contains($0) } ?? false
        }
    }

    /// `displacement` is added to an address, whatever it is.
    package var appliesDisplacement: Bool {
        switch self {
        case .leaB, .leaX, .lea16: true
        default: rawValue >= MicroOpcode.load8B.rawValue && rawValue <= MicroOpcode.store32iS.rawValue
        }
    }
}
