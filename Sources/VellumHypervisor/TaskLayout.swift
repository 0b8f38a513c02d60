import VellumExecution
import VellumIA32

/// Where things stand in a task-state segment (SDM vol. 3, figures 7-2 and 7-10).
struct TaskLayout {
    /// 32-bit, as against the 80286's.
    let isWide: Bool

    /// The smallest limit that a TSS may have.
    var lastByte: UInt32 { isWide ? 103 : 43 }
    var eip: UInt32 { isWide ? 32 : 14 }
    var flags: UInt32 { isWide ? 36 : 16 }
    /// EAX ECX EDX EBX ESP EBP ESI EDI.
    var registers: UInt32 { isWide ? 40 : 18 }
    /// ES CS SS DS, and in the wide form FS GS.
    var segments: UInt32 { isWide ? 72 : 34 }
    var localTable: UInt32 { isWide ? 96 : 42 }
    /// Distance between registers, and their size.
    var stride: UInt32 { isWide ? 4 : 2 }
    var segmentCount: UInt32 { isWide ? 6 : 4 }
}

/// A task's state as its TSS holds it.
struct TaskImage {
    var cr3: UInt32?
    var eip: UInt32 = 0
    var flags: UInt32 = 0
    var registers: [UInt32] = []
    /// Selectors in encoding order; FS and GS are null for a 16-bit TSS.
    var segments: [UInt16] = [0, 0, 0, 0, 0, 0]
    var localTable: UInt16 = 0
    var isTraced = false
}

extension Hypervisor {
    func readTask(_ layout: TaskLayout, at base: UInt32) throws(GuestFault) -> TaskImage {
        let width = Int(layout.stride)
        var image = TaskImage()
        if layout.isWide {
            image.cr3 = try mmu.read(base &+ 28, width: 4, user: false)
            image.isTraced = try mmu.read(base &+ 100, width: 2, user: false) & 1 != 0
        }
        image.eip = try mmu.read(base &+ layout.eip, width: width, user: false)
        image.flags = try mmu.read(base &+ layout.flags, width: width, user: false)
        for number in UInt32(0)..<8 {
            let value = try mmu.read(base &+ layout.registers &+ number * layout.stride, width: width, user: false)
            // The 80286's registers come with ones above them.
            image.registers.append(layout.isWide ? value : value | 0xFFFF_0000)
        }
        for number in 0..<layout.segmentCount {
            let word = try mmu.read(base &+ layout.segments &+ number * layout.stride, width: 2, user: false)
            image.segments[Int(number)] = UInt16(truncatingIfNeeded: word)
        }
        let table = try mmu.read(base &+ layout.localTable, width: 2, user: false)
        image.localTable = UInt16(truncatingIfNeeded: table)
        return image
    }

    /// Writes the dynamic part of the old task's TSS; the caller has probed it.
    func saveTask(to task: SegmentState, eip: UInt32, flags: UInt32) throws(GuestFault) {
        let layout = TaskLayout(isWide: task.type & 8 != 0)
        let width = Int(layout.stride)
        try mmu.write(task.base &+ layout.eip, value: eip, width: width, user: false)
        try mmu.write(task.base &+ layout.flags, value: flags, width: width, user: false)
        for (number, register) in GeneralRegister.allCases.enumerated() {
            let address = task.base &+ layout.registers &+ UInt32(number) * layout.stride
            try mmu.write(address, value: cpu[register], width: width, user: false)
        }
        for segment in SegmentRegister.allCases where UInt32(segment.rawValue) < layout.segmentCount {
            let address = task.base &+ layout.segments &+ UInt32(segment.rawValue) * layout.stride
            let selector = cpu.pointee.privileged[segment].selector
            try mmu.write(address, value: UInt32(selector), width: 2, user: false)
        }
    }
}
