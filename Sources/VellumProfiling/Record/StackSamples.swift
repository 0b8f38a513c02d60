import VellumEvents
import VellumIA32
import VellumMachine

/// Guest call stacks, sampled and counted: frames by EBP, innermost first.
struct StackSamples {
    struct Stack: Hashable {
        /// Linear addresses.
        var frames: [UInt32]
        var cpl: UInt8
    }

    private(set) var weights: [Stack: UInt64] = [:]
    private var last: UInt64 = 0
    private static let deepest = 64
    private static let capacity = 1 << 17

    /// Looks at the stack when so many instructions have gone by; the sample weighs as many as there were.
    mutating func sample(_ machine: Machine, _ moment: Moment, every interval: UInt64) {
        guard moment.instructions >= last + interval else { return }
        let weight = moment.instructions - last
        last = moment.instructions
        let stack = walk(machine, moment)
        guard weights[stack] != nil || weights.count < StackSamples.capacity else { return }
        weights[stack, default: 0] += weight
    }

    private func walk(_ machine: Machine, _ moment: Moment) -> Stack {
        let cpu = machine.processor.cpu
        let code = cpu.pointee.privileged[.cs]
        var stack = Stack(frames: [code.base &+ moment.eip], cpl: moment.cpl)
        // Frames of 16-bit code are kept by nobody's convention.
        guard code.isBig, cpu.pointee.privileged.isProtected else { return stack }
        let reader = GuestReader(machine)
        let base = cpu.pointee.privileged[.ss].base
        var frame = cpu[.ebp]
        while stack.frames.count < StackSamples.deepest, frame & 3 == 0, frame != 0,
            let caller = reader.word(base &+ frame &+ 4, width: 4), let next = reader.word(base &+ frame, width: 4),
            caller != 0
        {
            stack.frames.append(code.base &+ caller)
            // Stacks grow down, so callers' frames lie above.
            guard next > frame, next - frame < 1 << 20 else { break }
            frame = next
        }
        return stack
    }
}
