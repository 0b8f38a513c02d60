import VellumDevices

/// Strikes keys one after another at the pace of a fast typist, so that firmware with room for fifteen keys loses none,
/// and waits where the keyboard is full.
struct Typist {
    /// From the press of a key to its release, and to the next press: nanoseconds of virtual time.
    private static let hold: UInt64 = 15_000_000
    private static let pace: UInt64 = 40_000_000

    private var queue: ArraySlice<KeyCombination> = []
    private var held: KeyCombination?
    /// When the next press or release is due.
    private(set) var due: UInt64 = 0

    /// Everything has been typed.
    var isDone: Bool { queue.isEmpty && held == nil }

    mutating func begin(_ keys: [KeyCombination], now: UInt64) {
        queue = keys[...]
        due = now
    }

    /// Does what is due.
    mutating func advance(_ machine: Machine) {
        let now = machine.virtualTime
        guard !isDone, now >= due else { return }
        if let key = held {
            for event in key.releases { machine.deliver(.key(event)) }
            held = nil
            due = now + Typist.pace - Typist.hold
        } else if machine.keyboardHasRoom, let key = queue.popFirst() {
            for event in key.presses { machine.deliver(.key(event)) }
            held = key
            due = now + Typist.hold
        } else {
            due = now + Typist.hold
        }
    }
}
