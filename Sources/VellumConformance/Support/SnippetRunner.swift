import Foundation
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMachine

/// How an image ended.
package struct SnippetResult: Encodable, Equatable, Sendable {
    package struct Fault: Encodable, Equatable, Sendable {
        package var vector: UInt8
        package var errorCode: UInt32
        /// For page faults, the linear address.
        package var address: UInt32
        package var eip: UInt32

        private enum CodingKeys: String, CodingKey {
            case vector, address, eip
            case errorCode = "error_code"
        }
    }

    package var image: String
    /// `halted`, `shutdown`, `limit`, or the reason of the machine.
    package var exit: String
    package var registers: [String: UInt32]
    package var eflags: UInt32
    package var fault: Fault?
    /// 256 bytes from SS:ESP on in hexadecimal; fewer where the stack cannot be read.
    package var stack: String
    package var instructions: UInt64

    private enum CodingKeys: String, CodingKey { case image, exit, eflags, fault, stack, instructions }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    /// Registers stand beside the other members, and `fault` is null where there was none.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(image, forKey: .image)
        try container.encode(exit, forKey: .exit)
        try container.encode(eflags, forKey: .eflags)
        try container.encode(fault, forKey: .fault)
        try container.encode(stack, forKey: .stack)
        try container.encode(instructions, forKey: .instructions)
        var names = encoder.container(keyedBy: Name.self)
        for (name, value) in registers { try names.encode(value, forKey: Name(name)) }
    }

    /// One line.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

/// Runs Multiboot images to their HLT.
package struct SnippetRunner {
    package var memory: Int
    package var maximum: UInt64
    package var engine: EngineOptions

    package init(memory: Int, maximum: UInt64, engine: EngineOptions) {
        self.memory = memory
        self.maximum = maximum
        self.engine = engine
    }

    package func run(path: String) throws -> SnippetResult {
        var configuration = MachineConfiguration(image: try BootImage(path: path))
        configuration.memory = memory
        configuration.processor = ProcessorName(engine.cpu)
        configuration.chaining = engine.chaining
        configuration.passes = engine.passes
        configuration.cacheSize = engine.cacheSize
        configuration.blockLimit = engine.blockLimit
        let machine = try Machine(configuration)
        var exit = "halted"
        switch machine.advance(to: maximum, idle: .wait) {
        case .ran: exit = "limit"
        case .idle, .stopped: break
        case .ended(let report): exit = report.reason.rawValue
        }
        return result(path, exit, machine)
    }

    private func result(_ path: String, _ exit: String, _ machine: Machine) -> SnippetResult {
        let state = machine.registers
        var registers: [String: UInt32] = [
            "eax": state.eax, "ecx": state.ecx, "edx": state.edx, "ebx": state.ebx, "esp": state.esp,
            "ebp": state.ebp, "esi": state.esi, "edi": state.edi, "eip": state.eip,
        ]
        registers.merge([
            "cs": UInt32(state.cs), "ss": UInt32(state.ss), "ds": UInt32(state.ds), "es": UInt32(state.es),
            "fs": UInt32(state.fs), "gs": UInt32(state.gs), "cr0": state.cr0, "cr2": state.cr2, "cr3": state.cr3,
            "cr4": state.cr4,
        ]) { $1 }
        let fault = machine.lastShutdown.map {
            SnippetResult.Fault(
                vector: $0.fault.vector.rawValue, errorCode: $0.fault.errorCode, address: $0.fault.address, eip: $0.eip)
        }
        return SnippetResult(
            image: path, exit: exit, registers: registers, eflags: state.eflags, fault: fault, stack: stack(machine),
            instructions: machine.instructions)
    }

    private func stack(_ machine: Machine) -> String {
        let cpu = machine.processor.cpu
        let segment = cpu.pointee.privileged[.ss]
        let offset = segment.isBig ? cpu[.esp] : cpu[.esp] & 0xFFFF
        var text = ""
        for index in 0..<UInt32(256) {
            let linear = segment.base &+ offset &+ index
            guard let byte = try? machine.processor.mmu.read(linear, width: 1, user: false) else { break }
            text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return text
    }
}

extension ProcessorName {
    /// The name of a level, or the newest.
    init(_ level: CPULevel) {
        self =
            switch level {
            case .i386: .i386
            case .i486: .i486
            case .pentium: .pentium
            default: .pentium3
            }
    }
}
