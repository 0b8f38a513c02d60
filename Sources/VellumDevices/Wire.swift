/// A signal line that remembers its level: address line 20, the reset line, the processor's INTR pin.
///
/// Its level is state of the board: restoring it tells whoever listens.
package final class Wire: InterruptLine, Device {
    package typealias State = Bool

    /// The level at present.
    package private(set) var level: Bool
    /// Called with the new level after each change.
    package var onChange: (Bool) -> Void

    package init(_ level: Bool = false, onChange: @escaping (Bool) -> Void = { _ in }) {
        self.level = level
        self.onChange = onChange
    }

    package func set(_ level: Bool) {
        guard level != self.level else { return }
        self.level = level
        onChange(level)
    }

    package var state: Bool {
        get { level }
        set { set(newValue) }
    }

    /// A wire has no reset of its own: the chips that drive it have.
    package func reset() {}
}
