import Testing
import VellumTestSupport

@testable import VellumExecution

/// The bytes of a page that fragments hold, against a list that is searched byte by byte.
@Suite struct CodePageTests {
    @Test(arguments: [1, 2, 3] as [UInt64]) func itKnowsWhoHoldsWhichBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let page = CodePage()
        let fragments = (0..<40).map { _ in FragmentPointer.allocate(capacity: 1) }
        defer { for fragment in fragments { fragment.deallocate() } }
        var model: [(fragment: FragmentPointer, bytes: Range<UInt32>)] = []
        for step in 0..<2000 {
            let fragment = fragments[Int(random.next() % 40)]
            if model.contains(where: { $0.fragment == fragment }) {
                page.remove(fragment)
                model.removeAll { $0.fragment == fragment }
            } else {
                // One piece or, as of a page that is mapped twice, two.
                for _ in 0...random.next() % 2 {
                    let start = UInt32(random.next() % 4096)
                    let length = UInt32(1 + random.next() % 90)
                    page.add(fragment, start, length)
                    model.append((fragment, start..<min(start + length, 4096)))
                }
            }
            #expect(page.isEmpty == model.isEmpty)
            let start = UInt32(random.next() % 4096)
            let length = UInt32(1 + random.next() % 8)
            let held = model.filter { $0.bytes.overlaps(start..<min(start + length, 4096)) }
            #expect(page.overlaps(start, length) == !held.isEmpty, "seed \(seed), step \(step)")
            let width = UInt32(1) << UInt32(random.next() % 3)
            let place = min(start, 4096 - width)
            let bits = CodeBits(frame: 0, bits: page.bits)
            #expect(bits.isClear(0x7000 | place, width) == !page.overlaps(place, width), "seed \(seed), step \(step)")
            var found: [FragmentPointer] = []
            page.collect(start, length, into: &found)
            #expect(Set(found) == Set(held.map(\.fragment)), "seed \(seed), step \(step)")
        }
    }
}
