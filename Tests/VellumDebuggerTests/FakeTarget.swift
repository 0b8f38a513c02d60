@testable import VellumDebugger

/// A machine of 64 KiB without a processor; the linear space begins at 1000h, where physical address 0 lies.
final class FakeTarget: DebugTarget {
    var registers: [TargetRegister: [UInt8]] = [:]
    var memory = [UInt8](repeating: 0, count: 1 << 16)
    var breakpoints: Set<UInt32> = []
    var watches: Set<WatchRange> = []
    var commands: [String] = []
    /// Registers that take nothing.
    var readOnly: Set<TargetRegister> = [.csBase]

    func read(_ register: TargetRegister) -> [UInt8] {
        registers[register] ?? [UInt8](repeating: 0, count: register.width)
    }

    func write(_ register: TargetRegister, _ bytes: [UInt8]) -> Bool {
        guard !readOnly.contains(register) else { return false }
        registers[register] = bytes
        return true
    }

    private func place(_ address: UInt32, _ space: AddressSpace) -> Int {
        Int(address) - (space == .linear ? 0x1000 : 0)
    }

    func readMemory(at address: UInt32, count: Int, in space: AddressSpace) -> [UInt8] {
        let start = place(address, space)
        guard memory.indices.contains(start) else { return [] }
        return Array(memory[start..<min(memory.count, start + count)])
    }

    func writeMemory(_ bytes: [UInt8], at address: UInt32, in space: AddressSpace) -> Bool {
        let start = place(address, space)
        guard start >= 0, start + bytes.count <= memory.count else { return false }
        memory.replaceSubrange(start..<start + bytes.count, with: bytes)
        return true
    }

    func setPoints(breakpoints: Set<UInt32>, watches: Set<WatchRange>) {
        self.breakpoints = breakpoints
        self.watches = watches
    }

    var instructionAddress: UInt32 {
        read(.eip).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    var isSixteenBit = false

    func monitor(_ command: String) -> String {
        commands.append(command)
        return "heard \(command)\n"
    }
}

/// A stub with its target, spoken to in contents of packets.
final class Conversation {
    let target = FakeTarget()
    let stub: DebugStub

    init() {
        stub = DebugStub(target: target)
        stub.connected()
        _ = send("QStartNoAckMode")
    }

    static func packet(_ contents: some Sequence<UInt8>) -> [UInt8] { PacketWriter.packet(contents) }

    /// The contents of what the stub sends next, packet by packet; anything else shows as itself.
    func replies() -> [String] {
        var parser = PacketParser(limit: 1 << 20)
        return parser.parse(stub.takeOutput()).map { event in
            switch event {
            case .packet(let contents): String(decoding: contents, as: UTF8.self)
            case .acknowledgement: "+"
            case .request: "-"
            case .damaged: "damaged"
            case .interrupt: "interrupt"
            }
        }
    }

    /// The reply to a packet, or nil when there is none.
    func send(_ text: String) -> String? {
        stub.receive(Conversation.packet(text.utf8))
        return replies().filter { $0 != "+" }.last
    }
}
