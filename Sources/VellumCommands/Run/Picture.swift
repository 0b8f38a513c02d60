import CPNG
import VellumDevices

/// A frame of the display adapter as a picture file.
struct Picture {
    private let frame: Frame

    init(_ frame: Frame) { self.frame = frame }

    /// The bytes of a PNG file; nil when the library has no memory for them.
    var png: [UInt8]? {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        image.width = UInt32(frame.width)
        image.height = UInt32(frame.height)
        image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
        defer { png_image_free(&image) }
        var size = 0
        guard png_image_write_to_memory(&image, nil, &size, 0, frame.pixels, 0, nil) != 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: size)
        guard png_image_write_to_memory(&image, &bytes, &size, 0, frame.pixels, 0, nil) != 0 else { return nil }
        return Array(bytes.prefix(size))
    }
}
