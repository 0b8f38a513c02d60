import VellumDecoder
import VellumIA32

/// Finds code by recursive descent: from the entries along every transfer whose target stands in the code.
struct Descent {
    /// An instruction that was found.
    struct Found {
        /// Linear.
        var address: UInt32
        var codeBase: UInt32
        var instruction: DecodedInstruction
        /// From the image; kept for instructions that an audit lists.
        var region: Int
        /// Not reached from an entry: a sweep over the rest came upon it.
        var isSwept: Bool
    }

    /// A transfer whose targets are not in the code.
    struct Loose: Sendable {
        var address: UInt32
        var region: Int
    }

    private let image: CodeImage
    private let decoder: Decoder
    /// For each byte of each region: 0 not reached, 1 first byte of an instruction, 2 a later one.
    private(set) var marks: [[UInt8]]
    /// Instructions that are not innocuous, in order of address.
    private(set) var sensitive: [Found] = []
    /// Indirect jumps and calls that were not followed.
    private(set) var indirect: [Loose] = []
    /// Where bytes that were reached are no instruction.
    private(set) var invalid: [UInt32] = []
    /// Direct transfers to where there is no code.
    private(set) var outside: [UInt32] = []
    private(set) var instructions = 0
    /// Entries have been followed to their ends.
    private var sweeping = false
    /// What is still to be looked at.
    private var open: [(address: UInt32, codeBase: UInt32)] = []

    private static let longestTable: UInt32 = 1024

    /// - Parameter sweeps: take what was not reached for code too, from its first byte on.
    init(_ image: CodeImage, sweeps: Bool) throws(DecoderError) {
        self.image = image
        decoder = try Decoder(level: .pentium3, recognisesLater: true)
        marks = image.regions.map { Array(repeating: 0, count: $0.bytes.count) }
        for entry in image.entries.reversed() { open.append((entry.address, entry.codeBase)) }
        followAll()
        if sweeps { sweep() }
        sensitive.sort { $0.address < $1.address }
        indirect.sort { $0.address < $1.address }
        invalid = Array(Set(invalid)).sorted()
        outside = Array(Set(outside)).sorted()
    }

    private mutating func followAll() {
        while let next = open.popLast() { follow(from: next.address, codeBase: next.codeBase) }
    }

    /// What disassemblers do that know no entries: one instruction after the other, and a byte on where there is none.
    private mutating func sweep() {
        sweeping = true
        for (index, region) in image.regions.enumerated() {
            for offset in region.bytes.indices where marks[index][offset] == 0 {
                let address = region.address &+ UInt32(offset)
                let base = region.is32Bit ? 0 : image.entries.last { $0.codeBase <= address }?.codeBase ?? 0
                open.append((address, base))
                followAll()
            }
        }
    }

    /// One straight run of instructions.
    private mutating func follow(from start: UInt32, codeBase: UInt32) {
        var address = start
        var previous: DecodedInstruction?
        while true {
            guard let region = image.region(at: address) else { return noteOutside(address) }
            let offset = Int(address - image.regions[region].address)
            guard marks[region][offset] != 1 else { return }
            guard let instruction = decode(region, offset) else {
                if !sweeping { invalid.append(address) }
                return
            }
            mark(region, offset, Int(instruction.length))
            instructions += 1
            let found = Found(
                address: address, codeBase: codeBase, instruction: instruction, region: region,
                isSwept: sweeping)
            if InstructionTable.rows[Int(instruction.row)].sensitivity != .innocuous { sensitive.append(found) }
            guard goesOn(found, after: previous) else { return }
            previous = instruction
            let next = UInt64(address) + UInt64(instruction.length)
            guard let following = UInt32(exactly: next) else { return }
            address = following
        }
    }

    private mutating func noteOutside(_ address: UInt32) {
        if !sweeping { outside.append(address) }
    }

    private mutating func noteIndirect(_ found: Found) {
        if !sweeping { indirect.append(Loose(address: found.address, region: found.region)) }
    }

