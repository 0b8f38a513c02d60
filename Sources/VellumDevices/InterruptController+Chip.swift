extension InterruptController {
    /// One 8259A as a value: its registers and its priority logic (Intel 8259A data sheet, 231468-003).
    package struct Chip: Codable, Equatable, Sendable {
        /// Which initialisation word the chip expects next at its odd port.
        enum Initialisation: UInt8, Codable, Sendable { case done, vectors, cascade, mode }

        /// Levels of the eight request inputs.
        private(set) var inputs: UInt8 = 0
        /// Rising edges seen and not yet acknowledged; used by edge-triggered inputs.
        private var edges: UInt8 = 0
        /// INT stays active when a request goes away before it is acknowledged: the spurious interrupt.
        private var withdrawn = false
        private(set) var mask: UInt8 = 0xFF
        private(set) var inService: UInt8 = 0
        private var vectorBase: UInt8 = 0
        /// ICW3: on a master the inputs with a slave, on a slave its identity.
        private(set) var cascade: UInt8 = 0
        /// The input of lowest priority; 7 unless rotated.
        private var lowest: UInt8 = 7
        private var initialisation = Initialisation.done
        private var wantsMode = false
        private(set) var single = false
        private var levelTriggered = false
        private var automaticEnd = false
        private var rotateAutomatically = false
        private var specialMask = false
        private var specialNested = false
        private var readsInService = false
        private var polled = false
        /// The edge/level control register: inputs that are level-triggered whatever ICW1 says.
        var edgeLevelControl: UInt8 = 0

        private var levelInputs: UInt8 { levelTriggered ? 0xFF : edgeLevelControl }

        /// The interrupt request register.
        package var requests: UInt8 {
            (edges & ~levelInputs) | (inputs & levelInputs)
        }

        /// Drives one request input.  In edge mode a request lasts only while its input is high (data sheet, "Edge
        /// and Level Triggered Modes").
        mutating func setInput(_ line: UInt8, _ level: Bool) {
            let bit: UInt8 = 1 << (line & 7)
            if level {
                if inputs & bit == 0 { edges |= bit }
                inputs |= bit
            } else {
                let wasActive = interrupt
                inputs &= ~bit
                edges &= ~bit
                withdrawn = wasActive && pending == nil
            }
        }

        /// The slave's INT falls: no spurious interrupt comes of it, since the slave holds INT until acknowledged.
        mutating func releaseCascade() {
            inputs &= ~4
            edges &= ~4
        }

        /// Forgets everything but the levels of the inputs.
        mutating func reset() {
            let held = inputs
            self = Chip()
            inputs = held
        }

        /// The INT output.
        var interrupt: Bool { pending != nil || withdrawn }

        /// The request that an acknowledge would take: the highest unmasked one above everything in service.
        var pending: UInt8? {
            let candidates = requests & ~mask
            guard candidates != 0 else { return nil }
            var blocking = inService
            if specialMask { blocking &= ~mask }
            if specialNested { blocking &= ~cascade }
            let request = rank(of: candidates)
            guard request < rank(of: blocking) else { return nil }
            return input(ofRank: request)
        }

        /// The priority of the highest set bit, 0 being the first; 8 when none is set.
        private func rank(of bits: UInt8) -> UInt8 {
            let first = (lowest &+ 1) & 7
            let rotated = (bits >> first) | (bits << ((8 &- first) & 7))
            return bits == 0 ? 8 : UInt8(rotated.trailingZeroBitCount)
        }

        private func input(ofRank rank: UInt8) -> UInt8 { (lowest &+ 1 &+ rank) & 7 }

        /// An interrupt acknowledge cycle: the input taken, or nil for the spurious interrupt.
        mutating func acknowledge() -> UInt8? {
            let taken = pending
            withdrawn = false
            guard let taken else { return nil }
            let bit: UInt8 = 1 << taken
            edges &= ~bit
            if !automaticEnd {
                inService |= bit
            } else if rotateAutomatically {
                lowest = taken
            }
            return taken
        }

        /// The vector for an input; a spurious interrupt answers as input 7.
        func vector(_ input: UInt8?) -> UInt8 { vectorBase | (input ?? 7) }
    }
}

// MARK: - Registers

extension InterruptController.Chip {
    /// A read of the even (`data` false) or odd port; after a poll command it is an acknowledge.
    mutating func read(data: Bool) -> UInt8 {
        if polled {
            polled = false
            return acknowledge().map { 0x80 | $0 } ?? 0
        }
        if data { return mask }
        return readsInService ? inService : requests
    }

    mutating func write(data: Bool, _ value: UInt8) {
        if data {
            initialisation == .done ? setMask(value) : continueInitialisation(value)
        } else if value & 0x10 != 0 {
            beginInitialisation(value)
        } else if value & 0x08 != 0 {
            operationControl3(value)
        } else {
            operationControl2(value)
        }
    }

    private mutating func setMask(_ value: UInt8) {
        mask = value
        withdrawn = false
    }

    /// ICW1.  The edge circuit is reset, so that an input must fall and rise again to request.
    private mutating func beginInitialisation(_ value: UInt8) {
        edges = 0
        withdrawn = false
        mask = 0
        inService = 0
        lowest = 7
        specialMask = false
        specialNested = false
        automaticEnd = false
        rotateAutomatically = false
        readsInService = false
        polled = false
        wantsMode = value & 1 != 0
        single = value & 2 != 0
        levelTriggered = value & 8 != 0
        initialisation = .vectors
    }

    private mutating func continueInitialisation(_ value: UInt8) {
        switch initialisation {
        case .vectors:
            vectorBase = value & 0xF8
            initialisation = single ? (wantsMode ? .mode : .done) : .cascade
        case .cascade:
            cascade = value
            initialisation = wantsMode ? .mode : .done
        case .mode:
            automaticEnd = value & 2 != 0
            specialNested = value & 0x10 != 0
            initialisation = .done
        case .done:
            break
        }
    }

    /// OCW2: ends of interrupt and rotation.
    private mutating func operationControl2(_ value: UInt8) {
        let level = value & 7
        switch value >> 5 {
        case 0b000: rotateAutomatically = false
        case 0b100: rotateAutomatically = true
        case 0b001: _ = endHighest()
        case 0b101: if let ended = endHighest() { lowest = ended }
        case 0b011: inService &= ~(1 << level)
        case 0b111:
            inService &= ~(1 << level)
            lowest = level
        case 0b110: lowest = level
        default: break
        }
    }

    /// A non-specific end of interrupt; it passes over masked inputs in special mask mode.
    private mutating func endHighest() -> UInt8? {
        let served = specialMask ? inService & ~mask : inService
        guard served != 0 else { return nil }
        let ended = input(ofRank: rank(of: served))
        inService &= ~(1 << ended)
        return ended
    }

    /// OCW3: special mask, poll and which register the even port reads.
    private mutating func operationControl3(_ value: UInt8) {
        if value & 0x40 != 0 { specialMask = value & 0x20 != 0 }
        polled = value & 0x04 != 0
        if value & 0x02 != 0 { readsInService = value & 0x01 != 0 }
    }
}
