/// A drive letter's store and current directory.
final class Drive {
    let store: any FileStore
    var current: [DOSName] = []

    init(_ store: any FileStore) { self.store = store }
}

/// A path as a program gave it, resolved.
struct DOSPath: Equatable {
    /// 0 is A.
    var drive: UInt8
    /// From the root.
    var names: [DOSName]

    /// As AH=60h writes it.
    func text() -> [UInt8] {
        [0x41 + drive, 0x3A, 0x5C] + names.map(\.text).joined(separator: [0x5C])
    }
}
