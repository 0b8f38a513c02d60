@testable import VellumMachine

/// A small protected-mode guest with tables of its own, in which a test breaks one thing.
struct SeededGuest {
    /// Machine code, assembled by hand.
    struct Code {
        var bytes: [UInt8] = []

        private mutating func put(_ opcode: [UInt8], _ value: UInt32) {
            bytes += opcode + (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) }
        }

        mutating func undefined() { bytes += [0x0F, 0x0B] }
        mutating func interrupt(_ vector: UInt8) { bytes += [0xCD, vector] }
        /// xor ecx, ecx; div ecx
        mutating func divideByZero() { bytes += [0x31, 0xC9, 0xF7, 0xF1] }
        /// here: call here
        mutating func recurse() { bytes += [0xE8, 0xFB, 0xFF, 0xFF, 0xFF] }
        mutating func setEAX(_ value: UInt32) { put([0xB8], value) }
        mutating func loadCR3(_ value: UInt32) {
            setEAX(value)
            bytes += [0x0F, 0x22, 0xD8]
        }
        mutating func read(_ address: UInt32) { put([0xA1], address) }
        /// mov edx, address; jmp edx
        mutating func jump(_ address: UInt32) {
            put([0xBA], address)
            bytes += [0xFF, 0xE2]
        }
        mutating func loadStack(selector: UInt32, esp: UInt32) {
            setEAX(selector)
            bytes += [0x8E, 0xD0]
            put([0xBC], esp)
        }
        /// Through a pointer at 5F000h.
        mutating func loadDescriptorTable(base: UInt32, limit: UInt32) {
            put([0xC7, 0x05, 0x00, 0xF0, 0x05, 0x00], limit | base << 16)
            put([0xC7, 0x05, 0x04, 0xF0, 0x05, 0x00], base >> 16)
            put([0x0F, 0x01, 0x15], 0x5F000)
        }
        mutating func jumpFar(_ selector: UInt8) {
            put([0xEA], 0x10000)
            bytes += [selector, 0]
        }
        /// Through IRET with the selectors of ring 3, to the code that follows.
        mutating func enterRing3() {
            for word in [0x23, 0x9000, 2, 0x1B] as [UInt32] { put([0x68], word) }
            // call $+5; add dword [esp], 6; iret
            bytes += [0xE8, 0, 0, 0, 0, 0x83, 0x04, 0x24, 5, 0xCF]
        }
    }

    static let gdt = 0x2000
    static let idt = 0x3000
    static let origin = 0x10000
    static let directory = 0x20000
    static let table = 0x21000

    var code = Code()
    var interruptTableLimit = 0x3FF
    private var memory = ByteWriter(count: 0x30000)
    private var isPaged = false

    init() {
        // Null, code and data of ring 0, of ring 3, data not present, data of 4 KiB, a task.
        let descriptors: [UInt64] = [
            0, 0x00CF_9B00_0000_FFFF, 0x00CF_9300_0000_FFFF, 0x00CF_FB00_0000_FFFF, 0x00CF_F300_0000_FFFF,
            0x00CF_1300_0000_FFFF, 0x0040_9300_0000_0FFF, 0x0000_8906_0000_0067,
        ]
        for (index, value) in descriptors.enumerated() { put64(value, at: SeededGuest.gdt + index * 8) }
    }

    private mutating func put64(_ value: UInt64, at place: Int) {
        memory.put32(UInt32(truncatingIfNeeded: value), at: place)
        memory.put32(UInt32(truncatingIfNeeded: value >> 32), at: place + 4)
    }

    /// A gate of the interrupt table to 1F000h, where HLT with interrupts off waits.
    mutating func gate(_ vector: Int, selector: UInt32, access: UInt32 = 0x8E) {
        memory.put32(selector << 16 | 0xF000, at: SeededGuest.idt + vector * 8)
        memory.put32(0x1_0000 | access << 8, at: SeededGuest.idt + vector * 8 + 4)
        memory.set([0xFA, 0xF4], at: 0x1F000)
    }

    /// Maps the first 4 MiB to themselves, but for the pages in `holes`, and switches paging with large pages on.
    mutating func paging(holes: Set<Int> = []) {
        memory.put32(UInt32(SeededGuest.table) | 7, at: SeededGuest.directory)
        for page in 0..<1024 where !holes.contains(page) {
            memory.put32(UInt32(page << 12) | 7, at: SeededGuest.table + page * 4)
        }
        isPaged = true
    }

    mutating func directory(_ index: Int, entry: UInt32) { memory.put32(entry, at: SeededGuest.directory + index * 4) }

    /// Loads the tables, switches paging on and goes on with the code.
    private var start: [UInt8] {
        // lgdt [1000h]; lidt [1008h]; jmp 8:next; mov eax, 10h; mov ds, ss, es; mov esp, 9000h
        var bytes: [UInt8] = [
            0x0F, 0x01, 0x15, 0, 0x10, 0, 0, 0x0F, 0x01, 0x1D, 8, 0x10, 0, 0, 0xEA, 0x15, 0, 1, 0, 8, 0,
            0xB8, 0x10, 0, 0, 0, 0x8E, 0xD8, 0x8E, 0xD0, 0x8E, 0xC0, 0xBC, 0, 0x90, 0, 0,
        ]
        if isPaged {
            // mov eax, cr4; or eax, 10h; mov cr4, eax; mov eax, 20000h; mov cr3, eax; mov eax, cr0;
            // or eax, 80010000h; mov cr0, eax
            bytes += [0x0F, 0x20, 0xE0, 0x83, 0xC8, 0x10, 0x0F, 0x22, 0xE0, 0xB8, 0, 0, 2, 0, 0x0F, 0x22, 0xD8]
            bytes += [0x0F, 0x20, 0xC0, 0x0D, 0, 0, 1, 0x80, 0x0F, 0x22, 0xC0]
        }
        return bytes
    }

    func machine() throws -> Machine {
        var writer = memory
        writer.put16(0x3F, at: 0x1000)
        writer.put32(UInt32(SeededGuest.gdt), at: 0x1002)
        writer.put16(UInt16(interruptTableLimit), at: 0x1008)
        writer.put32(UInt32(SeededGuest.idt), at: 0x100A)
        writer.set(start + code.bytes, at: SeededGuest.origin)
        // The tables lie below where a flat image may go: it is loaded whole, from 1000h on.
        var image = BootImage(name: "guest", bytes: Array(writer.bytes[0x1000...]))
        image.flat = FlatLayout(load: 0x1000, entry: UInt32(SeededGuest.origin))
        var configuration = MachineConfiguration(image: image)
        configuration.memory = 2 << 20
        return try Machine(configuration)
    }
}
