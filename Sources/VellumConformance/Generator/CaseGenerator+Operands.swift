import VellumIA32

extension CaseGenerator {
    // MARK: Prefixes

    mutating func prefixes(_ row: InstructionRow, _ draft: CaseDraft, _ encoding: inout Encoding) {
        if random.chance(25), row.operation != .bswap || draft.is16 || random.chance(5) {
            encoding.prefixes.append(0x66)
        } else if row.operation == .bswap && draft.is16 {
            encoding.prefixes.append(0x66)
        }
        if random.chance(12) { encoding.prefixes.append(0x67) }
        let overrideChance = encoding.prefixes.contains(0x67) && !draft.is16 ? 60 : 12
        if random.chance(overrideChance) { overrideSegment(&encoding, small: overrideChance > 50) }
        if row.attributes.contains(.repeats), row.sensitivity == .innocuous, random.chance(60) {
            encoding.prefixes.append(random.chance(50) ? 0xF2 : 0xF3)
        }
        // AMD gives LOCK MOV CR0 a meaning of its own (CR8).
        let mayLock = row.operation != .movToControl && row.operation != .movFromControl
        if mayLock, random.chance(row.attributes.contains(.lockable) ? 15 : 1) { encoding.prefixes.append(0xF0) }
        encoding.prefixes.shuffle(using: &random)
        encoding.operandIs16 = draft.is16 != encoding.prefixes.contains(0x66)
        encoding.addressIs16 = draft.is16 != encoding.prefixes.contains(0x67)
    }

    private mutating func overrideSegment(_ encoding: inout Encoding, small: Bool) {
        let all: [(UInt8, SegmentRegister)] = [
            (0x64, .fs), (0x65, .gs), (0x26, .es), (0x2E, .cs), (0x36, .ss), (0x3E, .ds),
        ]
        let (byte, segment) = all[random.below(small ? 2 : all.count)]
        encoding.prefixes.append(byte)
        encoding.segment = segment
    }

    // MARK: Addresses

    /// An offset in a segment at which there is something: mostly writable data, sometimes an edge of it.
    private mutating func target(_ segment: SegmentRegister, is16: Bool) -> UInt32 {
        if segment == .fs || segment == .gs {
            return random.chance(10) ? Arena.smallLimit - 7 + UInt32(random.below(10)) : UInt32(random.below(0xFF0))
        }
        if segment == .cs && is16 { return UInt32(random.below(Int(Arena.codeSize))) }
        let place: UInt32 =
            switch random.below(14) {
            case 0: 4088 + UInt32(random.below(12))
            case 1: Arena.writableSize - 12 + UInt32(random.below(20))
            case 2: Arena.writableSize + UInt32(random.below(4096))
            default: UInt32(random.below(Int(Arena.writableSize) - 16)) & (random.chance(60) ? ~3 : ~0)
            }
        return (is16 ? Arena.data - Arena.dataSegment : Arena.data) + place
    }

    mutating func modRM(_ row: InstructionRow, _ draft: inout CaseDraft, _ encoding: inout Encoding) {
        encoding.reg = row.group ?? UInt8(random.below(8))
        if row.group == nil, encoding.reg == 4, random.chance(70) { encoding.reg = 0 }
        encoding.isMemory = row.mod == .memory || row.mod == .any && random.chance(55)
        if [row.operands.first, row.operands.second].contains(.rd) { encoding.isMemory = false }
        guard encoding.isMemory else {
            encoding.rm = UInt8(random.below(8))
            if encoding.rm == 4, random.chance(70) { encoding.rm = 2 }
            encoding.address = [0xC0 | encoding.reg << 3 | encoding.rm]
            return
        }
        if encoding.addressIs16 { narrowAddress(&draft, &encoding) } else { wideAddress(&draft, &encoding) }
    }

    private mutating func narrowAddress(_ draft: inout CaseDraft, _ encoding: inout Encoding) {
        let pairs: [[UInt8]] = [[3, 6], [3, 7], [5, 6], [5, 7], [6], [7], [5], [3]]
        let mod = UInt8(random.below(3))
        encoding.rm = UInt8(random.below(8))
        let isAbsolute = mod == 0 && encoding.rm == 6
        let registers = isAbsolute ? [] : pairs[Int(encoding.rm)]
        let size = isAbsolute || mod == 2 ? 2 : Int(mod)
        let segment = encoding.segment ?? (registers.contains(5) ? .ss : .ds)
        let displacement = solve(
            &draft, segment, base: registers.first, index: registers.dropFirst().first, 0, size, true)
        encoding.address = [mod << 6 | encoding.reg << 3 | encoding.rm] + Encoding.little(displacement, size)
    }

    private mutating func wideAddress(_ draft: inout CaseDraft, _ encoding: inout Encoding) {
        var mod = UInt8(random.below(3))
        encoding.rm = UInt8(random.below(8))
        if encoding.rm != 4 && random.chance(20) { (mod, encoding.rm) = (0, 5) }
        var sib: [UInt8] = []
        var base: UInt8? = encoding.rm
        var index: UInt8?
        var scale: UInt8 = 0
        if encoding.rm == 4 {
            scale = UInt8(random.below(4))
            let number = UInt8(random.below(8))
            base = UInt8(random.below(8))
            sib = [scale << 6 | number << 3 | (base ?? 0)]
            index = number == 4 ? nil : number
        }
        if mod == 0 && base == 5 { base = nil }
        let size = base == nil || mod == 2 ? 4 : Int(mod)
        let segment = encoding.segment ?? (base == 4 || base == 5 ? .ss : .ds)
        let displacement = solve(&draft, segment, base: base, index: index, UInt32(scale), size, false)
        encoding.address = [mod << 6 | encoding.reg << 3 | encoding.rm] + sib + Encoding.little(displacement, size)
    }

