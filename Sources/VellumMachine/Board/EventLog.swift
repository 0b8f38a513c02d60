import VellumDevices

/// Something that came from outside the machine.  Nothing else from outside reaches a guest, so that a run is a
/// function of its image and its log.
package enum ExternalEvent: Codable, Equatable, Sendable {
    case key(KeyEvent)
    /// The mouse was moved, up and to the right positive; buttons in bits 0–2 (left, right, middle).
    case mouse(x: Int, y: Int, wheel: Int, buttons: UInt8)
    /// A byte arrived at the first serial port.
    case serial(UInt8)
    /// The other end of the first serial port sent a break.
    case serialBreak
    /// Bytes for a DOS program's redirected standard input; `ended` says that no more will come.
    case console([UInt8], ended: Bool)
    /// Virtual time was moved on by so many nanoseconds, to follow the host's clock.
    case skip(UInt64)
}

/// An external event with the moment at which the guest met it.
package struct LoggedEvent: Codable, Equatable, Sendable {
    /// Instructions retired before the event.
    package var instruction: UInt64
    /// Virtual time in nanoseconds: tells apart the moments of one halt.
    package var time: UInt64
    package var event: ExternalEvent

    package init(instruction: UInt64, time: UInt64, event: ExternalEvent) {
        self.instruction = instruction
        self.time = time
        self.event = event
    }
}

/// The events of a run, in order; recorded, and played back in a later run.
package struct EventLog: Codable, Equatable, Sendable {
    package var events: [LoggedEvent] = []
    /// How many of `events` a playback has delivered.
    package var position = 0

    package init(_ events: [LoggedEvent] = []) { self.events = events }

    /// The next event of a playback.
    package var next: LoggedEvent? { position < events.count ? events[position] : nil }

    /// Takes the next event if its moment has come.
    package mutating func take(instruction: UInt64, time: UInt64) -> ExternalEvent? {
        guard let next, next.instruction <= instruction, next.time <= time else { return nil }
        position += 1
        return next.event
    }
}
