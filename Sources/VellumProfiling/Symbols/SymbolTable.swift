/// Names of addresses.
package struct SymbolTable: Sendable {
    private let addresses: [UInt32]
    private let names: [String]
    /// No name reaches further than this.
    private static let farthest: UInt32 = 1 << 20

    package init(_ symbols: [(address: UInt32, name: String)] = []) {
        // Of several names of one address the first in the order of names stands.
        let sorted = symbols.sorted { $0.address == $1.address ? $0.name < $1.name : $0.address < $1.address }
        var addresses: [UInt32] = []
        var names: [String] = []
        for symbol in sorted where addresses.last != symbol.address {
            addresses.append(symbol.address)
            names.append(symbol.name)
        }
        self.addresses = addresses
        self.names = names
    }

    package var count: Int { names.count }

    /// The symbol at or below an address, and how far below.
    package func symbol(at address: UInt32) -> (name: String, offset: UInt32)? {
        var low = 0
        var high = addresses.count
        while low < high {
            let middle = (low + high) / 2
            if addresses[middle] <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0, address - addresses[low - 1] < SymbolTable.farthest else { return nil }
        return (names[low - 1], address - addresses[low - 1])
    }

    /// `name` or `name+0x12`.
    package func name(of address: UInt32) -> String? {
        guard let (name, offset) = symbol(at: address) else { return nil }
        return offset == 0 ? name : "\(name)+0x\(String(offset, radix: 16))"
    }

    package func merged(with other: SymbolTable) -> SymbolTable {
        SymbolTable(Array(zip(addresses, names)) + Array(zip(other.addresses, other.names)))
    }
}
