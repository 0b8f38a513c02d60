import Testing

@testable import VellumProfiling

@Suite struct SymbolTests {
    @Test func mapFilesOfSeveralToolsAreRead() {
        let text = """
            c01000a0 T startup_32
            c0200000 D not_code
            0000000000100020 t local
                            0x00100400                main
             0001:0040       _dos_main
            LOAD something
            """
        let table = SymbolTable(file: Array(text.utf8))
        #expect(table.name(of: 0xC010_00A4) == "startup_32+0x4")
        #expect(table.name(of: 0x10_0020) == "local")
        #expect(table.name(of: 0x10_0404) == "main+0x4")
        #expect(table.name(of: 0x50) == "_dos_main")
        #expect(table.name(of: 0xC020_0000).map { $0.hasPrefix("not_code") } != true)
        #expect(table.count == 4)
    }

    @Test func noNameReachesFar() {
        let table = SymbolTable([(0x1000, "f")])
        #expect(table.name(of: 0xFFF) == nil)
        #expect(table.name(of: 0x20_0000) == nil)
        #expect(SymbolTable().name(of: 0) == nil)
    }

    /// Headers that lie lead to no symbols, and to no crash.
    @Test func lyingELFFilesHaveNoSymbols() {
        var header = [UInt8](repeating: 0, count: 52)
        header.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 1, 1])
        for (offset, value) in [(32, 0xFF), (33, 0xFF), (34, 0xFF), (35, 0xFF), (46, 40), (48, 0xFF), (49, 0xFF)] {
            header[offset] = UInt8(value)
        }
        #expect(SymbolTable(file: header).count == 0)
        for length in 0..<52 { #expect(SymbolTable(file: Array(header.prefix(length))).count == 0) }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let noise = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = SymbolTable(file: Array(header.prefix(6)) + noise)
        }
    }
}
