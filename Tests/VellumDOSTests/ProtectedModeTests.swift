import Foundation
import Testing
import VellumMachine

@testable import VellumDOS

/// Programs in protected mode: clients of the DPMI host.
@Suite struct ProtectedModeTests {
    private static let resources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Resources")

    private func assemble(_ source: String, _ name: String, in work: Workspace, _ definitions: [String]) throws {
        let text = try String(contentsOf: Self.resources.appendingPathComponent(source), encoding: .utf8)
        let heads = definitions.map { "%define \($0.replacingOccurrences(of: "=", with: " "))\n" }.joined()
        try work.assemble(name, heads + text)
    }

    /// Each letter stands for a service that did what it should, in `dpmi.asm`'s order.
    @Test(arguments: [true, false]) func everyServiceAnswers(is32: Bool) throws {
        let work = try Workspace()
        try assemble("dpmi.asm", "client.com", in: work, is32 ? ["BITS32"] : [])
        let run = try work.run("client.com", input: "", limit: 60_000_000)
        #expect(run.output == "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        #expect(run.status == 7)
        #expect(run.notes == ["INT 31h: no function 0B77h"])
    }

    @Test(arguments: [true, false]) func anUnhandledExceptionEndsWithAReport(is32: Bool) throws {
        let work = try Workspace()
        try assemble("dpmi.asm", "client.com", in: work, ["DIES"] + (is32 ? ["BITS32"] : []))
        let run = try work.run("client.com", input: "", limit: 60_000_000)
        #expect(run.status == 121 && run.report.message.contains("invalid opcode in protected mode"), "\(run.report)")
    }

    /// A real-mode program starts one in protected mode, twice: nothing of the first stays.
    @Test func aClientEndsAsAnyProgramDoes() throws {
        let work = try Workspace()
        try assemble("dpmi.asm", "client.com", in: work, ["BITS32"])
        try work.assemble(
            "parent.com",
            """
            org 100h
            mov ah, 4Ah
            mov bx, 100h
            int 21h
            mov [block + 4], cs
            call start
            push ax
            call start
            pop bx
            add al, bl
            mov ah, 4Ch
            int 21h
            start:
            mov bx, block
            mov dx, name
            push ds
            pop es
            mov ax, 4B00h
            int 21h
            mov ah, 4Dh
            int 21h
            ret
            name: db 'CLIENT.COM', 0
            block: dw 0, tail, 0, 5Ch, 0, 6Ch, 0
            tail: db 0, 13
            """)
        let run = try work.run("parent.com", input: "", limit: 100_000_000)
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        #expect(run.output == letters + letters && run.status == 14)
    }

    @Test func withoutMemoryAProgramStaysInRealMode() throws {
        let work = try Workspace()
        let run = try work.run(
            body: """
                    mov ax, 1687h
                    int 2Fh
                    mov [entry], di
                    mov [entry + 2], es
                    mov ax, 1
                    mov bx, cs
                    add bx, 1000h
                    mov es, bx
                    mov cx, 40              ; take extended memory away first
                    push es
                    mov ax, 4310h
                    int 2Fh
                    mov [xms], bx
                    mov [xms + 2], es
                    mov ah, 88h
                    call far [xms]
                    mov edx, eax
                    mov ah, 89h
                    call far [xms]
                    pop es
                    mov ax, 1
                    call far [entry]
                    mov ax, 4C01h
                    jc .done
                    mov ax, 4C02h
                .done:
                    int 21h
                entry: dd 0
                xms: dd 0
                """)
        #expect(run.status == 1)
    }

    /// Whatever a client asks for, the host stands; the client may well die.
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt32]) func randomCallsHarmNobodyElse(seed: UInt32) throws {
        let work = try Workspace()
        var calls: UInt64 = 0
        for kind in [["BITS32"], []] {
            try assemble("dpmi-fuzz.asm", "fuzz.com", in: work, ["SEED=\(seed &* 2_654_435_761)"] + kind)
            let run = try work.run("fuzz.com", input: "", limit: 3_000_000)
            // The limit, or a death of its own making.
            #expect([122, 121].contains(run.status), "seed \(seed): \(run.report)")
            calls += run.machine.statistics.callsByKind["int"] ?? 0
        }
        #expect(calls > 5_000, "seed \(seed): died early")
    }
}
