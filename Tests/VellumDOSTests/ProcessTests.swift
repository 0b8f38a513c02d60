import Testing
import VellumMachine

/// Children, resident programs, Ctrl-C, and lines from the keyboard.
@Suite struct ProcessTests {
    /// Shrinks its memory and runs CHILD.COM; what comes back is at `after`.
    private static let parent = """
        mov sp, stack
        mov ah, 4Ah
        mov bx, 64
        int 21h
        mov [block + 4], cs
        mov ax, 4B00h
        mov dx, path
        mov bx, block
        int 21h
        jc failed
        jmp after
        failed: mov ah, 4Ch
        int 21h
        path: db 'CHILD.COM', 0
        block: dw 0, tail, 0, 0FFFFh, 0FFFFh, 0FFFFh, 0FFFFh
        tail: db 3, ' xy', 13
        times 128 db 0
        stack:
        after:
        """

    @Test func aChildReturnsItsCode() throws {
        let space = try Workspace()
        try space.assemble("child.com", "org 100h\nmov al, [82h]\nmov ah, 4Ch\nint 21h")
        let run = try space.run(body: Self.parent + "\nmov ah, 4Dh\nint 21h\nmov ah, 4Ch\nint 21h")
        #expect(run.status == 0x78)
    }

    @Test func whatIsNotThereCannotBeRun() throws {
        #expect(try Workspace().run(body: Self.parent).status == 2)
    }

    @Test func aResidentProgramAnswersItsInterrupt() throws {
        let space = try Workspace()
        try space.assemble(
            "child.com",
            """
            org 100h
            jmp start
            handler: mov al, 77
            iret
            start: mov ax, 2560h
            mov dx, handler
            int 21h
            mov dx, 32
            mov ax, 3100h
            int 21h
            """)
        let run = try space.run(body: Self.parent + "\nint 60h\nmov ah, 4Ch\nint 21h")
        #expect(run.status == 77)
    }

    @Test func aHookChainsToDOS() throws {
        // INT 21h hooked: DL is made a capital, and the old handler called with flags and far call.
        let run = try Workspace().run(
            body: """
                mov ax, 3521h
                int 21h
                mov [old], bx
                mov [old + 2], es
                mov ax, 2521h
                mov dx, hook
                int 21h
                mov ah, 2
                mov dl, 'a'
                int 21h
                int 20h
                hook: and dl, 0DFh
                pushf
                call far [cs:old]
                iret
                old: dd 0
                """)
        #expect(run.output == "A")
    }

    @Test func controlCEndsAProgramThatDoesNotCatchIt() throws {
        let run = try Workspace().run(body: "again: mov ah, 8\nint 21h\njmp again") { machine in
            _ = machine.advance(to: 2_000)
            machine.type("a\u{3}")
        }
        #expect(run.report.reason == .dosExit)
        #expect(run.output == "^C\r\n")
    }

    @Test func aProgramMayCatchControlC() throws {
        let run = try Workspace().run(
            body: """
                mov ax, 2523h
                mov dx, handler
                int 21h
                again: mov ah, 8
                int 21h
                cmp al, 'q'
                jne again
                mov al, [count]
                mov ah, 4Ch
                int 21h
                handler: inc byte [cs:count]
                iret
                count: db 0
                """
        ) { machine in
            _ = machine.advance(to: 2_000)
            machine.type("\u{3}")
            _ = machine.advance(to: 60_000)
            machine.type("q")
        }
        #expect(run.status == 1)
    }

    @Test func aLineIsEditedAndRead() throws {
        // AH=0Ah, then the same by handle.
        let run = try Workspace().run(
            body: """
                mov ah, 0Ah
                mov dx, buffer
                int 21h
                mov bl, [buffer + 1]
                xor bh, bh
                mov byte [buffer + 2 + bx], '$'
                mov ah, 9
                mov dx, buffer + 2
                int 21h
                mov ah, 3Fh
                xor bx, bx
                mov cx, 10
                mov dx, buffer
                int 21h
                mov ah, 4Ch
                int 21h
                buffer: db 20, 0
                times 30 db 0
                """
        ) { machine in
            _ = machine.advance(to: 2_000)
            machine.type("ax\u{8}b\n")
            _ = machine.advance(to: 100_000)
            machine.type("xy\n")
        }
        #expect(run.output.hasPrefix("ax\u{8} \u{8}b\rab"))
        // Two letters, carriage return and line feed.
        #expect(run.status == 4)
    }

    @Test func aPackedProgramUnpacksItself() throws {
        // The loader moves itself up, writes the program over where it was, run by run, and jumps there.
        let space = try Workspace()
        let packed = try Self.pack(space)
        try space.write("packed.com", packed)
        let run = try space.run("packed.com")
        #expect(run.output == "unpacked " + String(repeating: "!", count: 200))
        #expect(run.status == 21)
    }

    /// A program, run-length encoded behind a loader that decodes it.
    private static func pack(_ space: Workspace) throws -> [UInt8] {
        try space.assemble(
            "plain.com",
            """
            org 100h
            mov ah, 9
            mov dx, text
            int 21h
            mov ax, 4C15h
            int 21h
            text: db 'unpacked '
            times 200 db '!'
            db '$'
            """)
        let plain = try #require(space.bytes("plain.com"))
        var runs: [UInt8] = []
        var index = 0
        while index < plain.count {
            let length = plain[index...].prefix(255).prefix { $0 == plain[index] }.count
            runs += [UInt8(length), plain[index]]
            index += length
        }
        runs.append(0)
        try space.write("runs.bin", runs)
        try space.assemble(
            "loader.com",
            """
            org 100h
            mov si, moved
            mov di, 0F000h
            mov cx, end - moved
            cld
            rep movsb
            mov ax, 0F000h
            jmp ax
            moved:
            mov si, 0F000h + (data - moved)
            mov di, 100h
            next: lodsb
            mov cl, al
            xor ch, ch
            jcxz done
            lodsb
            rep stosb
            jmp next
            done: mov ax, 100h
            jmp ax
            data: incbin 'runs.bin'
            end:
            """)
        return try #require(space.bytes("loader.com"))
    }
}
