/// The character set of the PC's text screen (IBM code page 437, with the glyphs of the control codes).
package enum CodePage437 {
    private static let glyphs = Array(
        (" ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼"
            + " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~⌂"
            + "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
            + "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}").unicodeScalars)

    /// The code of a scalar beyond ASCII.
    package static func code(_ scalar: Unicode.Scalar) -> UInt8? { codes[scalar] }

    private static let codes: [Unicode.Scalar: UInt8] = {
        var codes: [Unicode.Scalar: UInt8] = [:]
        for (code, glyph) in glyphs.enumerated() where code >= 0x80 { codes[glyph] = UInt8(code) }
        return codes
    }()

    /// What a character looks like, as a Unicode scalar.  Code zero is blank.
    package static func scalar(_ code: UInt8) -> Unicode.Scalar {
        Int(code) < glyphs.count ? glyphs[Int(code)] : " "
    }
}
