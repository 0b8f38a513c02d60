import VellumIA32

/// Which rows of the instruction table the generator may use in user mode.
package struct RowChoice: Sendable {
    /// Innocuous instructions, and those sensitive ones whose result does not depend on whose system it is.
    package let plain: [Int]
    /// The same by operation, so that operations with few rows get their share.
    private let byOperation: [[Int]]
    /// Instructions that fault at privilege level 3.
    package let faulting: [Int]

    package init(level: CPULevel = .pentium3) {
        var plain: [Int] = []
        var faulting: [Int] = []
        for (index, row) in InstructionTable.rows.enumerated() where row.span > 0 && row.since <= level {
            if RowChoice.isPlain(row) { plain.append(index) }
            if RowChoice.isFaulting(row) { faulting.append(index) }
        }
        self.plain = plain
        self.faulting = faulting
        let groups = Dictionary(grouping: plain) { InstructionTable.rows[$0].operation }
        byOperation = groups.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value)
    }

    package func pick(_ random: inout RandomSource) -> Int {
        if random.chance(3) { return random.pick(faulting, else: 0) }
        if random.chance(50) { return random.pick(plain, else: 0) }
        return random.pick(random.pick(byOperation, else: plain), else: 0)
    }

    private static func isPlain(_ row: InstructionRow) -> Bool {
        switch row.operation {
        case .escape, .simd, .sysenter: false
        // Both sides have the same selectors, gates of the same privilege, and IF set.
        case .pushSegment, .movFromSegment, .pushf, .popf, .int3, .into: true
        default: row.sensitivity == .innocuous
        }
    }

    private static func isFaulting(_ row: InstructionRow) -> Bool {
        switch row.operation {
        // RDTSC is allowed at level 3; the rest depends on what virtualizes the host.
        case .rdtsc, .rsm, .sysexit: false
        case .int: true
        default: row.sensitivity == .privileged
        }
    }
}