    private func decode(_ region: Int, _ offset: Int) -> DecodedInstruction? {
        image.regions[region].bytes.withUnsafeBytes { bytes in
            let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...].prefix(Decoder.longestInstruction))
            guard case .instruction(let found) = decoder.decode(rest, codeSize32: image.regions[region].is32Bit) else {
                return nil
            }
            return found
        }
    }

    private mutating func mark(_ region: Int, _ offset: Int, _ length: Int) {
        marks[region][offset] = 1
        for index in offset + 1..<offset + max(1, length) where marks[region][index] == 0 { marks[region][index] = 2 }
    }

    /// Notes where an instruction leads to; true when the next one is among it.
    private mutating func goesOn(_ found: Found, after previous: DecodedInstruction?) -> Bool {
        let instruction = found.instruction
        switch instruction.operation {
        case .jcc, .loop, .loope, .loopne, .jcxz:
            open.append((target(found), found.codeBase))
            return true
        case .jmp, .call:
            let isCall = instruction.operation == .call
            if instruction.opcode != 0xFF {
                open.append((target(found), found.codeBase))
            } else if isCall || !followTable(found) {
                noteIndirect(found)
            }
            return isCall
        case .jmpFar, .callFar:
            followFar(found)
            return instruction.operation == .callFar
        case .ret, .retFar, .iret, .sysexit, .rsm: return false
        case .undefined: return Int(instruction.row) == InstructionTable.laterIndex
        case .int: return !endsProgram(found, after: previous)
        default: return true
        }
    }

    /// Branch targets wrap within the segment.
    private func target(_ found: Found) -> UInt32 {
        let eip = found.address &- found.codeBase &+ UInt32(found.instruction.length) &+ found.instruction.immediate
        return found.codeBase &+ (eip & found.instruction.operandSize.mask)
    }

    /// Far pointers in the code: segments in real mode; elsewhere the segment is taken for flat.
    private mutating func followFar(_ found: Found) {
        let instruction = found.instruction
        guard instruction.opcode != 0xFF else {
            return noteIndirect(found)
        }
        let base = image.regions[found.region].is32Bit ? 0 : UInt32(instruction.immediate2) << 4
        let target = base &+ instruction.immediate
        if image.region(at: target) != nil {
            open.append((target, base))
        } else {
            noteIndirect(found)
        }
    }

    /// JMP [table + index*4] with a table in the image: its entries, as long as they lead into code.
    private mutating func followTable(_ found: Found) -> Bool {
        let instruction = found.instruction
        guard instruction.isMemory, instruction.scale == 2, instruction.operandSize == .dword,
            instruction.base == DecodedInstruction.noRegister
        else { return false }
        var count: UInt32 = 0
        while count < Self.longestTable, let entry = word(at: instruction.displacement &+ count * 4),
            image.region(at: entry) == found.region
        {
            open.append((entry, found.codeBase))
            count += 1
        }
        return count > 0
    }

    private func word(at address: UInt32) -> UInt32? {
        guard let region = image.region(at: address) else { return nil }
        let bytes = image.regions[region].bytes
        let offset = Int(address - image.regions[region].address)
        guard offset + 4 <= bytes.count else { return nil }
        return (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32($1 * 8) }
    }

    /// INT 20h, INT 27h, and INT 21h with function 4Ch or 31h just loaded into AH: DOS does not come back.
    private func endsProgram(_ found: Found, after previous: DecodedInstruction?) -> Bool {
        guard image.format == "MZ" || image.format == "COM" else { return false }
        switch found.instruction.immediate & 0xFF {
        case 0x20, 0x27: return true
        case 0x21:
            guard let previous, previous.operation == .mov else { return false }
            let function =
                previous.opcode == 0xB4
                ? previous.immediate : previous.opcode == 0xB8 ? previous.immediate >> 8 : 0
            return [0x4C, 0x31].contains(function & 0xFF)
        default: return false
        }
    }
}
