import VellumExecution
import VellumHypervisor

/// The guest's page tables.
extension Machine {
    private static let off = ["paging is off"]

    var pageLines: [String] {
        guard isPaging else { return Machine.off }
        var lines: [String] = []
        var extra = 0
        processor.pageTables.forEachMapping { page in
            guard lines.count < Machine.longestInspection else {
                extra += 1
                return
            }
            let marks = [
                page.isUser ? "u" : "-", page.isWritable ? "w" : "-", page.isAccessed ? "a" : "-",
                page.isDirty ? "d" : "-", page.isGlobal ? "g" : "-",
            ].joined()
            lines.append("\(hex(page.linear)) -> \(hex(page.physical)) \(marks) \(size(page.size))")
        }
        return lines + (extra == 0 ? [] : ["… and \(extra) pages more"])
    }

    private func size(_ bytes: UInt32) -> String { bytes < 1 << 20 ? "\(bytes >> 10)K" : "\(bytes >> 20)M" }

    /// Neighbours with equal rights are one range, wherever they lie in memory.
    var memoryMapLines: [String] {
        guard isPaging else { return Machine.off }
        var ranges: [MappedRange] = []
        processor.pageTables.forEachMapping { page in
            let next = MappedRange(page)
            if let last = ranges.last, last.end == next.start, last.rights == next.rights {
                ranges[ranges.count - 1].end = next.end
            } else {
                ranges.append(next)
            }
        }
        return ranges.map { range in
            let last = UInt32(truncatingIfNeeded: range.end - 1)
            return "\(hex(UInt32(truncatingIfNeeded: range.start)))-\(hex(last)) \(range.rights) "
                + "\((range.end - range.start) >> 10) KiB"
        }
    }

    private var isPaging: Bool { processor.cpu.pointee.privileged.isPaging }
}

private struct MappedRange {
    var start: UInt64
    var end: UInt64
    var rights: String

    init(_ page: PageMapping) {
        start = UInt64(page.linear)
        end = start + UInt64(page.size)
        rights = (page.isUser ? "u" : "-") + "r" + (page.isWritable ? "w" : "-")
    }
}
