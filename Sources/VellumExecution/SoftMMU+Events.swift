import VellumEvents
import VellumIA32

/// What the soft MMU tells observers.
extension SoftMMU {
    func walk(
        _ linear: UInt32, _ access: MemoryAccess, _ isUser: Bool
    ) throws(GuestFault) -> PageTranslation {
        guard events.wants(.pageWalks) else { return try walker.translate(linear, access: access, user: isUser) }
        do throws(GuestFault) {
            let found = try walker.translate(linear, access: access, user: isUser)
            events.send(.pageWalked(linear: linear, physical: found.page | linear & 0xFFF), .pageWalks)
            return found
        } catch {
            events.send(.pageWalked(linear: linear, physical: nil), .pageWalks)
            throw error
        }
    }

    func tellMiss(_ linear: UInt32, _ access: MemoryAccess, _ isUser: Bool) {
        guard events.wants(.tlb) else { return }
        let kind: AccessKind = access == .write ? .write : access == .read ? .read : .execute
        events.send(.tlbMissed(linear: linear, access: kind, isUser: isUser), .tlb)
    }

    func writing(as kind: CodeWrite.Writer, _ body: () -> Void) {
        let before = writer
        writer = kind
        body()
        writer = before
    }
}
