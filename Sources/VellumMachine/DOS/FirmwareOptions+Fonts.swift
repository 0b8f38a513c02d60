import VellumDOS

extension FirmwareOptions {
    /// The glyphs of the video firmware, if it is there: DOS's graphics modes write with them, and programs look for
    /// them.  Without it they are blank.
    var fonts: Fonts {
        guard let rom = try? HostFile.read(video ?? FirmwareOptions.videoPath, limit: 1 << 20) else { return Fonts() }
        return Fonts(videoFirmware: rom)
    }
}
