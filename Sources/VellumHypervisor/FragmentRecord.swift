import VellumDecoder
import VellumExecution
import VellumIA32
import VellumMicroOps

/// A fragment as a person reads it.
package struct FragmentRecord: Equatable, Sendable {
    package struct Instruction: Equatable, Sendable {
        package var eip: UInt32
        package var bytes: [UInt8]
        /// In Intel syntax.
        package var text: String
        /// Its micro-ops, as the passes left them.
        package var operations: [String]
    }

    package var eip: UInt32
    package var linear: UInt32
    package var physical: UInt32
    package var mode: [String]
    package var codeBase: UInt32
    package var instructions: [Instruction]
    /// Bytes of guest code, and of the fragment on the host.
    package var byteCount: Int
    package var blockBytes: Int
    /// EIPs that direct links lead to, where they are set.
    package var links: [UInt32]
}

extension VirtualProcessor {
    /// The fragments in the cache that hold the code byte at a physical address.
    package func fragmentRecords(covering physical: UInt32) -> [FragmentRecord] {
        let disassembler = try? Disassembler()
        return cache.fragments(covering: physical).sorted { $0.pointee.eip < $1.pointee.eip }.map { fragment in
            record(fragment, disassembler)
        }
    }

    private func record(_ fragment: FragmentPointer, _ disassembler: Disassembler?) -> FragmentRecord {
        let head = fragment.pointee
        let context = cache.context(head.context)
        var record = FragmentRecord(
            eip: head.eip, linear: head.linear, physical: head.physical, mode: context?.mode.names ?? [],
            codeBase: context?.codeBase ?? 0, instructions: [], byteCount: Int(head.byteCount),
            blockBytes: Int(head.blockBytes), links: [])
        if head.link0 != nil { record.links.append(head.target0) }
        if head.link1 != nil { record.links.append(head.target1) }
        let operations = UnsafeBufferPointer(start: fragment.operations, count: Int(head.operationCount))
        for index in 0..<Int(clamping: head.count) {
            let (start, end) = (head.offsets[index], head.offsets[index + 1])
            let bytes = codeBytes(head, UInt32(start)..<UInt32(max(start, end)))
            let text = bytes.withUnsafeBytes {
                disassembler?.disassemble(
                    $0, codeSize32: context?.mode.contains(.code32) ?? true, address: head.eip &+ UInt32(start)
                ).text
            }
            record.instructions.append(
                FragmentRecord.Instruction(
                    eip: head.eip &+ UInt32(start), bytes: bytes, text: text ?? "",
                    operations: operations.filter { Int($0.instruction) == index }.map {
                        Printer.text($0, targets: (head.target0, head.target1))
                    }))
        }
        return record
    }

    /// The guest's bytes behind a part of a fragment, which may go on in a second page.
    private func codeBytes(_ head: Fragment, _ range: Range<UInt32>) -> [UInt8] {
        let inPage = 0x1000 - head.physical & 0xFFF
        return range.compactMap { offset in
            let isSecond = head.secondPage != Fragment.noPage && offset >= inPage
            let place = isSecond ? head.secondPage &+ (offset - inPage) : head.physical &+ offset
            return memory.host(frame: place >> 12)?.load(fromByteOffset: Int(place & 0xFFF), as: UInt8.self)
        }
    }
}

extension FragmentMode {
    /// The bits that are set, by name.
    package var names: [String] {
        let bits: [(FragmentMode, String)] = [
            (.protected, "protected"), (.virtual8086, "vm86"), (.paging, "paging"), (.singleStep, "TF"),
            (.taskSwitched, "TS"), (.emulation, "EM"), (.monitorCoprocessor, "MP"), (.breakpoints, "DR7"),
            (.osfxsr, "OSFXSR"),
        ]
        let flat = SegmentRegister.allCases.filter(isFlat).map { "\($0)" }
        return [contains(.code32) ? "code32" : "code16", contains(.stack32) ? "stack32" : "stack16", "cpl\(cpl)"]
            + bits.filter { contains($0.0) }.map(\.1) + (flat.isEmpty ? [] : ["flat:" + flat.joined(separator: ",")])
    }
}
