import Testing

/// The arrows between modules: docs/architecture.md says who may import whom, and nobody imports anything else.
@Suite struct ImportTests {
    /// What a module may import: modules of the project, and of the host or of packages.
    private struct Row {
        var module: String
        var allowed: Set<String>
    }

    private static func rows() throws -> [Row] {
        try Markdown("docs/architecture.md").table("module").map { cells in
            Row(
                module: try #require(cells[0].quoted.first, "a row without a module"),
                allowed: Set(cells[2].quoted + cells[3].quoted))
        }
    }

    /// The modules that a source file imports.
    private static func imports(of path: String) throws -> Set<String> {
        let pattern = /\s*(?:@\w+\s+|private |fileprivate |internal |package |public )*import (?:\w+ )?(\w+)/
        let lines = try Repository.text(path).split(separator: "\n")
        return Set(lines.compactMap { $0.prefixMatch(of: pattern).map { String($0.output.1) } })
    }

    @Test func everyModuleHasARow() throws {
        let documented = try Self.rows().map(\.module).sorted()
        #expect(documented == Repository.names(in: "Sources"))
    }

    @Test func importsFollowTheTable() throws {
        for row in try Self.rows() {
            for path in Repository.files(under: "Sources/\(row.module)", ending: ".swift") {
                let others = try Self.imports(of: path).subtracting(row.allowed).sorted()
                #expect(others.isEmpty, "\(path) imports \(others), which docs/architecture.md does not allow")
            }
        }
    }

    /// The table allows no more than the code uses, so that it stays a picture of the code.
    @Test func theTableAllowsNothingUnused() throws {
        for row in try Self.rows() {
            let paths = Repository.files(under: "Sources/\(row.module)", ending: ".swift")
            guard !paths.isEmpty else { continue }
            let used = try paths.reduce(into: Set<String>()) { $0.formUnion(try Self.imports(of: $1)) }
            let unused = row.allowed.subtracting(used).sorted()
            #expect(unused.isEmpty, "\(row.module) does not import \(unused), as the table has it")
        }
    }

    /// No module reaches itself over others.
    @Test func arrowsMakeNoCircle() throws {
        let rows = try Self.rows()
        let known = Set(rows.map(\.module))
        var open = Dictionary(uniqueKeysWithValues: rows.map { ($0.module, $0.allowed.intersection(known)) })
        while let leaf = open.first(where: { $0.value.isEmpty })?.key {
            open[leaf] = nil
            for module in open.keys { open[module]?.remove(leaf) }
        }
        #expect(open.isEmpty, "these import each other in a circle: \(open.keys.sorted())")
    }

    /// A device sees nothing of the processor, and translation nothing of execution, whatever the table says.
    @Test func theWallsStand() throws {
        let rows = Dictionary(uniqueKeysWithValues: try Self.rows().map { ($0.module, $0.allowed) })
        #expect(rows["VellumDevices"] == [])
        #expect(rows["VellumIA32"] == [])
        for module in ["VellumMicroOps", "VellumTranslation", "VellumDecoder"] {
            #expect(rows[module]?.contains("VellumExecution") == false)
        }
        #expect(rows["VellumExecution"]?.isDisjoint(with: ["VellumHypervisor", "VellumTranslation"]) == true)
    }
}
