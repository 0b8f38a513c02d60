/// The PC's BIOS: services over the machine's own chips, with its data area at 0040:0000.
package final class BIOS {
    package let host: any ServiceHost

    package init(host: any ServiceHost) { self.host = host }

    /// An address in the BIOS data area (IBM PS/2 and PC BIOS Interface Technical Reference, "Data Areas").
    static func data(_ offset: UInt32) -> UInt32 { 0x400 + offset }

    func byte(_ offset: UInt32) -> UInt8 { host.readByte(BIOS.data(offset)) }
    func setByte(_ offset: UInt32, _ value: UInt8) { host.writeByte(BIOS.data(offset), value) }
    func word(_ offset: UInt32) -> UInt16 { host.readWord(BIOS.data(offset)) }
    func setWord(_ offset: UInt32, _ value: UInt16) { host.writeWord(BIOS.data(offset), value) }
}
