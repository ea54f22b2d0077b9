import Scoring

/// What a replay did. Every list is in the order of the policy or of the type that it counts.
package struct ReplaySummary: Sendable {
    package struct Count: Hashable, Sendable {
        package var name: String
        package var count: Int
    }

    package let policyName: String
    package let policyVersion: Int
    package let policyHash: String
    /// Events applied.
    package var events = 0
    /// Tier changes by direction.
    package private(set) var tierChanges: [Count]
    package private(set) var churnChanges = 0
    package private(set) var notices = 0
    package private(set) var profiles = 0
    package private(set) var erasures = 0
    /// Lines that were not scored, by reason.
    package private(set) var rejections: [Count]
    package var customers = 0
    /// Customers per tier and per churn-risk level at the end; without an order there is no level.
    package private(set) var tiers: [Count]
    package private(set) var churnLevels: [Count]
    /// The shard's clock at the end; nil without an event.
    package var clock: EventTime?
    package var seconds = 0.0

    private static let directions: [TierChange.Direction] = [.entry, .upgrade, .downgrade, .correction]

    init(policy: Policy) {
        policyName = policy.name
        policyVersion = policy.version
        policyHash = policy.hash
        tierChanges = Self.directions.map { Count(name: $0.rawValue, count: 0) }
        rejections = Rejection.Reason.allCases.map { Count(name: $0.rawValue, count: 0) }
        tiers = policy.tiers.map { Count(name: $0.name, count: 0) }
        churnLevels = policy.churn.levels.map { Count(name: $0.name, count: 0) }
    }

    package var tierChangeCount: Int { tierChanges.reduce(0) { $0 + $1.count } }
    package var rejectedCount: Int { rejections.reduce(0) { $0 + $1.count } }

    mutating func count(_ rejection: Rejection) {
        guard let index = Rejection.Reason.allCases.firstIndex(of: rejection.reason) else { return }
        rejections[index].count += 1
    }

    mutating func count(_ output: Output) {
        switch output {
        case .tierChange(let change):
            if let index = Self.directions.firstIndex(of: change.direction) { tierChanges[index].count += 1 }
            tiers[change.to].count += 1
            if let from = change.from { tiers[from].count -= 1 }
        case .churnRisk(let change):
            churnChanges += 1
            churnLevels[change.to].count += 1
            if let from = change.from { churnLevels[from].count -= 1 }
        case .notice: notices += 1
        case .profile: profiles += 1
        case .erasure: erasures += 1
        }
    }
}

extension ReplaySummary {
    /// For people; ends in a line feed.
    package var text: String {
        let rate = seconds > 0 ? Int(Double(events + rejectedCount) / seconds) : 0
        var lines = ["policy \(policyName) version \(policyVersion), hash \(policyHash.prefix(12))"]
        lines.append(
            "\(events) events applied, \(rejectedCount) rejected, in \(Self.rounded(seconds)) s (\(rate) a second)")
        lines += Self.line("rejected", rejections)
        lines.append("\(tierChangeCount) tier changes, \(churnChanges) churn-risk changes")
        lines += Self.line("tier changes", tierChanges)
        if notices > 0 { lines.append("\(notices) notices") }
        if profiles > 0 { lines.append("\(profiles) profiles") }
        lines.append("\(customers) customers" + (clock.map { " at \($0.rfc3339)" } ?? ""))
        lines += Self.line("tiers", tiers) + Self.line("churn risk", churnLevels)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ title: String, _ counts: [Count]) -> [String] {
        let parts = counts.filter { $0.count != 0 }.map { "\($0.name) \($0.count)" }
        return parts.isEmpty ? [] : ["  \(title): " + parts.joined(separator: ", ")]
    }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 100).rounded() / 100 }

    /// One line of JSON; all but `seconds` are the same in every run.
    package var json: JSONText {
        var json = JSONText()
        json.object { json in
            json.object("policy") { policy in
                policy.field("name", policyName)
                policy.field("version", policyVersion)
                policy.field("hash", policyHash)
            }
            json.field("events", events)
            json.field("rejected", rejectedCount)
            Self.write("rejections", rejections.filter { $0.count > 0 }, &json)
            Self.write("tier_changes", tierChanges, &json)
            json.field("churn_risk_changes", churnChanges)
            json.field("notices", notices)
            json.field("profiles", profiles)
            json.field("customers", customers)
            Self.write("tiers", tiers, &json)
            Self.write("churn_levels", churnLevels, &json)
            json.field("clock", clock?.rfc3339)
            json.field("seconds", seconds)
        }
        json.endLine()
        return json
    }

    private static func write(_ name: StaticString, _ counts: [Count], _ json: inout JSONText) {
        json.object(name) { object in
            for entry in counts { object.field(named: entry.name, entry.count) }
        }
    }
}
