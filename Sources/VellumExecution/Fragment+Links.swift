import VellumMicroOps

/// One or two ranges of physical memory, without an array for them.
struct CodeRanges: Sequence, IteratorProtocol {
    typealias Element = (start: UInt32, length: UInt32)

    fileprivate var first: Element?
    fileprivate var second: Element?

    mutating func next() -> Element? {
        defer { (first, second) = (second, nil) }
        return first
    }
}

extension UnsafeMutablePointer where Pointee == Fragment {
    /// The physical byte ranges that the fragment was made from: one, or two where it straddles.
    var ranges: CodeRanges {
        let first = pointee.physical
        let inPage = 0x1000 - first & 0xFFF
        guard pointee.secondPage != Fragment.noPage, pointee.byteCount > inPage else {
            return CodeRanges(first: (first, Swift.min(pointee.byteCount, inPage)), second: nil)
        }
        return CodeRanges(first: (first, inPage), second: (pointee.secondPage, pointee.byteCount - inPage))
    }

    func overlaps(_ physical: UInt32, _ length: UInt32) -> Bool {
        let end = UInt64(physical) + UInt64(length)
        for (start, count) in ranges where UInt64(start) < end && UInt64(physical) < UInt64(start) + UInt64(count) {
            return true
        }
        return false
    }

    /// Sets a direct link to `target` and enters it in the target's list of incoming links; false when it was set.
    func setLink(_ link: Int, to target: FragmentPointer) -> Bool {
        let node = UInt(bitPattern: self) | UInt(link)
        if link == 0 {
            guard pointee.link0 == nil else { return false }
            pointee.link0 = target
            pointee.nextIncoming0 = target.pointee.incoming
        } else {
            guard pointee.link1 == nil else { return false }
            pointee.link1 = target
            pointee.nextIncoming1 = target.pointee.incoming
        }
        target.pointee.incoming = node
        return true
    }

    /// The links that lead here.
    var incomingLinks: [(owner: FragmentPointer, link: Int)] {
        var links: [(owner: FragmentPointer, link: Int)] = []
        var node = pointee.incoming
        while let owner = FragmentPointer(bitPattern: node & ~1) {
            links.append((owner, Int(node & 1)))
            node = node & 1 == 0 ? owner.pointee.nextIncoming0 : owner.pointee.nextIncoming1
        }
        return links
    }

    /// Cuts every link into and out of the fragment.
    func unlink() {
        var node = pointee.incoming
        while let owner = FragmentPointer(bitPattern: node & ~1) {
            if node & 1 == 0 {
                node = owner.pointee.nextIncoming0
                owner.pointee.link0 = nil
            } else {
                node = owner.pointee.nextIncoming1
                owner.pointee.link1 = nil
            }
        }
        pointee.incoming = 0
        if let target = pointee.link0 { target.forget(UInt(bitPattern: self)) }
        if let target = pointee.link1 { target.forget(UInt(bitPattern: self) | 1) }
        pointee.link0 = nil
        pointee.link1 = nil
    }

    /// Takes one node out of the list of incoming links.
    private func forget(_ node: UInt) {
        func next(_ node: UInt) -> UInt {
            guard let owner = FragmentPointer(bitPattern: node & ~1) else { return 0 }
            return node & 1 == 0 ? owner.pointee.nextIncoming0 : owner.pointee.nextIncoming1
        }
        if pointee.incoming == node {
            pointee.incoming = next(node)
            return
        }
        var current = pointee.incoming
        while let owner = FragmentPointer(bitPattern: current & ~1) {
            let following = next(current)
            if following == node {
                if current & 1 == 0 {
                    owner.pointee.nextIncoming0 = next(node)
                } else {
                    owner.pointee.nextIncoming1 = next(node)
                }
                return
            }
            current = following
        }
    }

    /// Gives the block back.
    package func release() { UnsafeMutableRawPointer(self).deallocate() }
}
