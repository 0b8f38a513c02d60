import VellumIA32

/// DR0 to DR7 by number; 4 and 5 are unused.
package struct DebugRegisters: Sendable {
    // Not private: what is inlined into other modules must be able to name it.
    var bank: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)

    package init() { bank = (0, 0, 0, 0, 0, 0, 0xFFFF_0FF0, 0x400) }

    package subscript(number: Int) -> UInt32 {
        @inline(__always) get {
            switch number & 7 {
            case 0: bank.0
            case 1: bank.1
            case 2: bank.2
            case 3: bank.3
            case 6: bank.6
            case 7: bank.7
            default: 0
            }
        }
        @inline(__always) set {
            switch number & 7 {
            case 0: bank.0 = newValue
            case 1: bank.1 = newValue
            case 2: bank.2 = newValue
            case 3: bank.3 = newValue
            case 6: bank.6 = newValue
            case 7: bank.7 = newValue
            default: break
            }
        }
    }
}

/// The cached descriptors of ES CS SS DS FS GS.
package struct SegmentRegisters: Sendable {
    var bank: (SegmentState, SegmentState, SegmentState, SegmentState, SegmentState, SegmentState)

    package init() {
        let empty = SegmentState.realMode(0)
        bank = (empty, empty, empty, empty, empty, empty)
    }

    package subscript(segment: SegmentRegister) -> SegmentState {
        @inline(__always) get {
            switch segment {
            case .es: bank.0
            case .cs: bank.1
            case .ss: bank.2
            case .ds: bank.3
            case .fs: bank.4
            case .gs: bank.5
            }
        }
        @inline(__always) set {
            switch segment {
            case .es: bank.0 = newValue
            case .cs: bank.1 = newValue
            case .ss: bank.2 = newValue
            case .ds: bank.3 = newValue
            case .fs: bank.4 = newValue
            case .gs: bank.5 = newValue
            }
        }
    }
}

/// The four PDPT entries that PAE paging caches.
package struct PageDirectoryPointers: Sendable {
    private var bank: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    package init() {}

    package subscript(number: Int) -> UInt64 {
        @inline(__always) get {
            switch number & 3 {
            case 0: bank.0
            case 1: bank.1
            case 2: bank.2
            default: bank.3
            }
        }
        @inline(__always) set {
            switch number & 3 {
            case 0: bank.0 = newValue
            case 1: bank.1 = newValue
            case 2: bank.2 = newValue
            default: bank.3 = newValue
            }
        }
    }
}

/// A bank of registers as a list: for comparing, saving and restoring.
package protocol RegisterBank: Equatable, Codable {
    associatedtype Element: Equatable & Codable
    var list: [Element] { get set }
    init()
}

extension RegisterBank {
    package static func == (a: Self, b: Self) -> Bool { a.list == b.list }

    package init(from decoder: any Swift.Decoder) throws {
        self.init()
        list = try [Element](from: decoder)
    }

    package func encode(to encoder: any Encoder) throws { try list.encode(to: encoder) }
}

extension DebugRegisters: RegisterBank {
    package var list: [UInt32] {
        get { (0..<8).map { self[$0] } }
        set { for (number, value) in newValue.prefix(8).enumerated() { self[number] = value } }
    }
}

extension SegmentRegisters: RegisterBank {
    package var list: [SegmentState] {
        get { SegmentRegister.allCases.map { self[$0] } }
        set { for (segment, value) in zip(SegmentRegister.allCases, newValue) { self[segment] = value } }
    }
}

extension PageDirectoryPointers: RegisterBank {
    package var list: [UInt64] {
        get { (0..<4).map { self[$0] } }
        set { for (number, value) in newValue.prefix(4).enumerated() { self[number] = value } }
    }
}
