import VellumIA32

extension SoftMMU {
    /// The linear address of an access through a segment, after every check of limit and rights that the fast compare
    /// leaves open (SDM vol. 3, sections 5.3 and 5.5).
    func linear(
        _ segment: SegmentRegister, offset: UInt32, width: Int, write: Bool
    ) throws(GuestFault) -> UInt32 {
        let state = cpu.pointee.privileged[segment]
        let vector: ExceptionVector = segment == .ss ? .stackFault : .generalProtection
        let isReal = !cpu.pointee.privileged.isProtected
        guard state.isPresent, state.isCodeOrData, write ? state.isWritable || isReal : state.isReadable || isReal
        else {
            throw GuestFault(vector)
        }
        let last = UInt64(offset) + UInt64(width) - 1
        if state.isExpandDown {
            let top: UInt64 = state.isBig ? 0xFFFF_FFFF : 0xFFFF
            guard offset > state.limit, last <= top else { throw GuestFault(vector) }
        } else {
            guard last <= UInt64(state.limit) else { throw GuestFault(vector) }
        }
        return state.base &+ offset
    }
}
