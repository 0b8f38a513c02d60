import VellumIA32

/// The textual form of micro-ops and units: for golden tests, and for people.
package enum Printer {
    /// One micro-op without its instruction: `add32 eax, t0`, `load32 eax, [ds:ebx+0x4]`.  `{3}` behind one means that a
    /// superinstruction of three micro-ops starts there.
    package static func text(_ operation: MicroOp, targets: (UInt32, UInt32)? = nil) -> String {
        if operation.opcode == .hypervisor { return callText(operation) }
        let operands = operandTexts(operation)
        var text = name(operation)
        if !operands.isEmpty { text += " " + operands.joined(separator: ", ") }
        if operation.opcode.fusedComparison != nil { text += " (of \(operation.d))" }
        let flow = operation.opcode.effects.flow
        if flow.contains(.link0) { text += " -> " + (targets.map { hex($0.0) } ?? "link 0") }
        if flow.contains(.link1) { text += flow.contains(.link0) ? " else " : " -> " }
        if flow.contains(.link1) { text += targets.map { hex($0.1) } ?? "link 1" }
        let parts = operation.dispatch.sequence.count
        return parts > 1 ? text + " {\(parts)}" : text
    }

    /// A unit, one micro-op a line, each instruction's EIP before its first one.
    package static func text(_ unit: TranslatedUnit, at eip: UInt32 = 0) -> String {
        var lines: [String] = []
        var index = 0
        for instruction in 0..<unit.instructionCount {
            let address = hex(eip &+ UInt32(unit.offsets[instruction]))
            lines.append("\(address):")
            while index < unit.operations.count, Int(unit.operations[index].instruction) == instruction {
                lines.append("    " + text(unit.operations[index], targets: unit.targets))
                index += 1
            }
        }
        lines += unit.operations[index...].map { "    ?\($0.instruction) " + text($0, targets: unit.targets) }
        return lines.joined(separator: "\n")
    }

    /// A slot by the register it lies in: `eax`, `ax`, `ah`, `t0`, `t0.w`, `t0.b`, `zero`.
    package static func slotName(_ offset: UInt8, width: UInt8) -> String {
        let word = offset >> 2
        let byte = offset & 3
        guard let register = GeneralRegister(rawValue: word) else {
            guard offset < 64, byte == 0 else { return "@\(offset)" }
            let name = word == 15 ? "zero" : "t\(word - 8)"
            return name + (width == 4 ? "" : width == 2 ? ".w" : ".b")
        }
        let name = "\(register)"
        switch (width, byte) {
        case (4, 0): return name
        case (2, 0): return String(name.dropFirst())
        case (1, 0) where word < 4: return "\(name.dropFirst().prefix(1))l"
        case (1, 1) where word < 4: return "\(name.dropFirst().prefix(1))h"
        case (1, 0): return String(name.dropFirst()) + ".b"
        default: return "@\(offset)"
        }
    }

    static func hex(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }

    /// Small negative numbers with a sign.
    private static func signed(_ value: UInt32) -> String {
        let number = Int32(bitPattern: value)
        return number < 0 && number > -0x1_0000 ? "-" + hex(0 &- value) : "+" + hex(value)
    }

    // MARK: Names

    private static let conditions = [
        "o", "no", "b", "nb", "z", "nz", "be", "a", "s", "ns", "p", "np", "l", "nl", "le", "g",
    ]

    /// The opcode without the suffix of its address form, which the operand shows, and with its kind.
    private static func name(_ operation: MicroOp) -> String {
        let opcode = operation.opcode
        var name = "\(opcode)"
        // Flags that an exit makes up.
        if operation.restoration != .none { name += "*" }
        if opcode.effects.memoryWidth != 0, let last = name.last, "BXS".contains(last) { name.removeLast() }
        func kind(_ names: [String]) -> String {
            let index = Int(operation.d)
            return "." + (index < names.count ? names[index] : "?\(index)")
        }
        switch opcode {
        case .setcc, .cmov16, .cmov32: return name + kind(conditions)
        case .rotate8, .rotate16, .rotate32, .rotate8i, .rotate16i, .rotate32i:
            return name + kind(["rol", "ror", "rcl", "rcr"])
        case .doubleShift16, .doubleShift32, .doubleShift16i, .doubleShift32i: return name + kind(["left", "right"])
        case .bit16, .bit32, .bit16i, .bit32i: return name + kind(["test", "set", "reset", "complement"])
        case .loopWhile16, .loopWhile32: return name + kind(["nz", "z"])
        case .bulkMove, .bulkFill, .bulkScan, .bulkCompare:
            let sizes = ["8", "16", "32", "8.short", "16.short", "32.short"]
            return name + kind(sizes + sizes.map { $0 + ".equal" })
        default: return name
        }
    }

    // MARK: Operands

    private static func operandTexts(_ operation: MicroOp) -> [String] {
        let effects = operation.opcode.effects
        let addressed = operation.opcode.hasAddress
        var texts: [String] = []
        if effects.a.width > 0 { texts.append(slotName(operation.a, width: effects.a.width)) }
        if addressed { texts.append(address(operation)) }
        if !addressed, effects.b.width > 0 { texts.append(slotName(operation.b, width: effects.b.width)) }
        if !addressed, effects.c.width > 0 { texts.append(slotName(operation.c, width: effects.c.width)) }
        if operation.opcode.usesImmediate { texts.append(hex(operation.immediate)) }
        if operation.opcode == .fault { texts.append(hex(operation.displacement)) }
        if operation.opcode == .exit { texts.append(hex(operation.displacement)) }
        return texts
    }

    private static func address(_ operation: MicroOp) -> String {
        let effects = operation.opcode.effects
        let segment = SegmentRegister(rawValue: operation.e).map { "\($0):" } ?? "?\(operation.e):"
        let isSegmented =
            effects.usesSegment || operation.opcode.isCoprocessor && operation.e & SegmentField.flat == 0
        var text = isSegmented ? segment : ""
        text += slotName(operation.b, width: 4)
        if effects.c.width > 0 {
            text += "+" + slotName(operation.c, width: 4)
            if effects.usesScale { text += "*\(1 << Int(operation.d & 7))" }
        }
        if operation.displacement != 0 { text += signed(operation.displacement) }
        return "[\(text)]"
    }

    private static func callText(_ operation: MicroOp) -> String {
        guard let call = operation.hypervisorCall else { return "call ?\(operation.c)" }
        let arguments = operation.callArguments
        let effects = call.effects
        var texts: [String] = []
        if effects.first.width > 0 { texts.append(slotName(operation.a, width: effects.first.width)) }
        if effects.second.width > 0 { texts.append(slotName(operation.b, width: effects.second.width)) }
        if !effects.sizes.isEmpty { texts.append("size \(arguments.size)") }
        switch effects.index {
        case .none: break
        case .segment, .loadableSegment:
            texts.append(SegmentRegister(rawValue: arguments.index).map { "\($0)" } ?? "?\(arguments.index)")
        case .control: texts.append("cr\(arguments.index)")
        case .debug: texts.append("dr\(arguments.index)")
        }
        if arguments.addressSize == 2 { texts.append("address 2") }
        if arguments.repeats { texts.append("repeated") }
        if arguments.immediate != 0 { texts.append(hex(arguments.immediate)) }
        return "call \(call.name)" + (texts.isEmpty ? "" : " ") + texts.joined(separator: ", ")
    }
}

