import Testing
import VellumMachine

/// The BIOS in front of the machine's own chips.
@Suite struct FirmwareTests {
    @Test func theTimerTicksAndProgramsMayHookIt() throws {
        // INT 1Ch is hooked; ten ticks later the tick count has moved by as much.
        let run = try Workspace().run(
            body: """
                mov ax, 251Ch
                mov dx, handler
                int 21h
                mov ah, 0
                int 1Ah
                mov [start], dx
                wait_: hlt
                cmp word [count], 10
                jb wait_
                mov ah, 0
                int 1Ah
                sub dx, [start]
                mov ax, dx
                mov ah, 4Ch
                int 21h
                handler: inc word [cs:count]
                iret
                count: dw 0
                start: dw 0
                """)
        #expect(run.status == 10)
        // 18.2 ticks a second.
        #expect((540_000_000...560_000_000).contains(run.machine.virtualTime))
    }

    @Test func keysComeThroughTheKeyboardController() throws {
        let run = try Workspace().run(
            body: """
                again: mov ah, 0
                int 16h
                mov [word_], ax
                cmp al, 27
                je done
                mov si, [where]
                mov [si], ax
                add word [where], 2
                jmp again
                done: mov dx, keys
                mov cx, [where]
                sub cx, dx
                mov bx, 1
                mov ah, 40h
                int 21h
                int 20h
                word_: dw 0
                where: dw keys
                keys: times 64 db 0
                """
        ) { $0.type("aB1\n\u{1B}") }
        #expect(run.bytes == [0x61, 0x1E, 0x42, 0x30, 0x31, 0x02, 0x0D, 0x1C])
    }

    @Test func aProgramMayTakeTheKeyboardForItself() throws {
        // INT 09h replaced: reads port 60h and ends the interrupt itself.
        let run = try Workspace().run(
            body: """
                mov ax, 2509h
                mov dx, handler
                int 21h
                wait_: hlt
                cmp byte [code], 0
                je wait_
                mov al, [code]
                mov ah, 4Ch
                int 21h
                handler: push ax
                in al, 60h
                test al, 80h
                jnz released
                mov [cs:code], al
                released: mov al, 20h
                out 20h, al
                pop ax
                iret
                code: db 0
                """
        ) { machine in
            // The program has taken the interrupt by then.
            _ = machine.advance(to: 2_000)
            machine.type("z")
        }
        #expect(run.status == 0x2C)
    }

    @Test func redirectedInputIsTypedForINT16h() throws {
        let run = try Workspace().run(
            body: """
                again: mov ah, 0
                int 16h
                cmp al, 'q'
                je done
                mov dl, al
                mov ah, 2
                int 21h
                jmp again
                done: int 20h
                """, input: "one\ntwo\r\nq")
        #expect(run.output == "one\rtwo\r")
    }

    @Test func waitingForAKeyThatCannotComeEnds() throws {
        let run = try Workspace().run(body: "mov ah, 0\nint 16h\nint 20h", input: "")
        #expect(run.report.reason == .halted)
        #expect(run.status == 120)
    }

    @Test(arguments: [
        ("ud2", "invalid opcode"), ("xor bl, bl\ndiv bl", "divide error"),
        ("mov ax, 0FFFFh\nmov si, ax\nmov ax, [si]", "general protection"),
    ]) func faultsWithoutAHandlerEndTheRun(body: String, what: String) throws {
        let run = try Workspace().run(body: body)
        #expect(run.report.reason == .fault)
        #expect(run.status == 121)
        #expect(run.report.message.contains(what))
    }

    @Test func modesSetTheAdapter() throws {
        let run = try Workspace().run(
            body: """
                mov ax, 13h
                int 10h
                mov ax, 0A000h
                mov es, ax
                mov byte [es:321], 42
                mov ah, 0Dh
                mov cx, 1
                mov dx, 1
                int 10h
                push ax
                mov ax, 3
                int 10h
                mov ah, 9
                mov dx, text
                int 21h
                pop ax
                mov ah, 4Ch
                int 21h
                text: db 'text again$'
                """)
        #expect(run.status == 42)
        #expect(run.machine.screenText == "text again")
    }

    @Test(arguments: [0x04, 0x06, 0x0D, 0x0E, 0x10, 0x12, 0x13]) func pixelsComeBack(mode: Int) throws {
        let run = try Workspace().run(
            body: """
                mov ax, \(mode)
                int 10h
                mov ax, 0C01h
                mov bh, 0
                mov cx, 101
                mov dx, 77
                int 10h
                mov ah, 0Dh
                int 10h
                mov bl, al
                inc cx
                mov ah, 0Dh
                int 10h
                shl al, 4
                or al, bl
                mov ah, 4Ch
                int 21h
                """)
        #expect(run.status == 1)
    }

