import RealModule
import Scoring

/// One output record, worked out again from the measures in it and a policy, line by line.
package struct DecisionAudit {
    package struct Line: Hashable, Sendable {
        package var subject: String
        /// What the record says.
        package var said: String
        /// What the policy gives.
        package var found: String
        package var verdict: Verdict
    }

    /// Raw values are the names in JSON.
    package enum Verdict: String, Sendable {
        case agrees
        case differs
        /// It follows from more than the record holds.
        case untold
    }

    /// Of two numbers the larger one's part by which they may differ; of 1 for numbers below 1.
    package static let tolerance = 1e-9

    package private(set) var lines: [Line] = []
    package let record: DecisionRecord
    let policy: Policy

    package init(_ record: DecisionRecord, _ policy: Policy) throws(DecisionRecordError) {
        self.record = record
        self.policy = policy
        add("policy", name(record.policy), name(PolicyReference(policy)), record.policy.hash == policy.hash)
        switch record {
        case .tierChange(let change): try audit(change)
        case .churnRisk(let change): try audit(change)
        case .notice(let notice): try audit(notice)
        }
        if let freshness = record.freshness {
            add("freshness", freshness.words, "follows from the batch, not from the policy", .untold)
        }
    }

    package var agrees: Bool { !lines.contains { $0.verdict == .differs } }
    package var differences: [Line] { lines.filter { $0.verdict == .differs } }
    /// The record names the policy it was compared with.
    package var isOfThisPolicy: Bool { record.policy.hash == policy.hash }

    private func name(_ policy: PolicyReference) -> String {
        "\(policy.name) v\(policy.version) (\(policy.hash.prefix(12)))"
    }

    // MARK: - Lines

    mutating func add(_ subject: String, _ said: String, _ found: String, _ verdict: Verdict) {
        lines.append(Line(subject: subject, said: said, found: found, verdict: verdict))
    }

    mutating func add(_ subject: String, _ said: String, _ found: String, _ isEqual: Bool) {
        add(subject, said, found, isEqual ? .agrees : .differs)
    }

    mutating func add(_ subject: String, _ said: Double, _ found: Double) {
        let isEqual = Self.isNear(said, found)
        // Numbers that differ are shown in full: they may look the same otherwise.
        add(subject, isEqual ? said.brief : said.plain, isEqual ? found.brief : found.plain, isEqual)
    }

    static func isNear(_ left: Double, _ right: Double) -> Bool {
        left == right || abs(left - right) <= tolerance * max(1, left.magnitude, right.magnitude)
    }

    static func time(_ text: String) throws(DecisionRecordError) -> EventTime {
        guard let time = EventTime(rfc3339: text) else { throw .unreadableTime(text) }
        return time
    }

    mutating func add(actions said: [String], _ found: [String]) {
        add("actions", Self.list(said), Self.list(found), said == found)
    }

    static func list(_ texts: [String]) -> String { texts.isEmpty ? "none" : texts.joined(separator: ", ") }
}

extension PolicyReference {
    init(_ policy: Policy) { self.init(name: policy.name, version: policy.version, hash: policy.hash) }
}

// MARK: - Text and JSON

extension DecisionAudit {
    /// For people; without a line feed at the end.
    package var text: String {
        var columns = TextColumns()
        columns.add("", "the record says", "the policy gives", "")
        for line in lines {
            let mark = line.verdict == .agrees ? "✓" : line.verdict == .differs ? "✗ differs" : "· not to be told"
            columns.add(line.subject, line.said, line.found, mark)
        }
        return ([heading] + columns.lines() + [conclusion]).joined(separator: "\n")
    }

    private var heading: String {
        let what: String
        switch record {
        case .tierChange(let change): what = "\(change.direction): \(change.from ?? "nothing") → \(change.to)"
        case .churnRisk(let change): what = "churn risk: \(change.from ?? "nothing") → \(change.to)"
        case .notice(let notice): what = "\(notice.notice.replacing("_", with: " ")): \(notice.tier)"
        }
        return "\(record.customer), \(what), at \(record.effectiveAt), by \(record.cause.words)"
    }

    private var conclusion: String {
        let tolerance = "numbers within a relative \(Self.tolerance), times to a millisecond"
        guard !agrees else { return "AGREES: the policy gives what the record says; \(tolerance)." }
        let text = "DISAGREES in \(differences.count.counted("line")); \(tolerance)."
        return isOfThisPolicy
            ? text : text + " The record was decided by another policy; the rest shows what this one says."
    }

    /// One line of JSON.
    package var json: JSONText {
        var json = JSONText()
        json.object { json in
            json.field("customer_id", record.customer)
            json.field("effective_at", record.effectiveAt)
            json.field("agrees", agrees)
            json.field("tolerance", Self.tolerance)
            json.array("lines") { list in
                for line in lines {
                    list.object { object in
                        object.field("subject", line.subject)
                        object.field("said", line.said)
                        object.field("found", line.found)
                        object.field("verdict", line.verdict.rawValue)
                    }
                }
            }
        }
        json.endLine()
        return json
    }
}