extension MicroOpcode {
    /// Slot `b` (with `c` and the displacement) is an address, not a value.
    package var hasAddress: Bool {
        switch self {
        case .leaB, .leaX, .lea16, .linear, .probeWrite: true
        case .return32: false
        case _ where isStack: false
        default: effects.memoryWidth != 0 || isCoprocessor && effects.memory != .none
        }
    }

    /// The immediate is an operand.
    package var usesImmediate: Bool {
        switch self {
        case .set8, .set16, .set32, .aam, .aad, .step16, .step32, .probeWrite, .push32i, .push16i, .limitCheck,
            .return32, .fault:
            true
        case .add8i, .add16i, .add32i, .or8i, .or16i, .or32i, .and8i, .and16i, .and32i, .sub8i, .sub16i, .sub32i,
            .xor8i, .xor16i, .xor32i, .add8in, .add16in, .add32in, .or8in, .or16in, .or32in, .and8in, .and16in,
            .and32in, .sub8in, .sub16in, .sub32in, .xor8in, .xor16in, .xor32in, .adc8i, .adc16i, .adc32i, .sbb8i,
            .sbb16i, .sbb32i, .cmp8i, .cmp16i, .cmp32i, .test8i, .test16i, .test32i:
            true
        case .floatLoad32, .floatLoad64, .floatStore32, .floatStore64, .floatMemory32, .floatMemory64, .floatRegister,
            .floatExchange, .floatDuplicate, .float, .floatRead, .floatWrite, .simd, .simdRead, .simdWrite:
            true
        case .imulTwo16i, .imulTwo32i, .imulTwo32in, .bit16i, .bit32i: true
        case .store8iB, .store8iX, .store8iS, .store16iB, .store16iX, .store16iS, .store32iB, .store32iX, .store32iS:
            true
        default:
            isShiftByImmediate || isCoprocessor && self != .wait || fusedComparison == .cmp32i
                || fusedComparison == .cmp8i
                || fusedComparison == .test8i
        }
    }

    /// A shift or rotate whose count is the immediate, 1 to 31.
    package var isShiftByImmediate: Bool {
        switch self {
        case .shl8i, .shl16i, .shl32i, .shr8i, .shr16i, .shr32i, .sar8i, .sar16i, .sar32i, .shl32in, .shr32in, .sar32in,
            .rotateLeft32in, .rotate8i, .rotate16i, .rotate32i, .doubleShift16i, .doubleShift32i:
            true
        default: false
        }
    }
}
