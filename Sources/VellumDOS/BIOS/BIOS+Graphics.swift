// Text in graphics modes.
extension BIOS {
    func drawGlyph(_ character: UInt8, page: UInt8, row: UInt8, column: UInt8, color: UInt8) {}

    func scrollGraphics(
        up: Bool, lines: UInt8, color: UInt8, top: UInt8, left: UInt8, bottom: UInt8, right: UInt8
    ) {}
}
