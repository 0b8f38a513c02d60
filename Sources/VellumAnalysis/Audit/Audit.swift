import VellumDecoder
import VellumIA32
import VellumMicroOps
import VellumTranslation

/// The sensitive instructions of a binary, found without running it.
package struct Audit: Sendable {
    /// One instruction that is privileged or sensitive.
    package struct Site: Sendable {
        /// Linear.
        package var address: UInt32
        package var bytes: [UInt8]
        package var text: String
        /// The operation's name.
        package var kind: String
        /// Privileged, else sensitive (Popek and Goldberg 1974).
        package var isPrivileged: Bool
        package var is32Bit: Bool
        package var deprivileged: Deprivileged
        /// The hypervisor calls that its translation makes; empty where micro-ops do all of it.
        package var calls: [String]
        /// Found by sweeping over what nothing leads to: it may be data.
        package var isSwept: Bool
    }

    /// Sites of one kind that behave alike.
    package struct Kind: Sendable {
        package var name: String
        package var isPrivileged: Bool
        package var deprivileged: Deprivileged
        package var count: Int
    }

    /// Bytes of a region that descent did not reach.
    package struct Gap: Sendable {
        package var start: UInt32
        package var count: Int
    }

    package var image: CodeImage
    package var sites: [Site] = []
    package var instructions: Int
    package var reachedBytes: Int
    package var totalBytes: Int
    /// The largest first.
    package var gaps: [Gap] = []
    /// Jumps and calls whose targets are not in the code.
    package var indirect: [UInt32]
    /// Reached, and no instruction.
    package var invalid: [UInt32]
    /// Direct targets where there is no code.
    package var outside: [UInt32]
    private let marks: [[UInt8]]

    /// - Parameter sweeps: list what looks like code in the bytes that descent does not reach, too.
    package init(_ image: CodeImage, sweeps: Bool = false) throws(ListingError) {
        guard let descent = try? Descent(image, sweeps: sweeps), let lister = SiteLister() else { throw .noDecoder }
        self.image = image
        instructions = descent.instructions
        indirect = descent.indirect.map(\.address)
        invalid = descent.invalid
        outside = descent.outside
        marks = descent.marks
        totalBytes = marks.reduce(0) { $0 + $1.count }
        reachedBytes = marks.reduce(0) { $0 + $1.count { $0 != 0 } }
        sites = descent.sensitive.map { lister.site($0, in: image) }
        gaps = zip(image.regions, marks).flatMap(Self.gaps).sorted { ($1.count, $0.start) < ($0.count, $1.start) }
    }

    private static func gaps(_ region: CodeImage.Region, _ marks: [UInt8]) -> [Gap] {
        var gaps: [Gap] = []
        var start = 0
        for index in 0...marks.count where index == marks.count || marks[index] != 0 {
            if index > start { gaps.append(Gap(start: region.address &+ UInt32(start), count: index - start)) }
            start = index + 1
        }
        return gaps
    }

    /// Whether descent found an instruction that begins at an address.
    package func reached(_ address: UInt32) -> Bool {
        guard let region = image.region(at: address) else { return false }
        return marks[region][Int(address - image.regions[region].address)] == 1
    }

    /// By class, then outcome, then name.
    package var kinds: [Kind] {
        var all: [String: Kind] = [:]
        for site in sites {
            let key = "\(site.kind) \(site.is32Bit)"
            let new = Kind(
                name: site.kind, isPrivileged: site.isPrivileged, deprivileged: site.deprivileged, count: 0)
            all[key, default: new].count += 1
        }
        return all.sorted { $0.key < $1.key }.map(\.value).sorted { !$0.isPrivileged && $1.isPrivileged }
    }

    package func count(_ outcome: Deprivileged.Outcome) -> Int { sites.count { $0.deprivileged.outcome == outcome } }

    /// Whether a trap-and-emulate monitor would run the code that was found faithfully.
    package var isFaithful: Bool { count(.silent) == 0 }

    /// All bytes of code were reached.
    package var isComplete: Bool {
        indirect.isEmpty && outside.isEmpty && invalid.isEmpty && reachedBytes == totalBytes
    }
}

/// Makes sites of what descent found.
private final class SiteLister {
    private let disassembler: Disassembler
    private let translator: Translator

    init?() {
        guard let disassembler = try? Disassembler(), let translator = try? Translator(cpu: .pentium3) else {
            return nil
        }
        self.disassembler = disassembler
        self.translator = translator
    }

    func site(_ found: Descent.Found, in image: CodeImage) -> Audit.Site {
        let region = image.regions[found.region]
        let start = Int(found.address - region.address)
        let bytes = Array(region.bytes[start..<start + Int(found.instruction.length)])
        let text = bytes.withUnsafeBytes {
            disassembler.disassemble($0, codeSize32: region.is32Bit, address: found.address &- found.codeBase).text
        }
        let operation = found.instruction.operation
        let row = InstructionTable.rows[Int(found.instruction.row)]
        return Audit.Site(
            address: found.address, bytes: bytes, text: text, kind: "\(operation)",
            isPrivileged: row.sensitivity == .privileged, is32Bit: region.is32Bit,
            deprivileged: region.is32Bit ? .inOuterRing(operation) : .inVirtual8086(operation),
            calls: calls(bytes, found, region.is32Bit), isSwept: found.isSwept)
    }

    private func calls(_ bytes: [UInt8], _ found: Descent.Found, _ is32Bit: Bool) -> [String] {
        let request = TranslationRequest(
            eip: found.address &- found.codeBase, codeBase: found.codeBase, codeLimit: is32Bit ? .max : 0xFFFF,
            mode: ListingRequest.kernelMode(is32Bit: is32Bit), limit: 1)
        guard case .unit(let unit) = translator.translate(request, from: CodeBytes(bytes, at: found.address)) else {
            return []
        }
        return unit.operations.compactMap { $0.opcode == .hypervisor ? $0.hypervisorCall?.name : nil }
    }
}
