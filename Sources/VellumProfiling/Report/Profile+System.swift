import VellumEvents
import VellumMachine
import VellumMicroOps

/// Sensitive instructions, rings, exceptions, interrupts.
extension Profile {
    /// One kind at one place in one ring.
    private struct Call {
        var kind: HypervisorCallKind
        var ring: UInt64
        var linear: UInt32
        var count: UInt64 = 0
        var faulted: UInt64 = 0
        var cached: UInt64 = 0

        var handledBy: String { Profile.handledBy(cached, of: count + faulted) }
    }

    private static func handledBy(_ cached: UInt64, of all: UInt64) -> String {
        cached == 0 ? "hypervisor" : cached == all ? "cache" : "cache and hypervisor"
    }

    private var calls: [Call] {
        var all: [UInt64: Call] = [:]
        for (key, count) in recorder.places.calls {
            let place = UInt64(key.kind.number) << 40 | UInt64(key.ring) << 32 | UInt64(key.linear)
            var call = all[place] ?? Call(kind: key.kind, ring: UInt64(key.ring), linear: key.linear)
            if key.completed { call.count += count } else { call.faulted += count }
            if key.inCache { call.cached += count }
            all[place] = call
        }
        return all.sorted { ($0.value.count, $1.key) > ($1.value.count, $0.key) }.map(\.value)
    }

    var sensitive: JSON {
        let calls = calls
        let shown = calls.prefix(1000)
        var kinds: [String: (HypervisorCallKind, [UInt64], UInt64, UInt64)] = [:]
        for call in calls {
            kinds[call.kind.name, default: (call.kind, [0, 0, 0, 0], 0, 0)].1[Int(call.ring)] += call.count
            kinds[call.kind.name]?.2 += call.faulted
            kinds[call.kind.name]?.3 += call.cached
        }
        let byKind = kinds.sorted { $0.key < $1.key }.map { name, entry in
            JSON.object([
                ("kind", .text(name)), ("class", .text(entry.0.isPrivileged ? "privileged" : "sensitive")),
                ("count", .integer(entry.1.reduce(0, +))), ("by_ring", .row(entry.1)),
                ("faulted", .integer(entry.2)), ("in_cache", .integer(entry.3)),
                ("handled", .text(Profile.handledBy(entry.3, of: entry.1.reduce(entry.2, +)))),
            ])
        }
        return .object([
            ("by_kind", .list(byKind)), ("places", .integer(UInt64(calls.count))),
            ("listed", .integer(UInt64(shown.count))), ("list", .list(shown.map(entry))),
        ])
    }

    private func entry(_ call: Call) -> JSON {
        .object([
            ("kind", .text(call.kind.name)),
            ("class", .text(call.kind.isPrivileged ? "privileged" : "sensitive")), ("linear", address(call.linear)),
            ("name", name(call.linear)), ("text", .text(recorder.text(at: call.linear))),
            ("ring", .integer(call.ring)), ("count", .integer(call.count)), ("faulted", .integer(call.faulted)),
            ("in_cache", .integer(call.cached)), ("handled", .text(call.handledBy)),
        ])
    }

    var ringChanges: JSON {
        .list(
            recorder.rings.sorted.map { key, entry in
                .object([
                    ("gate", .text(key.gate.rawValue)),
                    ("vector", key.vector < 0 ? .text("") : .integer(UInt64(key.vector))),
                    ("from", .integer(UInt64(key.from))), ("to", .integer(UInt64(key.to))),
                    ("from_virtual8086", .flag(key.fromVirtual8086)), ("to_virtual8086", .flag(key.toVirtual8086)),
                    ("stack_switched", .flag(key.stackSwitched)), ("count", .integer(entry.count)),
                    ("first_source", address(entry.source)), ("first_target", address(entry.target)),
                    (
                        "first_stack",
                        .list([address(UInt32(entry.newStack.selector)), address(entry.newStack.pointer)])
                    ),
                ])
            })
    }

    var faults: JSON {
        let all = recorder.faults.sorted
        let shown = all.sorted { $0.value.count > $1.value.count }.prefix(1000)
        var vectors: [UInt8: UInt64] = [:]
        for (key, entry) in all { vectors[key.vector, default: 0] += entry.count }
        return .object([
            (
                "by_vector",
                .list(vectors.sorted { $0.key < $1.key }.map { .row([UInt64($0.key), $0.value]) })
            ),
            ("places", .integer(UInt64(all.count))), ("unlisted", .integer(recorder.faults.unlisted)),
            (
                "list",
                .list(
                    shown.map { key, entry in
                        .object([
                            ("vector", .integer(UInt64(key.vector))), ("linear", address(key.linear)),
                            ("name", name(key.linear)), ("cpl", .integer(UInt64(key.cpl))),
                            ("error_code", address(key.errorCode)), ("count", .integer(entry.count)),
                            ("instruction", .text(entry.explanation.instruction)),
                            ("rule", .text(entry.explanation.rule)), ("address", address(entry.address)),
                            ("first", .integer(entry.firstInstruction)),
                        ])
                    })
            ),
        ])
    }

    var interrupts: JSON {
        .list(
            recorder.interrupts.enumerated().filter { $0.element > 0 }.map { .row([UInt64($0.offset), $0.element]) })
    }
}
