/// What a machine that runs a DOS program starts with.
package struct DOSBoot {
    /// The program's file.
    package var image: ProgramImage
    /// The drive's number (0 is A) and the names that lead to the program.
    package var drive: UInt8
    package var path: [DOSName]
    /// Behind the program's name; without length and carriage return.
    package var tail: [UInt8] = []
    /// NAME=VALUE, beside those that DOS sets.
    package var environment: [[UInt8]] = []
    package var inputIsStream = false
    package var outputIsStream = false

    package init(image: ProgramImage, drive: UInt8, path: [DOSName]) {
        self.image = image
        self.drive = drive
        self.path = path
    }
}

extension DOSKernel {
    /// Puts a drive's contents in.
    package func mount(_ drive: UInt8, _ store: any FileStore, current: [DOSName] = []) {
        guard Int(drive) < drives.count else { return }
        let mounted = Drive(store)
        mounted.current = current
        drives[Int(drive)] = mounted
    }

    /// Sets memory up as it is after DOS has started, and loads the program; the registers that it begins with.
    package func boot(_ boot: DOSBoot, memoryTop: UInt16, registers: inout ServiceRegisters) throws(DOSError) {
        console.inputIsStream = boot.inputIsStream
        console.outputIsStream = boot.outputIsStream
        writeVectors()
        writeTables()
        arena.format(end: memoryTop)
        arena.addUpper(from: DOSLayout.upperStart, to: DOSLayout.upperEnd)
        currentDrive = boot.drive
        try startShell(boot)
        openStandardFiles(boot)
        let path = DOSPath(drive: boot.drive, names: boot.path)
        var request = ProgramRequest(
            image: boot.image, path: path.text(), terminate: stubs.vectors[0x22] ?? FarPointer(0, 0))
        let tail = Array(boot.tail.prefix(126))
        request.tail = [UInt8(tail.count)] + tail + [0x0D]
        (request.firstBlock, request.secondBlock) = defaultBlocks(tail)
        let start = try load(request)
        begin(start, &registers)
    }

    private func writeVectors() {
        // Interrupts that nobody serves return at once.
        let idle = stubs.vectors[0x28] ?? FarPointer(StubTable.segment, 0xFFF0)
        for number in 0..<256 {
            let address = UInt32(number) * 4
            let isFree = (0x60...0x67).contains(number) || number >= 0x78
            host.writeFar(address, stubs.vectors[UInt8(number)] ?? (isFree ? FarPointer(0, 0) : idle))
        }
        // JMP FAR to CP/M's way in, in the place of INT 30h; also where it lies when line 20 is open.
        let jump: [UInt8] =
            [0xEA] + (0..<4).map { UInt8(truncatingIfNeeded: entries.callFive.packed >> ($0 * 8)) }
        host.writeBytes(0xC0, jump)
        host.writeBytes(0x10_00C0, jump)
    }

    /// The interpreter that is everybody's parent: a PSP and the master environment.
    private func startShell(_ boot: DOSBoot) throws(DOSError) {
        let segment = try arena.allocate(0x20, owner: MemoryArena.system)
        arena.setOwner(segment, segment, name: Array("COMMAND".utf8))
        var text: [UInt8] = []
        let own = ["COMSPEC=Z:\\COMMAND.COM", "PATH=Z:\\;C:\\", "PROMPT=$P$G"].map { Array($0.utf8) }
        for variable in own + boot.environment { text += variable + [0] }
        text += [0, 1, 0] + Array("Z:\\COMMAND.COM".utf8) + [0]
        let environment = try arena.allocate(UInt16(clamping: (text.count + 15) / 16), owner: segment)
        host.writeBytes(UInt32(environment) << 4, text)
        psp = segment
        shellPSP = segment
        let end = stubs.vectors[0x22] ?? FarPointer(0, 0)
        writePSP(segment, parent: segment, top: segment + 0x20, environment: environment, terminate: end)
        host.writeFar(UInt32(segment) << 4 + 0x2E, FarPointer(segment, 0x1C0))
    }

    /// Handles 0 to 4: input, output, errors, serial port, printer.
    private func openStandardFiles(_ boot: DOSBoot) {
        let console = openDevice(.console, mode: 2)
        let input =
            boot.inputIsStream ? SystemFile(.input, mode: 0, name: DOSName(label: Array("STDIN".utf8))) : console
        let output =
            boot.outputIsStream ? SystemFile(.output, mode: 1, name: DOSName(label: Array("STDOUT".utf8))) : console
        let all = [input, output, console, openDevice(.auxiliary, mode: 2), openDevice(.printer, mode: 1)]
        for (handle, file) in all.enumerated() {
            if let known = files.firstIndex(where: { $0 === file }) {
                file.references += 1
                setSlot(UInt16(handle), known)
            } else if let index = try? enter(file) {
                setSlot(UInt16(handle), index)
            }
        }
    }

    /// The first two words of the command tail as unopened FCBs.
    func defaultBlocks(_ tail: [UInt8]) -> ([UInt8], [UInt8]) {
        let words = tail.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 || $0 == 0x2C || $0 == 0x3B || $0 == 0x3D })
        func block(_ index: Int) -> [UInt8] {
            let word = index < words.count ? Array(words[index]) : []
            return parseBlock(word, keeping: [UInt8](repeating: 0x20, count: 11)).block + [0, 0, 0, 0]
        }
        return (block(0), block(1))
    }
}