    /// Chooses the displacement, or the base register's initial value, so that the address is mostly a useful one.
    private mutating func solve(
        _ draft: inout CaseDraft, _ segment: SegmentRegister, base: UInt8?, index: UInt8?, _ scale: UInt32, _ size: Int,
        _ narrow: Bool
    ) -> UInt32 {
        let wanted = target(segment, is16: draft.is16)
        let scaled = index.map { draft.registers[Int($0)] << scale } ?? 0
        let isKnown = [base, index].compactMap { $0 }.allSatisfy(draft.isKnown)
        let small = UInt32(bitPattern: Int32(random.below(64) - 16))
        if random.chance(6) || !isKnown { return size == 1 ? small : size == 0 ? 0 : random.edge() }
        let sum = scaled &+ (base.map { draft.registers[Int($0)] } ?? 0)
        if size == (narrow ? 2 : 4) { return wanted &- sum }
        let displacement = size == 0 ? 0 : small
        if draft.isFree, let base, base != index {
            draft.set(base, wanted &- scaled &- displacement, narrow: narrow)
        }
        return displacement
    }

    // MARK: Registers that an instruction uses by itself

    /// Gives implicit operands values that lead somewhere.
    mutating func prepare(_ row: InstructionRow, _ draft: inout CaseDraft, _ encoding: Encoding) {
        let narrow = encoding.addressIs16
        switch row.operation {
        case .movs, .cmps, .stos, .lods, .scas:
            draft.set(6, target(encoding.segment ?? .ds, is16: draft.is16), narrow: narrow)
            draft.set(7, target(.es, is16: draft.is16), narrow: narrow)
            draft.set(1, UInt32(random.below(random.chance(80) ? 12 : 300)), narrow: narrow)
        case .xlat:
            let base = target(encoding.segment ?? .ds, is16: draft.is16)
            draft.set(3, base &- draft.registers[0] & 0xFF, narrow: narrow)
        case .leave: draft.set(5, target(.fs, is16: true) &+ (draft.is16 ? 0x4000 : Arena.data), narrow: draft.is16)
        case .div, .idiv:
            if random.chance(70) { draft.registers[2] = random.chance(50) ? 0 : UInt32(random.below(16)) }
            if random.chance(20) { draft.registers[2] = ~0 }
        case .rol, .ror, .rcl, .rcr, .shl, .shr, .sar, .shld, .shrd:
            draft.set(1, UInt32(random.below(40)), narrow: true)
        case .bt, .bts, .btr, .btc:
            guard encoding.isMemory && random.chance(80) else { break }
            draft.registers[Int(encoding.reg)] = UInt32(bitPattern: Int32(random.below(4000) - 2000))
        case .cmpxchg, .cmpxchg8b:
            if random.chance(50) { prepareComparison(row, &draft, encoding) }
        case .jmp, .call:
            guard !encoding.isMemory && row.operands.first == .ev && random.chance(70) else { break }
            draft.set(encoding.rm, (draft.is16 ? 0 : Arena.code) + Arena.landing, narrow: draft.is16)
        default: break
        }
    }

    /// Makes CMPXCHG find what it looks for: the register operand, or a word that memory is full of.
    private mutating func prepareComparison(_ row: InstructionRow, _ draft: inout CaseDraft, _ encoding: Encoding) {
        if encoding.isMemory {
            draft.registers[0] = random.chance(50) ? 0 : ~0
            draft.registers[2] = random.chance(50) ? 0 : ~0
        } else {
            draft.registers[0] = draft.registers[Int(encoding.rm)]
        }
    }

    // MARK: Immediates

    mutating func immediate(
        _ operand: OperandKind, _ row: InstructionRow, _ draft: CaseDraft, _ encoding: inout Encoding
    ) {
        let size = encoding.operandIs16 ? 2 : 4
        switch operand {
        case .ib, .ibs: encoding.append(byteImmediate(row, &encoding), bytes: 1)
        case .iw: encoding.append(row.operation == .enter ? UInt32(random.below(80)) : random.edge(), bytes: 2)
        case .iv: encoding.append(random.edge(), bytes: size)
        case .jb: branch(draft, &encoding, size: 1)
        case .jv: branch(draft, &encoding, size: size)
        case .ob, .ov:
            let offset = target(encoding.segment ?? .ds, is16: draft.is16)
            encoding.append(offset, bytes: encoding.addressIs16 ? 2 : 4)
        default: break
        }
    }

    private mutating func byteImmediate(_ row: InstructionRow, _ encoding: inout Encoding) -> UInt32 {
        var value = random.edge() & 0xFF
        switch row.operation {
        case .rol, .ror, .rcl, .rcr, .shl, .shr, .sar, .shld, .shrd:
            value = random.chance(80) ? UInt32(random.below(34)) : value
            encoding.count = value
        case .enter: value = random.chance(80) ? UInt32(random.below(6)) : value
        // The host's system call.
        case .int where value == 0x80: value = 0x81
        default: break
        }
        return value
    }

    private mutating func branch(_ draft: CaseDraft, _ encoding: inout Encoding, size: Int) {
        encoding.displacementSize = size
        if draft.isSingle {
            let landing = Arena.landing &- Arena.start &- UInt32(encoding.bytes.count + size)
            encoding.append(size > 1 && random.chance(60) ? landing : random.edge(), bytes: size)
        } else {
            encoding.skips = random.below(4)
            encoding.append(0, bytes: size)
        }
    }
}
