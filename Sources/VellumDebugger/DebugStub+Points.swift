/// A breakpoint or watchpoint as the debugger set it.
enum DebugPoint: Hashable, Sendable {
    /// Software and hardware breakpoints are the same thing here, and yet two: each is taken away by itself.
    case breakpoint(isHardware: Bool, UInt32)
    case watch(WatchRange)
}

/// Breakpoints and watchpoints: `Z type,address,kind`.
extension DebugStub {
    func changePoint(_ text: ArraySlice<UInt8>, inserts: Bool) -> [UInt8] {
        // Conditions and commands may follow a semicolon; they were not offered.
        let parts = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parts.count == 3, let type = HexText.number(parts[0]), let address = HexText.address(parts[1]),
            let kind = HexText.count(parts[2])
        else { return Reply.invalid }
        guard type <= 4 else { return Reply.unsupported }
        guard let point = point(type, address, kind) else { return Reply.invalid }
        if inserts {
            guard points.count < DebugStub.pointLimit || points.contains(point) else { return Reply.full }
            points.insert(point)
        } else {
            points.remove(point)
        }
        sendPoints()
        return Reply.ok
    }

    /// Watched ranges are of one page at most: longer ones are no variable, and every access of theirs is slow.
    private func point(_ type: UInt64, _ address: UInt32, _ kind: Int) -> DebugPoint? {
        let watch: WatchKind
        switch type {
        case 0, 1: return .breakpoint(isHardware: type == 1, address)
        case 2: watch = .write
        case 3: watch = .read
        default: watch = .access
        }
        guard (1...4096).contains(kind), UInt64(address) + UInt64(kind) <= UInt64(UInt32.max) + 1 else { return nil }
        return .watch(WatchRange(address: address, length: UInt32(kind), kind: watch))
    }

    func hasBreakpoint(at address: UInt32) -> Bool {
        points.contains(.breakpoint(isHardware: false, address))
            || points.contains(.breakpoint(isHardware: true, address))
    }

    func clearPoints() {
        guard !points.isEmpty else { return }
        points = []
        sendPoints()
    }

    private func sendPoints() {
        var breakpoints: Set<UInt32> = []
        var watches: Set<WatchRange> = []
        for point in points {
            switch point {
            case .breakpoint(_, let address): breakpoints.insert(address)
            case .watch(let range): watches.insert(range)
            }
        }
        target.setPoints(breakpoints: breakpoints, watches: watches)
    }
}