    @Test func textIsDrawnInGraphicsModes() throws {
        // The character that is read back is the one that was written.
        for mode in [0x06, 0x0D, 0x12, 0x13] {
            let run = try Workspace().run(
                body: """
                    mov ax, \(mode)
                    int 10h
                    mov ah, 2
                    mov bh, 0
                    mov dx, 0305h
                    int 10h
                    mov ax, 0941h
                    mov bx, 000Fh
                    mov cx, 1
                    int 10h
                    mov ah, 8
                    mov bh, 0
                    int 10h
                    mov ah, 4Ch
                    int 21h
                    """)
            #expect(run.status == 0x41, "mode \(mode)")
        }
    }

    @Test(arguments: [
        ("mov ah, 9\nmov dx, text\nint 21h\nmov ax, 0E41h\nint 10h", false),
        ("mov ah, 2\nmov bh, 0\nmov dx, 0A0Ah\nint 10h", true), ("mov ax, 3\nint 10h", true),
        ("mov ax, 0B800h\nmov es, ax\nmov byte [es:0], 'x'", true),
    ]) func theScreenIsShownOnceItIsUsed(body: String, uses: Bool) throws {
        let run = try Workspace().run(body: body + "\nint 20h\ntext: db 'plain$'")
        #expect(run.machine.usesScreen == uses)
    }

    @Test func delayLoopsOfBorlandsCRTCalibrate() throws {
        // Turbo Pascal's unit counts its loop for a tick and divides by 55: error 200 is a quotient of more than 16 bits.
        let space = try Workspace()
        try space.assemble(
            "prog.com",
            """
            org 100h
            mov ax, 40h
            mov es, ax
            mov di, 6Ch
            mov bl, [es:di]
            first: cmp bl, [es:di]
            je first
            mov bl, [es:di]
            mov ax, -28
            cwd
            next: sub ax, 1
            sbb dx, 0
            jc done
            cmp bl, [es:di]
            je next
            done: not ax
            not dx
            mov cx, 55
            div cx
            int 20h
            """)
        let run = try space.run("prog.com", limit: 20_000_000)
        #expect(run.report.reason == .dosExit)
    }

    @Test func sectorsOfAnImageAreReadAndWritten() throws {
        let space = try Workspace()
        var image = [UInt8](repeating: 0, count: 1_474_560)
        image[512] = 0x5A
        try space.write("disk.img", image)
        try space.assemble(
            "prog.com",
            """
            org 100h
            mov ax, 0201h
            mov cx, 2
            xor dx, dx
            mov bx, buffer
            int 13h
            jc bad
            inc byte [buffer]
            mov ax, 0301h
            int 13h
            jc bad
            mov byte [buffer], 0
            mov ax, 0201h
            int 13h
            mov al, [buffer]
            mov ah, 4Ch
            int 21h
            bad: mov ax, 4CFFh
            int 21h
            buffer:
            """)
        #expect(try space.run("prog.com").status == 0xFF)
        let run = try space.run("prog.com", floppy: space.file("disk.img"))
        #expect(run.status == 0x5B)
        // The image itself is not written unless that is asked for.
        #expect(space.bytes("disk.img")?[512] == 0x5A)
    }

    @Test func waitsTakeVirtualTimeAndNoInstructions() throws {
        // A second by INT 15h, AH=86h.
        let run = try Workspace().run(
            body: "mov ah, 86h\nmov cx, 0Fh\nmov dx, 4240h\nint 15h\nint 20h")
        #expect((1_000_000_000...1_100_000_000).contains(run.machine.virtualTime))
        #expect(run.machine.instructions < 20_000)
    }

    @Test func theMouseMovesAndCalls() throws {
        let run = try Workspace().run(
            body: """
                mov ax, 0
                int 33h
                cmp ax, 0FFFFh
                jne bad
                push cs
                pop es
                mov ax, 0Ch
                mov cx, 2
                mov dx, handler
                int 33h
                wait_: hlt
                cmp byte [clicked], 0
                je wait_
                mov ax, 3
                int 33h
                sub cx, 320
                mov al, cl
                add al, [clicked]
                mov ah, 4Ch
                int 21h
                bad: mov ax, 4CFFh
                int 21h
                handler: mov [cs:clicked], bl
                retf
                clicked: db 0
                """
        ) { machine in
            _ = machine.advance(to: 2_000)
            machine.deliver(.mouse(x: 40, y: 0, wheel: 0, buttons: 1))
        }
        #expect(run.status == 41)
    }
}
