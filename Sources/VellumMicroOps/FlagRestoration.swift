import VellumIA32

/// How an exit makes up the flags of an operation that did not compute them: field `e` of its flag-less form.
package enum FlagRestoration: UInt8, Sendable {
    /// Nobody can see them.
    case none
    /// They are those of the form with flags.
    case same
    /// The addition of 1 or -1 stands for INC or DEC.
    case increment, decrement
}

extension MicroOp {
    /// How the flags that this flag-less form leaves out are made up.
    package var restoration: FlagRestoration {
        opcode.leavesOutFlags ? FlagRestoration(rawValue: e) ?? .none : .none
    }

    /// The form with flags that this one stands for; itself where it stands for none.
    package var restored: MicroOp {
        let restoration = self.restoration
        guard restoration != .none else { return self }
        var operation = self
        operation.e = 0
        switch (restoration, opcode) {
        case (.increment, .add8in): operation.opcode = .inc8
        case (.increment, .add16in): operation.opcode = .inc16
        case (.increment, .add32in): operation.opcode = .inc32
        case (.decrement, .add8in): operation.opcode = .dec8
        case (.decrement, .add16in): operation.opcode = .dec16
        case (.decrement, .add32in): operation.opcode = .dec32
        case (_, .imulTwo32n): operation.opcode = .imulTwo32
        case (_, .imulTwo32in): operation.opcode = .imulTwo32i
        default: operation.opcode = opcode.offset(Int(MicroOpcode.add8.rawValue) - Int(MicroOpcode.add8n.rawValue))
        }
        if restoration != .same { operation.immediate = 0 }
        return operation
    }

    /// The form without flags that an exit can make up for; nil where there is none.
    ///
    /// - Parameter written: what is written behind the operation before the last exit, or nil where there is no exit
    ///   but an access before it in its own instruction, after which the form with flags is done instead.
    func restorable(_ written: SlotSet?) -> MicroOp? {
        guard var lean = withoutFlags, lean.opcode.leavesOutFlags else { return nil }
        switch opcode {
        case .inc8, .inc16, .inc32: lean.e = FlagRestoration.increment.rawValue
        case .dec8, .dec16, .dec32: lean.e = FlagRestoration.decrement.rawValue
        default: lean.e = FlagRestoration.same.rawValue
        }
        guard let written else { return lean }
        // A product does not tell its factors.
        guard opcode != .imulTwo32, opcode != .imulTwo32i else { return nil }
        let effects = opcode.effects
        let result = SlotSet(offset: a, width: effects.a.width)
        guard result.isDisjoint(with: written) else { return nil }
        if effects.b.isRead, opcode.isSumOrDifference {
            let right = SlotSet(offset: b, width: effects.b.width)
            guard right.isDisjoint(with: written), right.isDisjoint(with: result) else { return nil }
        }
        return lean
    }
}

extension MicroOpcode {
    /// A plain load or store, or PUSH or POP: it may fault or leave, and does nothing to flags.
    package var isAccess: Bool {
        rawValue >= MicroOpcode.load8B.rawValue && rawValue <= MicroOpcode.store32iS.rawValue
            || isStack
    }

    /// PUSH or POP.
    package var isStack: Bool {
        switch self {
        case .push32, .push32i, .pop32, .push16, .push16i, .pop16: true
        default: false
        }
    }

    /// A form without flags whose other form an exit may ask for.
    package var leavesOutFlags: Bool {
        rawValue >= MicroOpcode.add8n.rawValue && rawValue <= MicroOpcode.xor32in.rawValue
            || self == .imulTwo32n || self == .imulTwo32in
    }

    var isSumOrDifference: Bool {
        switch self {
        case .add8, .add16, .add32, .sub8, .sub16, .sub32: true
        default: false
        }
    }
}
