import CVellumSupport
import Foundation
import Testing
import VellumExecution
import VellumIA32
import VellumMicroOps
import VellumTestSupport

@Suite struct SuperinstructionTests {
    private static let sources = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources")
    private static let isUpdating = ProcessInfo.processInfo.environment["VELLUM_UPDATE_GOLDENS"] != nil

    @Test func sourcesMadeFromTheListAreWhatTheListSays() throws {
        let codes = Self.sources.appendingPathComponent("VellumMicroOps/DispatchCode.swift")
        let loop = Self.sources.appendingPathComponent("VellumExecution/Interpreter.swift")
        let source = try String(contentsOf: loop, encoding: .utf8)
        let made = try SuperinstructionSource.interpreter(source)
        if Self.isUpdating {
            try SuperinstructionSource.dispatchCodes().write(to: codes, atomically: true, encoding: .utf8)
            try made.write(to: loop, atomically: true, encoding: .utf8)
            return
        }
        #expect(try String(contentsOf: codes, encoding: .utf8) == SuperinstructionSource.dispatchCodes())
        #expect(source == made)
    }

    @Test func dispatchCodesAreTheOpcodesAndThenTheSuperinstructions() {
        let names = MicroOpcode.allCases.map { "\($0)" } + Superinstructions.sequences.map(Superinstructions.name)
        #expect(DispatchCode.allCases.map { "\($0)" } == names)
        for opcode in MicroOpcode.allCases {
            #expect(DispatchCode(opcode).opcode == opcode)
            #expect(DispatchCode(opcode).sequence == [opcode])
        }
        for code in DispatchCode.allCases { #expect(code.sequence[0] == code.opcode) }
        #expect(Set(Superinstructions.sequences).count == Superinstructions.sequences.count)
        for sequence in Superinstructions.sequences {
            #expect((2...4).contains(sequence.count))
            #expect(sequence.filter { !Superinstructions.mayContain($0) }.isEmpty)
            #expect(sequence.dropLast().filter(\.isTerminal).isEmpty)
        }
    }

    /// Every superinstruction does what its parts do, whatever becomes of any of them: a walk, a fault, the end of the
    /// fragment behind an instruction.
    @Test func superinstructionsDoWhatTheirPartsDo() throws {
        let bench = try #require(FragmentBench())
        let seed: UInt64 = 20_261_128
        var generator = SeededGenerator(seed: seed)
        var (runs, faults, early) = (0, 0, 0)
        for (number, sequence) in Superinstructions.sequences.enumerated() {
            for round in 0..<60 {
                let unit = Self.unit(sequence, using: &generator)
                var marked = unit
                marked.operations[0].dispatch = try #require(
                    DispatchCode(rawValue: UInt16(MicroOpcode.allCases.count + number)))
                #expect(Verifier.check(marked)?.rule == Verifier.check(unit)?.rule)
                let image = MachineImage(&generator)
                bench.disturb(round, using: &generator)
                for isWarm in [false, true] {
                    let expected = Self.run(bench, unit, image, isWarm, isLive: false)
                    let actual = Self.run(bench, marked, image, isWarm, isLive: round % 2 == 0)
                    #expect(actual == expected, "seed \(seed): \(Printer.text(unit))")
                    runs += 1
                    if case .fault = expected.result.end { faults += 1 }
                    if expected.result.retired < Int64(unit.instructionCount) { early += 1 }
                }
            }
        }
        #expect(runs == Superinstructions.sequences.count * 120)
        #expect(faults > runs / 20 && early > faults, "\(runs) runs, \(faults) faults, \(early) early ends")
    }

