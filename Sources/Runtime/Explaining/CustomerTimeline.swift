import Scoring
import WireFormat

/// What was said about one customer, in order.
package struct CustomerTimeline: Sendable {
    package struct Entry: Sendable {
        package var record: DecisionRecord
        /// The record's value as it would go to Kafka.
        package var json: [UInt8]
    }

    package let customer: [UInt8]
    package private(set) var entries: [Entry] = []

    package init(customer: [UInt8]) { self.customer = customer }

    /// Takes what is about the customer; profiles are no decisions.
    mutating func take(_ outputs: EncodedOutputs) throws(DecisionRecordError) {
        for record in outputs.records where outputs.bytes[record.key.range].elementsEqual(customer) {
            switch record.destination {
            case .tierChanges, .churnRisk, .tierNotices:
                let json = [UInt8](outputs.bytes[record.value.range])
                entries.append(Entry(record: try DecisionRecord(json: json), json: json))
            case .customerProfiles: continue
            }
        }
    }

    /// One line for each, with local times.
    func lines(_ calendar: ZoneCalendar) -> [String] {
        var columns = TextColumns()
        for record in entries.map(\.record) {
            columns.add(
                calendar.minute(record.effectiveAt), record.change, record.reason(calendar), record.cause.words)
        }
        return columns.lines()
    }
}

extension DecisionRecord {
    /// `silver → gold`
    fileprivate var change: String {
        switch self {
        case .tierChange(let change): "\(change.direction): \(change.from.map { "\($0) → " } ?? "")\(change.to)"
        case .churnRisk(let change): "churn risk: \(change.from.map { "\($0) → " } ?? "")\(change.to)"
        case .notice(let notice):
            notice.notice.replacing("_", with: " ") + " of " + (notice.progress?.nextTier ?? notice.tier)
        }
    }

    /// The numbers that decided.
    fileprivate func reason(_ calendar: ZoneCalendar) -> String {
        switch self {
        case .tierChange(let change):
            let decided = change.criteria.map(\.words)
            return ([change.reasons.joined(separator: ", ").replacing("_", with: " ")] + decided).joined(
                separator: "; ")
        case .churnRisk(let change):
            return
                "risk \(change.probability.percent), \(change.drivers.daysSinceLastOrder.brief) days since the last order"
        case .notice(let notice):
            if let progress = notice.progress { return "\(progress.fraction.percent) there" }
            return "lost at \(notice.expiresAt.map { calendar.minute($0) } ?? "an unknown time")"
        }
    }
}

extension CriterionRecord {
    /// `score 31.2 of 40`
    fileprivate var words: String {
        "\(subject) \(value?.brief ?? "unknown") \(relation == "at_least" ? "of" : "below") \(threshold.brief)"
    }
}
