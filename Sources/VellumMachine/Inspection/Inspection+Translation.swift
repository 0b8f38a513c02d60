import VellumExecution
import VellumHypervisor

/// What the engine holds: soft TLB, translation cache, fragments.
extension Machine {
    var tlbLines: [String] {
        [false, true].flatMap { isUser in
            let records = processor.mmu.contents(user: isUser).sorted { $0.page < $1.page }
            return ["\(isUser ? "user" : "supervisor"): \(records.count) entries"]
                + records.map { record in
                    let rights = (record.isWritable ? "w" : "-") + (record.isGlobal ? "g" : "-")
                    let speed = record.readsFast ? record.writesFast ? "fast" : "fast reads" : "slow"
                    return "  \(hex(record.page)) -> \(hex(record.physical)) \(rights) \(speed)"
                }
        } + ["\(processor.mmu.misses) misses, \(processor.mmu.flushes) flushes"]
    }

    var cacheLines: [String] {
        let counters = statistics
        let cache = processor.cache
        let share = counters.cacheCapacity == 0 ? 0 : counters.cacheBytes * 100 / counters.cacheCapacity
        return [
            "\(counters.liveFragments) fragments on \(cache.codePageCount) pages, in \(cache.contextCount) contexts",
            "\(counters.cacheBytes) of \(counters.cacheCapacity) bytes (\(share) %)",
            "\(counters.fragments) fragments made of \(counters.guestBytes) bytes of guest code",
            "\(counters.entries) entries: \(counters.chained) chained, \(counters.hits) found, \(counters.misses) missed",
            "\(counters.invalidations) invalidated, \(counters.retranslations) made again, "
                + "\(counters.cacheFlushes) flushes",
        ]
    }

    func fragmentLines(_ linear: UInt32) -> [String] {
        guard let physical = physicalAddress(of: linear) else { return ["\(hex(linear)): not mapped"] }
        let records = processor.fragmentRecords(covering: physical)
        if records.isEmpty { return ["\(hex(linear)): no fragment holds it"] }
        return records.flatMap(lines)
    }

    private func lines(_ record: FragmentRecord) -> [String] {
        let links = record.links.map { hex($0) }.joined(separator: ", ")
        let head = [
            "fragment at EIP \(hex(record.eip)), linear \(hex(record.linear)), physical \(hex(record.physical)): "
                + "\(record.instructions.count) instructions, \(record.byteCount) bytes, \(record.blockBytes) on the host",
            "  mode \(record.mode.joined(separator: " ")), code base \(hex(record.codeBase))",
            "  links to \(links.isEmpty ? "nothing" : links)",
        ]
        return head
            + record.instructions.flatMap { instruction in
                let bytes = instruction.bytes.map { hex($0) }.joined()
                return ["  \(hex(instruction.eip)): \(bytes)  \(instruction.text)"]
                    + instruction.operations.map { "      " + $0 }
            }
    }
}
