// Where DOS meets the BIOS: keys from a stream, faults.
extension DOSKernel {
    /// For how long a program may wait for a key after the input has ended, in nanoseconds of virtual time: something
    /// that it hooked to the timer might still wake it.
    private static let patience: UInt64 = 10_000_000_000

    /// INT 16h with redirected input: the stream's bytes as keys.
    func keyFromStream(polls: Bool) -> BIOS.KeyTake {
        guard console.inputIsStream else { return .nothing }
        if polls {
            switch console.pollStream() {
            case .asked: return .asked
            case .nothing: return .nothing
            case .end: return .end
            case .byte: break
            }
        }
        switch console.takeStreamKey() {
        case .byte(let byte): return .key(KeyTable.key(typing: byte))
        case .asked: return .asked
        case .nothing: return .nothing
        case .end:
            noteVainWait()
            return .end
        }
    }

    private func noteVainWait() {
        let since = waitsInVainSince ?? host.now
        waitsInVainSince = since
        if host.now &- since >= Self.patience { waitsInVain = true }
    }

    /// An exception without a handler ends the program; the first one's is told to the user.
    package func fault(_ fault: BIOS.Fault, _ registers: inout ServiceRegisters) -> ServiceOutcome {
        let base = UInt32(psp) << 4
        let parent = host.readWord(base + 0x16)
        guard parent != psp, parent != shellPSP else {
            self.fault = fault
            // Back to where it happened, for whoever looks at the registers.
            let stack = FarPointer(registers.ss, registers.sp)
            (registers.cs, registers.ip) = (fault.place.segment, fault.place.offset)
            registers.flags = host.readWord(stack.advanced(by: 4).linear)
            registers.sp &+= 6
            return .suspend
        }
        console.put(Array("\r\n\(fault.what) at \(hex4(fault.place.segment)):\(hex4(fault.place.offset))\r\n".utf8))
        return terminate(0xFF, kind: .criticalError, &registers)
    }
}
