import Testing
import VellumTestSupport

@testable import VellumDOS

/// XMS as programs use it: found by INT 2Fh, called through its entry point.  Each program ends with the number of the
/// step that went wrong, or zero.
@Suite struct ExtendedMemoryTests {
    /// Macros: `step N` names what follows, `ok` wants AX = 1, `fails X` wants AX = 0 and BL = X.
    private static let prologue = """
        %macro step 1
            mov byte [number], %1
        %endmacro
        %macro xms 1
            mov ah, %1
            call far [entry]
        %endmacro
        %macro ok 0
            cmp ax, 1
            jne near wrong
        %endmacro
        %macro fails 1
            test ax, ax
            jnz near wrong
            cmp bl, %1
            jne near wrong
        %endmacro
        %macro same 2
            cmp %1, %2
            jne near wrong
        %endmacro
            step 1
            mov ax, 4300h
            int 2Fh
            same al, 80h
            mov ax, 4310h
            int 2Fh
            mov [entry], bx
            mov [entry + 2], es
            push ds
            pop es

        """

    private static let epilogue = """

            mov ax, 4C00h
            int 21h
        wrong:
            mov al, [number]
            mov ah, 4Ch
            int 21h
        number: db 0
        entry: dd 0
        handle: dw 0
        other: dw 0
        request:
        .length: dd 0
        .source: dw 0
        .from: dd 0
        .target: dw 0
        .to: dd 0
        pattern: times 512 db 0
        back: times 512 db 0

        """

    private func status(_ body: String) throws -> Int32 {
        let run = try Workspace().run(body: Self.prologue + body + Self.epilogue)
        #expect(run.notes.isEmpty, "\(run.notes)")
        return run.status
    }

