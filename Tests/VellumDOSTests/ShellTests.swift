import Testing
import VellumMachine

/// The built-in COMMAND.COM, as programs call it.
@Suite struct ShellTests {
    /// A program that runs `Z:\COMMAND.COM` with a command tail and ends with what AH=4Dh tells.
    private static func caller(tail: String) -> String {
        """
        mov sp, stack
        mov ah, 4Ah
        mov bx, 64
        int 21h
        mov [block + 4], cs
        mov ax, 4B00h
        mov dx, path
        mov bx, block
        int 21h
        jc bad
        mov ah, 4Dh
        int 21h
        mov ah, 4Ch
        int 21h
        bad: mov ax, 4CFFh
        int 21h
        path: db 'Z:\\COMMAND.COM', 0
        block: dw 0, tail, 0, 0, 0, 0, 0
        tail: db \(tail.utf8.count)
        db \((Array(tail.utf8) + [13]).map { "\($0)" }.joined(separator: ", "))
        times 256 db 0
        stack:
        """
    }

    private func run(_ line: String, in space: Workspace? = nil, input: String? = nil) throws -> DOSRun {
        try (space ?? Workspace()).run(body: Self.caller(tail: " /C " + line), input: input)
    }

    @Test(arguments: [
        ("echo Hello  there", "Hello  there\r\n"), ("ver", "\r\nMS-DOS Version 5.00 (Vellum)\r\n\r\n"),
        ("echo one|type con >nul", ""), ("nosuch", "Bad command or file name\r\n"), ("cd", "C:\\\r\n"),
        ("if exist prog.com echo there", "there\r\n"), ("if not exist prog.com echo gone", ""),
        ("if A==A echo same", "same\r\n"), ("for %a in (x y z) do echo %a", "x\r\ny\r\nz\r\n"),
        ("path", "PATH=Z:\\;C:\\\r\n"), ("type none.txt", "File not found - NONE.TXT\r\n"),
    ]) func oneCommand(line: String, output: String) throws {
        #expect(try run(line).output == output)
    }

    @Test func redirectsAndPipes() throws {
        let space = try Workspace()
        try space.assemble(
            "upper.com",
            """
            org 100h
            again: mov ah, 3Fh
            mov bx, 0
            mov cx, 1
            mov dx, byte_
            int 21h
            or ax, ax
            jz done
            and byte [byte_], 0DFh
            mov dl, [byte_]
            mov ah, 2
            int 21h
            jmp again
            done: mov ax, 4C05h
            int 21h
            byte_: db 0
            """)
        let run = try run("echo abc> out.txt", in: space)
        #expect(run.output == "" && space.text("OUT.TXT") == "abc\r\n")
        #expect(try self.run("type out.txt | upper", in: space).output.hasPrefix("ABC"))
        let child = try self.run("upper < out.txt >> two.txt", in: space)
        #expect(child.status == 5)
        #expect(space.text("TWO.TXT")?.contains("ABC") == true)
        #expect(try self.run("none < nofile", in: space).status == 1)
    }

    @Test func filesAreCopiedListedAndDeleted() throws {
        let space = try Workspace()
        try space.write("a.txt", "first")
        try space.write("b.txt", "second")
        #expect(try run("copy a.txt+b.txt c.txt", in: space).output == "        1 file(s) copied\r\n")
        #expect(space.text("C.TXT") == "firstsecond")
        _ = try run("md sub", in: space)
        #expect(try run("copy *.txt sub", in: space).output == "        3 file(s) copied\r\n")
        #expect(try run("dir /b sub", in: space).output == "A.TXT\r\nB.TXT\r\nC.TXT\r\n")
        _ = try run("ren sub\\*.txt *.bak", in: space)
        _ = try run("del sub\\a.*", in: space)
        #expect(try run("dir /b sub", in: space).output == "B.BAK\r\nC.BAK\r\n")
        let listing = try run("dir", in: space).output
        #expect(listing.contains(" Directory of C:\\"))
        #expect(listing.contains("A        TXT          5 "))
        #expect(listing.contains("SUB          <DIR>"))
    }

    @Test func batchFilesHaveParametersLabelsAndCalls() throws {
        let space = try Workspace()
        try space.write(
            "main.bat",
            "@echo off\r\necho %0 %1\r\n:loop\r\nif '%1'=='' goto end\r\necho [%1]\r\nshift\r\ngoto loop\r\n"
                + ":end\r\ncall other x\r\nset V=value\r\necho %V% 100%%\r\n")
        try space.write("other.bat", "echo other %1\r\n")
        #expect(
            try run("main a b", in: space).output == "main a\r\n[a]\r\n[b]\r\nother x\r\nvalue 100%\r\n")
    }

    @Test func theErrorlevelOfTheProgramComesBack() throws {
        let space = try Workspace()
        try space.assemble("nine.com", "org 100h\nmov ax, 4C09h\nint 21h")
        #expect(try run("nine", in: space).status == 9)
        #expect(try run("nine | echo", in: space).status == 9)
    }

    @Test func aShellThatIsAskedForCommandsReadsThem() throws {
        let run = try Workspace().run(body: Self.caller(tail: ""), input: "echo hi\nexit\n")
        #expect(run.output == "C:\\>echo hi\r\r\nhi\r\nC:\\>exit\r\r\n")
    }

    @Test func bccCallsIt() throws {
        let space = try Workspace()
        try space.write(
            "prog.c",
            """
            #include <stdio.h>
            #include <string.h>

            static char tail[130];
            static unsigned block[7];
            static unsigned savedsp;

            /* What a C library does for system(): COMSPEC /C line, by AH=4Bh. */
            int system(line) char *line; {
              char *comspec = "Z:\\\\COMMAND.COM";
              int result;
              strcpy(tail + 1, " /C ");
              strcat(tail + 1, line);
              tail[0] = strlen(tail + 1);
              strcat(tail + 1, "\\r");
              block[0] = 0;
              block[1] = (unsigned) tail;
            #asm
              mov _block+4,ds
            #endasm
              block[3] = 0xffff; block[5] = 0xffff;
              result = doexec(comspec, block);
              return result;
            }

            int doexec(path, block) char *path; unsigned *block; {
            #asm
              push bp
              mov bp,sp
              mov dx,[bp+4]
              mov bx,[bp+6]
              push ds
              pop es
              mov ax,#$4B00
              int $21
              jc  failed
              mov ah,#$4D
              int $21
              xor ah,ah
              jmp done_
            failed:
              mov ax,#-1
            done_:
              pop bp
            #endasm
            }

            main() {
              int r;
              r = system("echo from system > s.txt");
              printf("%d\\n", r);
              r = system("none");
              printf("%d\\n", r);
              return 2;
            }
            """)
        try space.tool("bcc", "-Md", "-o", "prog.com", "prog.c")
        let run = try space.run("prog.com")
        #expect(run.status == 2)
        #expect(run.output == "0\r\nBad command or file name\r\n1\r\n")
        #expect(space.text("S.TXT") == "from system \r\n")
    }
}