    @Test func marksBeforeOtherMicroOpsAreRefused() throws {
        let sequence = try #require(Superinstructions.sequences.first { $0.count == 2 && $0[1] == .add32n })
        var unit = TranslatedUnit.single(MicroOp(sequence[0], a: RegisterSlot(.eax)), links: (0, 0), next: 0)
        unit.classes = (UInt32(unit.instructionCount), 0, 0)
        #expect(Verifier.check(unit) == nil)
        let number = try #require(Superinstructions.sequences.firstIndex(of: sequence))
        unit.operations[0].dispatch = try #require(
            DispatchCode(rawValue: UInt16(MicroOpcode.allCases.count + number)))
        #expect(Verifier.check(unit)?.rule == .badSuperinstruction)
    }

    @Test func marksTakeTheFewestDispatchesAndChangeNothingElse() {
        var generator = SeededGenerator(seed: 7)
        var marks = 0
        for _ in 0..<500 {
            let first = Superinstructions.sequences.randomElement(using: &generator) ?? []
            let second = Superinstructions.sequences.randomElement(using: &generator) ?? []
            let opcodes = (first + second).filter { !$0.isTerminal } + [.jump]
            var unit = TranslatedUnit()
            unit.operations = opcodes.map { MicroOp.random($0, using: &generator) }
            let plain = unit.operations
            Passes.markSuperinstructions(&unit)
            #expect(unit.operations.map(\.opcode) == opcodes)
            var dispatches = 0
            var index = 0
            while index < opcodes.count {
                let sequence = unit.operations[index].dispatch.sequence
                #expect(Array(opcodes[index...].prefix(sequence.count)) == sequence)
                if sequence.count > 1 { marks += 1 }
                index += sequence.count
                dispatches += 1
            }
            #expect(dispatches == Self.fewest(opcodes[...]))
            #expect(unit.operations.map(\.alone) == plain)
        }
        #expect(marks > 500)
    }

    /// By trying all ways.
    private static func fewest(_ opcodes: ArraySlice<MicroOpcode>) -> Int {
        guard !opcodes.isEmpty else { return 0 }
        let starts = Superinstructions.sequences.filter { opcodes.starts(with: $0) }.map(\.count)
        return ([1] + starts).map { 1 + fewest(opcodes.dropFirst($0)) }.min() ?? 0
    }

    private struct Outcome: Equatable {
        var result: RunResult
        var floating: FloatingPointSnapshot
    }

    /// With the host's x87 unit entered the first micro-op may take its fast way, which must not be told from the slow one.
    private static func run(
        _ bench: FragmentBench, _ unit: TranslatedUnit, _ image: MachineImage, _ isWarm: Bool, isLive: Bool
    ) -> Outcome {
        bench.flush()
        if isWarm { _ = bench.run(unit, from: image) }
        let floating = bench.cpu.floating
        floating.powerOn()
        floating.initialize()
        // Numbers of moderate size from the image, and mostly two or three of them on the stack.
        for index in 0..<8 {
            let bytes = image.memory[(index * 8)..<(index * 8 + 8)]
            let register = vellum_fpu_register(floating, UInt32(index))
            register.pointee.significand = bytes.reduce(0) { $0 << 8 | UInt64($1) } | 1 << 63
            register.pointee.exponent = 0x3FF0 | UInt16(image.memory[64 + index] & 0x1F)
        }
        floating.pointee.tags = [0, 0x80, 0xC0, 0xE0, 0xE0, 0x3F, 0x7F, 0xFF][Int(image.memory[72] & 7)]
        floating.pointee.top = image.memory[72] & 8 == 0 ? 6 : 5
        if isLive { _ = vellum_x87_enter(floating) }
        let result = bench.run(unit, from: image)
        return Outcome(result: result, floating: FloatingPointSnapshot(bench.cpu.floating))
    }

    /// An x87 instruction that the micro-op is made for.
    private static func code(_ opcode: MicroOpcode, using generator: inout SeededGenerator) -> CoprocessorCode {
        let register = UInt8.random(in: 0...7, using: &generator)
        let arithmetic = ([0, 1, 4, 5, 6, 7].randomElement(using: &generator) ?? 0) << 3 as UInt8
        return switch opcode {
        case .floatLoad32: CoprocessorCode(opcode: 1, modRM: 0x05, size: 4)
        case .floatLoad64: CoprocessorCode(opcode: 5, modRM: 0x05, size: 8)
        case .floatMemory32: CoprocessorCode(opcode: 0, modRM: arithmetic | 5, size: 4)
        case .floatMemory64: CoprocessorCode(opcode: 4, modRM: arithmetic | 5, size: 8)
        case .floatExchange: CoprocessorCode(opcode: 1, modRM: 0xC8 | register)
        case .floatDuplicate: CoprocessorCode(opcode: 1, modRM: 0xC0 | register)
        case .floatRegister where register > 1: CoprocessorCode(opcode: 6, modRM: 0xC1 | arithmetic)
        default: CoprocessorCode(opcode: 0, modRM: 0xC0 | arithmetic | register)
        }
    }

    /// Random micro-ops of the opcodes, each an instruction of its own, and an exit where none of them is a terminal.
    private static func unit(_ sequence: [MicroOpcode], using generator: inout SeededGenerator) -> TranslatedUnit {
        var unit = TranslatedUnit()
        for (index, opcode) in sequence.enumerated() {
            var operation = MicroOp.randomOfRegisters(opcode, using: &generator)
            if opcode.isCoprocessor { operation.immediate = Self.code(opcode, using: &generator).rawValue }
            operation.instruction = UInt8(index)
            if opcode.fusedComparison != nil {
                operation.d = UInt8(index)
                operation.instruction += 1
            }
            unit.operations.append(operation)
        }
        if unit.operations.last?.opcode.isTerminal != true {
            var exit = MicroOp(.exit, displacement: 0x2000)
            exit.instruction = UInt8(sequence.count)
            unit.operations.append(exit)
        }
        let count = Int(unit.operations.last?.instruction ?? 0) + 1
        unit.offsets = (0...count).map { UInt16($0) }
        unit.retiring = count
        unit.classes = (UInt32(count), 0, 0)
        unit.targets = (0x3000, 0x4000)
        return unit
    }
}
