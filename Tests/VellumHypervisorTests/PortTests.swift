import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMicroOps

@Suite struct PortTests {
    private func portIn(_ bench: Bench, _ port: UInt16, size: UInt8 = 1) -> GuestFault? {
        bench.cpu[.t0] = UInt32(port)
        return bench.fault(.portIn, CallArguments(size: size))
    }

    @Test func readsAndWrites() throws {
        let bench = try Bench()
        bench.bus.ports[0x60] = 0xFFFF_FF1C
        #expect(portIn(bench, 0x60) == nil)
        #expect(bench.cpu[.t1] == 0x1C)
        bench.cpu[.t0] = 0x80
        bench.cpu[.t1] = 0x1234_5678
        #expect(try bench.run(.portOut, CallArguments(size: 2)) == .next)
        #expect(bench.bus.writes.map { $0.value } == [0x5678])
        bench.cpu.pointee.engine.endRequested = true
        #expect(try bench.run(.portOut, CallArguments(size: 2)) == .endFragment)
    }

    @Test func permissionBitmap() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.setLevel(3)
        #expect(portIn(bench, 0x60) == generalProtection(0))
        bench.cpu.eflags = EFlags.ioPrivilege.rawValue
        #expect(portIn(bench, 0x60) == nil)
        bench.cpu.eflags = 2
        // A map for ports 0 to 7Fh, closed by a byte of ones.
        bench.poke(Bench.tss + 100, 0x68 << 16)
        bench.poke(Bench.tss + 0x68 + 16, 0xFF, width: 1)
        bench.cpu.pointee.privileged.tr.limit = 0x68 + 16
        bench.poke(Bench.tss + 0x68 + 12, 0b0000_0100, width: 1)
        #expect(portIn(bench, 0x60) == nil)
        #expect(portIn(bench, 0x62) == generalProtection(0))
        #expect(portIn(bench, 0x61, size: 2) == generalProtection(0))
        #expect(portIn(bench, 0x60, size: 2) == nil)
        // The last port, one that needs the closing byte, and one past the map.
        #expect(portIn(bench, 0x7F) == nil)
        #expect(portIn(bench, 0x7F, size: 2) == generalProtection(0))
        #expect(portIn(bench, 0x80) == generalProtection(0))
        // In virtual-8086 mode IOPL 3 does not help.
        bench.enterVirtual(iopl: 3)
        #expect(portIn(bench, 0x60) == generalProtection(0))
        // A 16-bit TSS has no map.
        bench.enterProtected()
        bench.setLevel(3)
        bench.cpu.pointee.privileged.tr = SegmentState(selector: 0x28, base: Bench.tss, limit: 0xFFFF, access: 0x83)
        #expect(portIn(bench, 0x60) == generalProtection(0))
    }

    // MARK: Strings

    @Test func repeatedInput() throws {
        let bench = try Bench()
        bench.bus.ports[0x1F0] = 0xABCD
        bench.cpu[.edx] = 0x1F0
        bench.cpu[.ecx] = 0x0001_0002
        bench.cpu[.edi] = 0x0001_FFFE
        let arguments = CallArguments(size: 2, addressSize: 2, repeats: true)
        #expect(try bench.run(.ins, arguments) == .transfer)
        #expect(bench.eip == 0x100)
        #expect(bench.peek(0xFFFE, width: 2) == 0xABCD)
        #expect(bench.cpu[.edi] == 0x0001_0000)
        #expect(bench.cpu[.ecx] == 0x0001_0001)
        #expect(try bench.run(.ins, arguments) == .transfer)
        #expect(bench.eip == 0x102)
        bench.setEIP(0x100)
        #expect(try bench.run(.ins, arguments) == .next)
        #expect(bench.bus.reads.count == 2)
    }

    @Test func outputGoesBackwards() throws {
        let bench = try Bench()
        bench.poke(0x500, 0x1234_5678)
        bench.cpu[.esi] = 0x500
        bench.cpu[.edx] = 0x80
        bench.cpu.eflags = EFlags.direction.rawValue
        let arguments = CallArguments(size: 4, addressSize: 4, index: SegmentRegister.ds.rawValue)
        #expect(try bench.run(.outs, arguments) == .next)
        #expect(bench.cpu[.esi] == 0x4FC)
        #expect(bench.bus.writes.map { $0.value } == [0x1234_5678])
    }

    @Test func nothingIsReadWhenTheStoreWouldFault() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.cpu.setSegment(.es, SegmentState(selector: 0x10, base: 0, limit: 0xFF, access: 0x4093))
        bench.cpu[.edi] = 0xFD
        #expect(bench.fault(.ins, CallArguments(size: 4)) == generalProtection(0))
        bench.cpu.setSegment(.es, SegmentState(selector: 0x10, base: 0, limit: 0xFF, access: 0x4091))
        bench.cpu[.edi] = 0
        #expect(bench.fault(.ins, CallArguments(size: 4)) == generalProtection(0))
        #expect(bench.bus.reads.isEmpty)
        bench.cpu.setSegment(.ss, SegmentState(selector: 0x10, base: 0, limit: 0xFF, access: 0x4097))
        bench.cpu[.esi] = 0xFF
        let stack = SegmentRegister.ss.rawValue
        #expect(bench.fault(.outs, CallArguments(size: 1, index: stack)) == stackFault(0))
        bench.cpu[.esi] = 0x100
        #expect(bench.fault(.outs, CallArguments(size: 1, index: stack)) == nil)
    }

    @Test func portBreakpoints() throws {
        let bench = try Bench()
        _ = try bench.writeControl(4, CR4.de)
        bench.cpu[.t0] = 0x62
        _ = try bench.run(.writeDebug, CallArguments(index: 2))
        bench.cpu[.t0] = 2 << 24 | 1 << 4
        _ = try bench.run(.writeDebug, CallArguments(index: 7))
        #expect(portIn(bench, 0x60) == nil)
        #expect(bench.mmu.watchpointHits == 0)
        #expect(portIn(bench, 0x60, size: 4) == nil)
        #expect(bench.mmu.watchpointHits == 4)
        #expect(bench.cpu.pointee.engine.endRequested)
    }
}