    @Test func tellsItsVersionAndHowMuchThereIs() throws {
        // 64 MiB less the first and 64 KiB: 64,448 KiB.
        #expect(
            try status(
                """
                    step 2
                    xms 0
                    same ax, 300h
                    same dx, 1
                    step 3
                    xms 8
                    same ax, 64448
                    same dx, 64448
                    same bl, 0
                    step 4
                    xms 88h
                    same eax, 64448
                    same edx, 64448
                    same ecx, 3FFFFFFh
                    step 5
                    mov ah, 88h
                    int 15h
                    same ax, 0
                    step 6
                    xms 70h
                    fails 80h
                    xms 10h
                    fails 0B1h
                """) == 0)
    }

    @Test func blocksAreTakenLockedResizedAndFreed() throws {
        #expect(
            try status(
                """
                    step 2
                    mov dx, 1024
                    xms 9
                    ok
                    mov [handle], dx
                    mov dx, 16
                    xms 9
                    ok
                    mov [other], dx
                    step 3
                    mov dx, [handle]
                    xms 0Ch
                    ok
                    same dx, 11h
                    same bx, 0
                    step 4
                    mov dx, [handle]
                    xms 0Eh
                    ok
                    same bh, 1
                    same bl, 126
                    same dx, 1024
                    step 5
                    mov dx, [handle]
                    xms 0Ah
                    fails 0ABh
                    mov dx, [handle]
                    mov bx, 2048
                    xms 0Fh
                    fails 0ABh
                    mov dx, [handle]
                    xms 0Dh
                    ok
                    mov dx, [handle]
                    xms 0Dh
                    fails 0AAh
                    step 6
                    mov dx, [handle]
                    mov bx, 2048
                    xms 0Fh
                    ok
                    mov dx, [handle]
                    xms 0Ch
                    ok
                    same dx, 21h
                    same bx, 4000h
                    mov dx, [handle]
                    xms 0Dh
                    step 7
                    mov dx, 65000
                    xms 9
                    fails 0A0h
                    mov dx, [handle]
                    xms 0Ah
                    ok
                    mov dx, [handle]
                    xms 0Ah
                    fails 0A2h
                    mov dx, [other]
                    xms 0Ah
                    ok
                    step 8
                    xms 8
                    same ax, 64448
                    step 9
                    mov cx, 128
                again:
                    xor dx, dx
                    xms 9
                    ok
                    loop again
                    xor dx, dx
                    xms 9
                    fails 0A1h
                """) == 0)
    }

    @Test func bytesMoveUpAndDownAndOverThemselves() throws {
        #expect(
            try status(
                """
                    step 2
                    mov dx, 64
                    xms 9
                    ok
                    mov [handle], dx
                    mov cx, 512
                    mov di, pattern
                fill:
                    mov [di], cl
                    inc di
                    loop fill
                    mov dword [request.length], 512
                    mov word [request.from], pattern
                    mov [request.from + 2], ds
                    mov ax, [handle]
                    mov [request.target], ax
                    mov dword [request.to], 65024
                    mov si, request
                    xms 0Bh
                    ok
                    step 3
                    mov dword [request.to], 65026
                    mov si, request
                    xms 0Bh
                    fails 0A6h
                    mov dword [request.length], 511
                    mov si, request
                    xms 0Bh
                    fails 0A7h
                    mov word [request.target], 77
                    mov dword [request.length], 512
                    mov si, request
                    xms 0Bh
                    fails 0A5h
                    step 4
                    ; Down by two bytes within the block, then back to the program.
                    mov ax, [handle]
                    mov [request.source], ax
                    mov [request.target], ax
                    mov dword [request.from], 65024
                    mov dword [request.to], 65022
                    mov si, request
                    xms 0Bh
                    ok
                    mov word [request.target], 0
                    mov dword [request.from], 65022
                    mov word [request.to], back
                    mov [request.to + 2], ds
                    mov si, request
                    xms 0Bh
                    ok
                    mov si, pattern
                    mov di, back
                    mov cx, 512
                    cld
                    repe cmpsb
                    jne near wrong
                    step 5
                    ; Past the end of what real mode reaches.
                    mov word [request.to], 0FFF0h
                    mov word [request.to + 2], 0FFFFh
                    mov si, request
                    xms 0Bh
                    fails 0A6h
                """) == 0)
    }

    @Test func highMemoryAndAddressLine20() throws {
        #expect(
            try status(
                """
                    step 2
                    mov dx, 0FFFFh
                    xms 1
                    ok
                    xms 1
                    fails 91h
                    step 3
                    xms 7
                    same ax, 0
                    xms 3
                    ok
                    xms 5
                    ok
                    xms 7
                    same ax, 1
                    mov ax, 0FFFFh
                    mov es, ax
                    mov word [es:10h], 1234h
                    xor ax, ax
                    mov fs, ax
                    mov word [fs:0], 5678h
                    same word [es:10h], 1234h
                    step 4
                    xms 4
                    fails 94h
                    xms 7
                    same ax, 1
                    xms 6
                    ok
                    xms 7
                    same ax, 0
                    same word [es:10h], 5678h
                    xms 6
                    fails 82h
                    step 5
                    xms 2
                    ok
                    xms 2
                    fails 93h
                """) == 0)
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func blocksNeverOverlapWhateverIsAsked(seed: UInt64) throws {
        let bench = try ServiceBench()
        let driver = ExtendedMemoryDriver(host: bench.kernel.host, memory: 8 << 20)
        var random = SeededGenerator(seed: seed)
        let functions: [UInt8] = [0, 1, 2, 8, 9, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x88, 0x89, 0x8E, 0x8F]
        /// A number of the size that means something, or any.
        func number(_ usual: UInt64) -> UInt32 {
            UInt32(truncatingIfNeeded: random.next() & 1 == 0 ? random.next() % usual : random.next())
        }
        for _ in 0..<20_000 {
            var registers = ServiceRegisters()
            registers.ah = functions[Int(random.next() % UInt64(functions.count))]
            (registers.edx, registers.ebx) = (number(140), number(9000))
            (registers.ds, registers.si) = (0x5000, random.word16() & 0x7FFF)
            bench.kernel.host.writeLong(0x50000 + UInt32(registers.si), number(70_000))
            driver.perform(&registers)
            let blocks = driver.arena.blocks.values.filter { $0.size > 0 }.sorted { $0.base < $1.base }
            let apart = zip(blocks, blocks.dropFirst()).allSatisfy { $0.base + $0.size <= $1.base }
            let range = driver.arena.range
            let inside = blocks.allSatisfy { $0.base >= range.lowerBound && $0.base + $0.size <= range.upperBound }
            #expect(apart && inside)
        }
    }
}
