import VellumDevices

// What the guest shows, and how it is talked to.
extension Machine {
    /// The text screen; nil in a graphics mode.
    package var textScreen: TextScreen? { board.chips.display.textScreen }

    /// Grows with each change of the screen.  What a guest draws into a linear frame buffer is not seen: there the screen
    /// counts as changed whenever the guest has run.
    package var screenGeneration: UInt64 {
        let display = board.chips.display
        return display.isLinear ? display.generation &+ instructions : display.generation
    }

    /// The text screen's lines without trailing blanks; empty in a graphics mode.
    public var screenText: String { textScreen?.text ?? "" }

    /// What the monitor shows.  Where no video firmware has loaded a font, the one of the firmware's file is used.
    package var frame: Frame { board.chips.display.frame(font: configuration.firmware.fonts.sixteen) }

    /// The picture's pixels are as wide as high; a VGA's own modes fill a monitor of 4:3.
    package var hasSquarePixels: Bool { board.chips.display.isLinear }

    /// The guest waits for serial input by interrupt, so that input could wake it.
    package var awaitsSerialInput: Bool { board.chips.serial.awaitsInput }

    /// Bytes that were sent to the guest's serial port and that it has not read.
    package var pendingSerialInput: Int { board.chips.serial.pendingInput }

    /// The keyboard takes more keys without losing any.
    package var keyboardHasRoom: Bool { board.chips.keyboard.hasRoom }

    /// The first thing that a device plans, in nanoseconds of virtual time.
    package var nextDeadline: UInt64? { board.nextDeadline }

    /// Types text on the guest's keyboard (US layout).
    public func type(_ text: String) {
        for event in KeyEvent.typing(text) { deliver(.key(event)) }
    }

    /// Sends bytes to the guest's first serial port.
    public func sendSerial(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { deliver(.serial(byte)) }
    }
}
