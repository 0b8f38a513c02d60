import VellumExecution
import VellumHypervisor
import VellumIA32

/// How a ROM image ended.
package struct ROMResult: Equatable, Sendable {
    package var reason: String
    /// The last code that it showed.
    package var postCode: UInt8?
    package var log: String
    package var segment: UInt16
    package var eip: UInt32
    package var instructions: UInt64

    package var text: String {
        let code = postCode.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) } ?? "none"
        let place = "\(String(segment, radix: 16)):\(String(eip, radix: 16))"
        let summary = "post \(code) \(reason) at \(place) after \(instructions) instructions"
        return log.isEmpty ? summary : "\(summary)\n\(log)"
    }
}

/// Ports that collect what a ROM image reports; all others read as ones.
private final class ReportingBus: PhysicalBus {
    let post: UInt16
    let log: UInt16
    var lastCode: UInt8?
    var text: [UInt8] = []

    init(post: UInt16, log: UInt16) {
        self.post = post
        self.log = log
    }

    func readMemory(_ address: UInt32, width: Int) -> UInt32 { OpenBus.ones(width) }
    func writeMemory(_ address: UInt32, value: UInt32, width: Int) {}
    func readPort(_ port: UInt16, width: Int) -> UInt32 { OpenBus.ones(width) }

    func writePort(_ port: UInt16, value: UInt32, width: Int) {
        if port == post { lastCode = UInt8(truncatingIfNeeded: value) }
        // A ROM in a loop must not fill the host's memory.
        if port == log, text.count < 1 << 24 { text.append(UInt8(truncatingIfNeeded: value)) }
    }
}

/// A ROM image on a processor with RAM, in real mode; for test ROMs such as test386.asm.
package struct ROMRunner {
    private let machine: BareMachine
    private let bus: ReportingBus

    package init(memory: Int, options: EngineOptions, post: UInt16, log: UInt16) throws {
        bus = ReportingBus(post: post, log: log)
        machine = try BareMachine(size: memory, options: options, bus: bus)
    }

    /// Maps an image; one that ends at 1 MiB is mapped at the end of the address space too, as a PC's firmware is.
    package mutating func load(_ bytes: [UInt8], at address: UInt32) throws {
        guard machine.memory.mapROM(bytes, at: address) else {
            throw ROMError(
                description: "the image does not fit at \(String(address, radix: 16))h, or is not page-aligned")
        }
        let end = UInt64(address) + UInt64((bytes.count + 0xFFF) & ~0xFFF)
        if end == 1 << 20 { _ = machine.memory.mapROM(bytes, at: address | 0xFFF0_0000) }
    }

    /// Runs to HLT, a shutdown, or the limit.
    package func run(segment: UInt16, offset: UInt16, maximum: UInt64) -> ROMResult {
        let processor = machine.processor
        processor.codeChanged()
        processor.reset()
        processor.cpu.pointee.privileged.a20 = true
        processor.cpu.setSegment(.cs, .realMode(segment))
        processor.cpu.pointee.engine.eip = UInt32(offset)
        processor.mmu.modeChanged()
        var reason = processor.run(until: maximum)
        while reason == .events { reason = processor.run(until: maximum) }
        let cpu = processor.cpu
        return ROMResult(
            reason: describe(reason), postCode: bus.lastCode, log: String(decoding: bus.text, as: UTF8.self),
            segment: cpu.pointee.privileged[.cs].selector, eip: cpu.pointee.engine.eip,
            instructions: processor.instructions)
    }

    private func describe(_ reason: StopReason) -> String {
        switch reason {
        case .halted: "halted"
        case .limit: "instruction limit"
        case .shutdown(let report): "shutdown: \(report.description)"
        case .events, .stopRequested, .debugger: "stopped"
        }
    }
}

/// A ROM image that cannot be used.
package struct ROMError: Error, CustomStringConvertible {
    package var description: String
}
