import VellumDevices

/// Presses and releases keys for a terminal that tells only of strokes.
///
/// A key without modifiers stays down for a moment, so that games which look at the keyboard now and then see it; the
/// terminal's own repetition keeps it down.
struct KeyPresser: Equatable {
    /// How long a key stays down, in nanoseconds of host time.
    static let hold: UInt64 = 80_000_000
    private static let queueLimit = 256

    private var queue: [KeyStroke] = []
    /// The key that is down, and when it goes up.
    private var held: (key: Key, until: UInt64)?

    static func == (a: KeyPresser, b: KeyPresser) -> Bool {
        a.queue == b.queue && a.held?.key == b.held?.key && a.held?.until == b.held?.until
    }

    mutating func add(_ strokes: [KeyStroke]) {
        queue += strokes.prefix(max(0, KeyPresser.queueLimit - queue.count))
    }

    /// The events for now; `hasRoom` is asked before each stroke.
    mutating func events(now: UInt64, hasRoom: Bool) -> [KeyEvent] {
        var events: [KeyEvent] = []
        if hasRoom, !queue.isEmpty {
            events = strike(queue.removeFirst(), now)
        } else if let held, now >= held.until {
            events = [.release(held.key)]
            self.held = nil
        }
        return events
    }

    private mutating func strike(_ stroke: KeyStroke, _ now: UInt64) -> [KeyEvent] {
        var events: [KeyEvent] = []
        if let held, held.key != stroke.key || !stroke.modifiers.isEmpty {
            events.append(.release(held.key))
            self.held = nil
        }
        events += stroke.modifiers.map(KeyEvent.press) + [.press(stroke.key)]
        guard !stroke.modifiers.isEmpty else {
            held = (stroke.key, now + KeyPresser.hold)
            return events
        }
        return events + [.release(stroke.key)] + stroke.modifiers.reversed().map(KeyEvent.release)
    }
}
