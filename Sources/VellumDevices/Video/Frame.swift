/// A picture of what the monitor shows.
package struct Frame: Equatable, Sendable {
    package let width: Int
    package let height: Int
    /// Red, green and blue of each pixel, row by row.
    package private(set) var pixels: [UInt8]

    /// A black one; both sizes at least 1.
    init(width: Int, height: Int) {
        (self.width, self.height) = (max(1, width), max(1, height))
        pixels = [UInt8](repeating: 0, count: self.width * self.height * 3)
    }

    subscript(x: Int, y: Int) -> TextScreen.Color {
        get {
            let place = (y * width + x) * 3
            return TextScreen.Color(red: pixels[place], green: pixels[place + 1], blue: pixels[place + 2])
        }
        set {
            guard (0..<width).contains(x), (0..<height).contains(y) else { return }
            let place = (y * width + x) * 3
            (pixels[place], pixels[place + 1], pixels[place + 2]) = (newValue.red, newValue.green, newValue.blue)
        }
    }
}
