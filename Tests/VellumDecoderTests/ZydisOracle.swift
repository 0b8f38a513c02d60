import CZydis

/// A second decoder, written by others: Zydis, in 16- or 32-bit protected mode.
struct ZydisOracle {
    private var decoder = ZydisDecoder()
    let codeSize32: Bool

    init(codeSize32: Bool) {
        self.codeSize32 = codeSize32
        vellum_zydis_open(&decoder, codeSize32 ? 1 : 0)
    }

    /// What Zydis says, or nil where it sees no instruction.
    mutating func decode(_ bytes: UnsafeRawBufferPointer) -> vellum_zydis_result? {
        var result = vellum_zydis_result()
        guard vellum_zydis_decode(&decoder, bytes.baseAddress, Int32(bytes.count), &result) != 0 else { return nil }
        return result
    }
}
