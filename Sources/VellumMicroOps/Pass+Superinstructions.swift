/// The sequences of all superinstructions as a tree, flat, for looking up what starts at a micro-op.
private struct SequenceTree {
    /// A node's edges stand side by side, from its place in `starts` to the next one's.
    private var edges: [(opcode: UInt16, node: UInt16)] = []
    private var starts: [UInt16] = []
    /// The dispatch code of the superinstruction that ends in a node, or zero.
    private var codes: [UInt16] = [0]
    /// The node that a first opcode leads to, or zero.
    private var roots = [UInt16](repeating: 0, count: MicroOpcode.allCases.count)

    init(_ sequences: [[MicroOpcode]]) {
        var children: [[UInt16: Int]] = [[:]]
        for (index, sequence) in sequences.enumerated() {
            var node = 0
            for opcode in sequence {
                let next = children[node][opcode.rawValue] ?? children.count
                if next == children.count {
                    children.append([:])
                    codes.append(0)
                    children[node][opcode.rawValue] = next
                }
                node = next
            }
            codes[node] = UInt16(MicroOpcode.allCases.count + index)
        }
        for (opcode, node) in children[0] { roots[Int(opcode)] = UInt16(node) }
        children[0] = [:]
        for edges in children {
            starts.append(UInt16(self.edges.count))
            self.edges += edges.sorted { $0.key < $1.key }.map { ($0.key, UInt16($0.value)) }
        }
        starts.append(UInt16(edges.count))
    }

    @inline(__always) func root(_ opcode: MicroOpcode) -> Int { Int(roots[Int(opcode.rawValue)]) }

    /// The node that an opcode leads to from a node, or zero.
    @inline(__always) func next(_ node: Int, _ opcode: MicroOpcode) -> Int {
        for edge in edges[Int(starts[node])..<Int(starts[node + 1])] where edge.opcode == opcode.rawValue {
            return Int(edge.node)
        }
        return 0
    }

    @inline(__always) func code(_ node: Int) -> DispatchCode? {
        codes[node] == 0 ? nil : DispatchCode(rawValue: codes[node])
    }
}

extension Passes {
    private static let tree = SequenceTree(Superinstructions.sequences)

    /// Marks where superinstructions start, so that the unit takes as few dispatches as it can.
    ///
    /// One walk backwards: the fewest dispatches from a micro-op to the end are one more than from where the best
    /// superinstruction that starts at it ends.
    package static func markSuperinstructions(_ unit: inout TranslatedUnit) {
        let tree = self.tree
        let count = unit.operations.count
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: count + 1) { dispatches in
            dispatches[count] = 0
            for index in stride(from: count - 1, through: 0, by: -1) {
                dispatches[index] = dispatches[index + 1] + 1
                var node = tree.root(unit.operations[index].opcode)
                var end = index + 1
                while node != 0, end < count {
                    node = tree.next(node, unit.operations[end].opcode)
                    end += 1
                    guard let code = tree.code(node), dispatches[end] + 1 < dispatches[index] else { continue }
                    dispatches[index] = dispatches[end] + 1
                    unit.operations[index].dispatch = code
                }
            }
        }
    }
}
