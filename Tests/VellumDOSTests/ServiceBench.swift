import Testing
import VellumMachine

@testable import VellumDOS

/// DOS on a machine that does not run: services are called straight, as a program at the segment of `psp` would.
final class ServiceBench {
    let space: Workspace
    let machine: Machine
    let kernel: DOSKernel
    /// A segment of the program's own for strings and buffers.
    let segment: UInt16

    init(
        _ space: Workspace? = nil, drives: [DOSDrive]? = nil, input: String? = nil
    ) throws {
        let space = try space ?? Workspace()
        self.space = space
        try space.write("bench.com", [0xC3])
        var configuration = MachineConfiguration(image: try BootImage(path: space.file("bench.com")))
        configuration.dos.drives = drives ?? [DOSDrive(letter: "C", directory: space.path)]
        configuration.dos.inputIsStream = input != nil
        machine = try Machine(configuration)
        kernel = try #require(machine.dos?.kernel)
        segment = kernel.psp + 0x20
        if drives?.contains(where: { $0.letter == "C" }) == true { kernel.currentDrive = 2 }
        if let input { machine.sendConsole(Array(input.utf8), ended: true) }
    }

    /// INT 21h.
    @discardableResult func call(_ ax: UInt16, _ set: (inout ServiceRegisters) -> Void = { _ in }) -> ServiceRegisters {
        var registers = ServiceRegisters()
        registers.ax = ax
        registers.ds = segment
        registers.es = segment
        registers.ss = segment
        registers.sp = 0xFF00
        set(&registers)
        _ = kernel.function(&registers)
        return registers
    }

    func put(_ text: String, at offset: UInt16 = 0) { put(Array(text.utf8) + [0], at: offset) }

    func put(_ bytes: [UInt8], at offset: UInt16) { kernel.host.writeBytes(FarPointer(segment, offset), bytes) }

    func bytes(_ offset: UInt16, _ count: Int) -> [UInt8] {
        kernel.host.readBytes(FarPointer(segment, offset), count)
    }

    func string(_ offset: UInt16) -> String {
        String(decoding: kernel.host.readString(FarPointer(segment, offset)) ?? [], as: UTF8.self)
    }

    /// A service that takes a path in DS:DX; its error, or nil.
    func error(_ ax: UInt16, path: String, cx: UInt16 = 0) -> DOSError? {
        put(path)
        let result = call(ax) { $0.cx = cx }
        return result.carry ? DOSError(rawValue: result.ax) : nil
    }

    /// Opens, makes or fails.
    func open(_ path: String, mode: UInt8 = 2) -> UInt16? {
        put(path)
        let result = call(0x3D00 | UInt16(mode))
        return result.carry ? nil : result.ax
    }

    func create(_ path: String) -> UInt16? {
        put(path)
        let result = call(0x3C00)
        return result.carry ? nil : result.ax
    }

    /// All names that find-first and find-next give.
    func find(_ pattern: String, attributes: UInt16 = 0x10) -> [String] {
        kernel.transferArea = FarPointer(segment, 0x200)
        put(pattern)
        var names: [String] = []
        var result = call(0x4E00) { $0.cx = attributes }
        while !result.carry {
            names.append(string(0x200 + 0x1E))
            result = call(0x4F00)
        }
        return names
    }
}
