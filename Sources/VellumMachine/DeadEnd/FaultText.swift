import VellumExecution
import VellumHypervisor
import VellumIA32

extension DeliveryStep {
    /// "#PF", "INT 80h", "interrupt 20h".
    var name: String {
        switch origin {
        case .software: return "INT \(Hex.text(vector, 2))h"
        case .external: return "interrupt \(Hex.text(vector, 2))h"
        case .fault: return DeliveryStep.name(vector)
        }
    }

    /// Mnemonics of SDM vol. 3, table 6-1.
    static func name(_ vector: UInt8) -> String {
        let names: [UInt8: String] = [
            0: "#DE", 1: "#DB", 2: "NMI", 3: "#BP", 4: "#OF", 5: "#BR", 6: "#UD", 7: "#NM", 8: "#DF", 10: "#TS",
            11: "#NP", 12: "#SS", 13: "#GP", 14: "#PF", 16: "#MF", 17: "#AC", 18: "#MC", 19: "#XM",
        ]
        return names[vector] ?? "vector \(vector)"
    }
}

extension GuestFault {
    /// "#GP(0018)".
    var text: String {
        let code = vector.hasErrorCode ? "(\(Hex.text(errorCode, 4)))" : ""
        return DeliveryStep.name(vector.rawValue) + code
            + (vector == .pageFault ? " at \(Hex.long(address))" : "")
    }
}

extension GuestView {
    /// What the error code of a fault says, checked against the tables as they are.
    func detail(of step: DeliveryStep) -> String {
        guard step.origin == .fault, let code = step.errorCode else { return "" }
        switch step.vector {
        case 14: return pageFaultDetail(step.address, code)
        case 10...13 where code & 0xFFFC != 0: return selectorDetail(code)
        default: return ""
        }
    }

    private func pageFaultDetail(_ address: UInt32, _ code: UInt32) -> String {
        let access = code & 2 != 0 ? "write" : "read"
        let ring = code & 4 != 0 ? "ring 3" : "supervisor"
        return "\(access) by \(ring), \(walk(address, "").verdict)"
    }

    private func selectorDetail(_ code: UInt32) -> String {
        if code & 2 != 0 {
            let vector = UInt8(truncatingIfNeeded: code >> 3)
            return "IDT entry \(vector): \(record(gate: vector).text)"
        }
        let selector = UInt16(truncatingIfNeeded: code & 0xFFFC)
        let found = record(selector: selector)
        return "\(found.table) entry \(Hex.word(selector)): \(found.text)"
    }

    /// The step as the report shows it; `path` is the way it went, for one that failed.
    func record(of step: DeliveryStep, path: DeliveryPath?) -> FaultRecord {
        var failure: String?
        if let fault = step.failure {
            failure = fault.text + (path?.confirmed.map { ": \($0.text)" } ?? "")
        }
        return FaultRecord(
            vector: step.vector, name: step.name, errorCode: step.errorCode,
            address: step.vector == 14 && step.origin == .fault ? step.address : nil, selector: step.selector,
            eip: step.eip, detail: detail(of: step), failure: failure)
    }
}
