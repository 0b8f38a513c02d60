/// The commands that move no sectors.
extension ATADisk {
    func executeOther() {
        switch content.command {
        // RECALIBRATE and SEEK, in all their old codes, have nowhere to go.
        case 0x10...0x1F, 0x70...0x7F: finish()
        case 0x91: initializeParameters()
        case 0xC6: setMultiple()
        // Power modes: STANDBY, IDLE, SLEEP; the disk is always awake.
        case 0xE0...0xE3, 0xE6, 0x94...0x97, 0x99: finish()
        case 0xE5, 0x98:
            content.taskFile.count.value = 0xFF
            finish()
        case 0xE7, 0xEA: medium.flush() ? finish() : end(status: 0x21, error: ATATaskFile.Fault.aborted)
        case 0xEC: request(.dataIn, Self.bytes(identity), interrupt: true)
        case 0xEF: setFeatures()
        case 0xF8: readNativeMaximum(extended: false)
        case 0x27: readNativeMaximum(extended: true)
        default: abort()
        }
    }

    /// INITIALIZE DEVICE PARAMETERS: sectors a track, and the highest head in the device register.
    private func initializeParameters() {
        guard content.taskFile.count.value > 0 else { return abort() }
        content.disk.heads = content.taskFile.device & 15 + 1
        content.disk.sectors = content.taskFile.count.value
        finish()
    }

    /// SET MULTIPLE MODE: a power of two, or zero for off.
    private func setMultiple() {
        let count = content.taskFile.count.value
        guard count <= Self.largestMultiple, count & (count &- 1) == 0 else { return abort() }
        content.disk.multiple = count
        finish()
    }

    /// SET FEATURES: write cache (02h, 82h), transfer mode (03h); others that software asks for by habit are granted.
    private func setFeatures() {
        switch content.taskFile.features.value {
        case 0x02: content.disk.writeCache = true
        case 0x82:
            content.disk.writeCache = false
            guard medium.flush() else { return abort() }
        case 0x03: return setTransferMode(content.taskFile.count.value)
        // Look-ahead on and off, power-on defaults on and off.
        case 0xAA, 0x55, 0x66, 0xCC: break
        default: return abort()
        }
        finish()
    }

    /// PIO modes 0–4 and their default, multiword DMA modes 0–2.
    private func setTransferMode(_ mode: UInt8) {
        switch mode {
        case 0x00, 0x01, 0x08...0x0C: break
        case 0x20...0x22: content.disk.transferMode = mode & 7
        default: return abort()
        }
        finish()
    }

    private func readNativeMaximum(extended: Bool) {
        let last = medium.sectorCount &- 1
        extended ? content.taskFile.setAddress48(last) : content.taskFile.setAddress28(min(last, 0xFFF_FFFF))
        finish()
    }

    /// The 256 words of IDENTIFY DEVICE (section 8.16).
    private var identity: [UInt16] {
        var words = [UInt16](repeating: 0, count: 256)
        // A fixed disk.
        words[0] = 0x0040
        words[1] = UInt16(clamping: geometry.cylinders)
        words[3] = UInt16(clamping: geometry.heads)
        words[6] = UInt16(clamping: geometry.sectors)
        // Bytes of a track and a sector, which only old software looks at.
        words[4] = UInt16(clamping: geometry.sectors * 512)
        words[5] = 512
        Self.put(serial, 10..<20, into: &words)
        words[20] = 3
        words[21] = 512
        Self.put("1.0", 23..<27, into: &words)
        Self.put("VELLUM HARDDISK", 27..<47, into: &words)
        words[47] = 0x8000 | UInt16(Self.largestMultiple)
        // 32-bit data transfers; block addresses and DMA.
        words[48] = 1
        words[49] = 0x0300
        words[51] = 0x0200
        words[52] = 0x0200
        // Words 54–58 and 64–70 are valid.
        words[53] = 3
        putTranslation(into: &words)
        words[59] = content.disk.multiple == 0 ? 0 : 0x0100 | UInt16(content.disk.multiple)
        putSize(into: &words)
        putModes(into: &words)
        return words
    }

    private func putTranslation(into words: inout [UInt16]) {
        let translated = content.disk.heads > 0
        let heads = translated ? Int(content.disk.heads) : geometry.heads
        let sectors = translated ? Int(content.disk.sectors) : geometry.sectors
        let cylinders = translated ? Int(clamping: medium.sectorCount) / (heads * sectors) : geometry.cylinders
        let shown = min(cylinders, 0xFFFF)
        words[54] = UInt16(shown)
        words[55] = UInt16(heads)
        words[56] = UInt16(sectors)
        let capacity = UInt32(clamping: shown * heads * sectors)
        words[57] = UInt16(truncatingIfNeeded: capacity)
        words[58] = UInt16(truncatingIfNeeded: capacity >> 16)
    }

    private func putSize(into words: inout [UInt16]) {
        let count = medium.sectorCount
        let small = UInt32(min(count, 0xFFF_FFFF))
        words[60] = UInt16(truncatingIfNeeded: small)
        words[61] = UInt16(truncatingIfNeeded: small >> 16)
        for index in 0..<4 { words[100 + index] = UInt16(truncatingIfNeeded: count >> UInt64(index * 16)) }
    }

    private func putModes(into words: inout [UInt16]) {
        words[63] = 0x0007 | 0x0100 << UInt16(content.disk.transferMode & 3)
        words[64] = 3
        for index in 65...68 { words[index] = 120 }
        // ATA/ATAPI-4 to -6.
        words[80] = 0x0070
        // Power management and write cache; 48-bit addresses and both flushes.
        words[82] = 0x0028
        words[83] = 0x7400
        words[84] = 0x4000
        words[85] = content.disk.writeCache ? 0x0028 : 0x0008
        words[86] = 0x3400
        words[87] = 0x4000
    }
}
