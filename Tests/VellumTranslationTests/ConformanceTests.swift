import Testing
import VellumIA32
import VellumMicroOps

/// Every row of the instruction table against the effects of its lowering.
@Suite struct ConformanceTests {
    @Test func noRowLies() throws {
        let sampler = try Sampler()
        var count = 0
        for (index, row) in InstructionTable.rows.enumerated() where row.span > 0 {
            let samples = sampler.samples(of: row)
            #expect(!samples.isEmpty, "row \(index), \(row.operation), has no sample")
            count += samples.count
            let lies = Conformance.lies(of: row, samples)
            #expect(lies.isEmpty, "row \(index): \(lies.prefix(3))")
        }
        #expect(count > 5_000)
    }
}

extension ConformanceTests {
    /// A row that lied in any of these ways would be found.
    @Test(arguments: RowMutation.allCases)
    func liesAreFound(_ mutation: RowMutation) throws {
        let sampler = try Sampler()
        var told = 0
        for (index, row) in InstructionTable.rows.enumerated() where row.span > 0 {
            guard let lie = mutation.apply(row) else { continue }
            let samples = sampler.samples(of: row)
            guard samples.contains(where: { !$0.isStaticFault }), ![.simd, .escape].contains(row.operation) else {
                continue
            }
            told += 1
            #expect(!Conformance.lies(of: lie, samples).isEmpty, "row \(index), \(row.operation)")
        }
        #expect(told > 0)
    }
}
