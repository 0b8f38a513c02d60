import Foundation
import VellumMicroOps

/// The source text that is made from the list of superinstructions.
///
/// A superinstruction's case in the interpreter is the cases of its parts one after the other, taken from the
/// hand-written part of the same loop.  What a part does where its fast way is barred is done by its own case: the loop
/// goes on at that part.  Only the first part cannot be left to its own case, and keeps its slow path.  A few start with
/// a shortcut, which does all parts at once or nothing.
package enum SuperinstructionSource {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    private static let begin = indent + "// Superinstructions: made from the cases above, see Superinstructions.swift."
    private static let end = indent + "// End of the superinstructions."
    /// Of a case in the loop.
    private static let indent = "            "

    // MARK: DispatchCode.swift

    package static func dispatchCodes() -> String {
        var lines = [
            "// Made from MicroOpcode and the list of superinstructions: see Superinstructions.swift.", "",
            "/// What the interpreter dispatches on: the opcodes, in their order, and then the superinstructions.",
            "package enum DispatchCode: UInt16, CaseIterable, Sendable {",
        ]
        lines += caseLines(MicroOpcode.allCases.map { "\($0)" })
        lines += caseLines(Superinstructions.sequences.map(Superinstructions.name))
        return (lines + ["}", ""]).joined(separator: "\n")
    }

    private static func caseLines(_ names: [String]) -> [String] {
        var lines: [String] = []
        for name in names {
            if let last = lines.last, last.count + name.count + 2 <= 120 {
                lines[lines.count - 1] += ", " + name
            } else {
                lines.append("    case " + name)
            }
        }
        return lines
    }

    // MARK: The interpreter's loop

    /// The interpreter's source with the cases of the superinstructions written anew.
    package static func interpreter(_ source: String) throws(Failure) -> String {
        let lines = source.components(separatedBy: "\n")
        guard let first = lines.firstIndex(of: begin), let last = lines.firstIndex(of: end), first < last else {
            throw Failure(description: "the interpreter's source has no place for superinstructions")
        }
        let bodies = bodies(in: lines[..<first])
        var made: [String] = []
        for sequence in Superinstructions.sequences {
            made.append("            case .\(Superinstructions.name(sequence)):")
            let shortcuts = shortcuts(sequence)
            made += shortcuts
            // What no shortcut does goes part by part.
            for (index, opcode) in sequence.prefix(shortcuts.isEmpty ? sequence.count : 1).enumerated() {
                guard let body = bodies["\(opcode)"] else { throw Failure(description: "\(opcode) has no case") }
                let part = try expanded(body, of: opcode, at: index, isLast: index == sequence.count - 1)
                made += part.map { $0.isEmpty ? $0 : "                " + $0 }
            }
        }
        return (lines[...first] + made + lines[last...]).joined(separator: "\n")
    }

    /// What is done at once where it can be, and goes before the parts: the longest run first.
    private static let shortcuts: [([MicroOpcode], String)] = [
        ([.floatLoad32, .floatMemory32, .floatRegister], "floatCombined(UInt32.self, ip, fragment, unit, tlb, cpu)"),
        ([.floatLoad64, .floatMemory64, .floatRegister], "floatCombined(UInt64.self, ip, fragment, unit, tlb, cpu)"),
        ([.floatLoad32, .floatMemory32], "floatLoaded(UInt32.self, ip, fragment, unit, tlb, cpu)"),
        ([.floatLoad64, .floatMemory64], "floatLoaded(UInt64.self, ip, fragment, unit, tlb, cpu)"),
    ]

    private static func shortcuts(_ sequence: [MicroOpcode]) -> [String] {
        shortcuts.filter { sequence.starts(with: $0.0) }.flatMap { parts, call in
            ["if \(call) {", "    ip += \(parts.count)", "    continue", "}"].map { "                " + $0 }
        }
    }

    /// The lines of each case that stands alone, without their indentation.
    private static func bodies(in lines: ArraySlice<String>) -> [String: [String]] {
        var bodies: [String: [String]] = [:]
        var name: String?
        for line in lines {
            if line.hasPrefix("            case .") {
                let label = line.dropFirst(18)
                name = label.hasSuffix(":") && !label.contains(",") ? String(label.dropLast()) : nil
            } else if let name, line.hasPrefix("                ") {
                bodies[name, default: []].append(String(line.dropFirst(16)))
            } else {
                name = nil
            }
        }
        return bodies
    }

    /// The body of a part.  The shapes there are: straight on; `if let` the fast way, `else` the slow one; a way out, and
    /// straight on otherwise; a transfer.
    private static func expanded(
        _ body: [String], of opcode: MicroOpcode, at index: Int, isLast: Bool
    ) throws(Failure) -> [String] {
        let next = "ip += 1"
        if opcode.isTerminal {
            guard isLast else { throw Failure(description: "\(opcode) ends a fragment, and a superinstruction") }
            return renamed(body, index)
        }
        if body.last == next { return renamed(body, index) }
        guard let start = body.firstIndex(where: { $0.hasPrefix("if ") }), body[start].hasSuffix(" {"),
            let turn = body.firstIndex(of: "} else {"), body.last == "}"
        else { throw Failure(description: "\(opcode) has a case of another shape") }
        let condition = body[start].dropFirst(3).dropLast(2)
        let onward = body[(start + 1)..<turn].map { String($0.dropFirst(4)) }
        let otherwise = body[(turn + 1)..<(body.count - 1)]
        if Array(otherwise) == ["    " + next] {
            return renamed(body[...start] + body[(start + 1)..<turn] + ["    continue", "}", next], index)
        }
        guard onward.last == next else { throw Failure(description: "\(opcode) has a case of another shape") }
        var way = ["guard \(condition) else {"] + (index == 0 ? Array(otherwise) : []) + ["    continue", "}"]
        // On one line where it fits: 16 columns are indentation, and the names of constants grow by a digit.
        if index > 0, condition.count < 80 { way = ["guard \(condition) else { continue }"] }
        return renamed(Array(body[..<start]) + way + onward, index)
    }

    /// The constants of each part but the first get its number: they share one scope.
    private static func renamed(_ lines: some Sequence<String>, _ index: Int) -> [String] {
        guard index > 0 else { return Array(lines) }
        let tokens = lines.map(tokens)
        let names = Set(tokens.flatMap { line in zip(line, line.dropFirst(2)).filter { isKeyword($0.0) }.map(\.1) })
        return tokens.map { line in
            var text = ""
            for (position, token) in line.enumerated() {
                let isMember = position > 0 && line[position - 1].hasSuffix(".")
                let isLabel = position + 1 < line.count && line[position + 1].hasPrefix(":")
                let isDeclared = position > 1 && isKeyword(line[position - 2])
                let isOwn = names.contains(token) && token != "next" && !isMember && (!isLabel || isDeclared)
                text += isOwn ? token + "\(index)" : token
            }
            return text
        }
    }

    private static func isKeyword(_ token: String) -> Bool { token == "let" || token == "var" }

    /// Names, and what is between them.
    private static func tokens(_ line: String) -> [String] {
        var tokens: [String] = []
        var wasName = false
        for character in line {
            let isName = character.isLetter || character.isNumber || character == "_"
            if isName == wasName, !tokens.isEmpty {
                tokens[tokens.count - 1].append(character)
            } else {
                tokens.append(String(character))
            }
            wasName = isName
        }
        return tokens
    }
}
