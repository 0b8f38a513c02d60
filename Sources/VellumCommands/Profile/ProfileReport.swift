import VellumMachine
import VellumProfiling

/// A profile as JSON, schema 1; docs/profile.md describes it.
struct ProfileReport {
    var profile: Profile
    var statistics: StatisticsReport

    var json: JSON {
        var all: [(String, JSON)] = [("schema", .integer(1)), ("report", .text("profile"))]
        all += statistics.header + [("statistics", .object(statistics.counters))]
        all += profile.members
        return .object(all + [("time", time)])
    }

    private var time: JSON {
        guard case .object(let members) = statistics.time else { return statistics.time }
        return .object(members + [("timeline_seconds", profile.timelineSeconds)])
    }
}
