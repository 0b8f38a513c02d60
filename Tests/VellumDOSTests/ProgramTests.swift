import Testing
import VellumDOS
import VellumMachine

/// Loading programs, and what they begin and end with.
@Suite struct ProgramTests {
    @Test func printsAndEndsWithItsErrorlevel() throws {
        let run = try Workspace().run(
            body: """
                mov ah, 9
                mov dx, text
                int 21h
                mov ax, 4C2Ah
                int 21h
                text: db 'Hello', 13, 10, '$'
                """)
        #expect(run.output == "Hello\r\n")
        #expect(run.report.reason == .dosExit)
        #expect(run.status == 42)
    }

    @Test func aMachineWithDOSLeavesNothingBehind() throws {
        weak var board: Board?
        weak var kernel: DOSKernel?
        do {
            let run = try Workspace().run(body: "int 20h")
            (board, kernel) = (run.machine.board, run.machine.dos?.kernel)
            #expect(board != nil && kernel != nil)
        }
        #expect(board == nil)
        #expect(kernel == nil)
    }

    @Test(arguments: ["int 20h", "xor ah, ah\nint 21h", "ret", "mov cl, 0\ncall 5"])
    func everyWayOutEndsTheRun(body: String) throws {
        let run = try Workspace().run(body: body)
        #expect(run.report.reason == .dosExit)
        #expect(run.status == 0)
    }

    @Test func theCommandTailHoldsTheArguments() throws {
        let run = try Workspace().run(
            body: """
                mov bl, [80h]
                xor bh, bh
                mov cx, bx
                mov dx, 81h
                mov bx, 1
                mov ah, 40h
                int 21h
                int 20h
                """, arguments: ["/x", "two words", "b"])
        #expect(run.output == " /x \"two words\" b")
    }

    @Test func anEXEIsRelocatedAndGetsItsStack() throws {
        let space = try Workspace()
        try space.write(
            "prog.asm",
            """
            format MZ
            entry main:start
            stack 512
            segment main
            start:
              mov ax, data_
              mov ds, ax
              mov dx, text
              mov ah, 9
              int 21h
              mov ax, 4C03h
              int 21h
            segment data_
            text db 'relocated$'
            """)
        try space.tool("fasm", "prog.asm", "prog.exe")
        let run = try space.run("prog.exe")
        #expect(run.output == "relocated")
        #expect(run.status == 3)
    }

    @Test func aTruncatedHeaderIsRefusedInOneLine() throws {
        let space = try Workspace()
        try space.write("bad.exe", [0x4D, 0x5A, 1, 2, 3])
        let error = #expect(throws: MachineError.self) { try space.run("bad.exe") }
        #expect(error?.exitStatus == 65)
        #expect(error?.description.contains("bad.exe: header: 5 bytes") == true)
    }

    @Test func loadlinShowsItsUsage() throws {
        let run = try Workspace().run("/usr/lib/loadlin/loadlin.exe.gz")
        #expect(run.output.hasPrefix("LOADLIN v1.6f"))
        #expect(run.output.contains("LOADLIN started from DOS-prompt"))
        #expect(run.status == 1)
    }

    @Test func ethflopShowsItsUsage() throws {
        let run = try Workspace().run("/usr/share/ethflop/ethflop.com")
        #expect(run.output.contains("=== USAGE ==="))
        #expect(run.status == 1)
    }

    @Test func aProgramOfBCCUsesFilesAndMemory() throws {
        let space = try Workspace()
        try space.write(
            "prog.c",
            """
            #include <stdio.h>
            #include <stdlib.h>
            main(argc, argv) int argc; char **argv; {
              FILE *f; int i; char line[80]; char *p;
              f = fopen("out.txt", "w");
              for (i = 0; i < 100; i++) fprintf(f, "line %d\\n", i);
              fclose(f);
              f = fopen("out.txt", "r");
              for (i = 0; fgets(line, 80, f); i++);
              fclose(f);
              p = malloc(2000);
              printf("%d lines, last %s%s %s\\n", i, line, p ? "memory" : "none", argv[1]);
              return 5;
            }
            """)
        try space.tool("bcc", "-Md", "-o", "prog.com", "prog.c")
        let run = try space.run("prog.com", arguments: ["word"])
        #expect(run.output == "100 lines, last line 99\r\nmemory word\r\n")
        #expect(run.status == 5)
        #expect(space.text("OUT.TXT")?.hasPrefix("line 0\nline 1\n") == true)
    }
}
