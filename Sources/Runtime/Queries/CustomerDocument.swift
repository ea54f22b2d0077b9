import Foundation
import Scoring
import ShardEngine

/// A customer's standing as `GET /v1/customers/{id}` shows it.
package struct CustomerDocument: Encodable, Sendable {
    package struct Standing: Encodable, Sendable {
        var tier: String
        var since: String
        var changes: UInt32
        /// When a pending downgrade falls due.
        var graceEndsAt: String?
        /// The first instant after the tier's term.
        var validUntil: String?
    }

    package struct TermLine: Encodable, Sendable {
        var name: String
        var measure: String
        /// Nil for unknown.
        var value: Double?
        var points: Double
        var weight: Double
    }

    /// One comparison of a tier's requirement, as it stands for this customer now.
    package struct ReasonLine: Encodable, Sendable {
        var tier: String
        var subject: String
        var relation: String
        var threshold: Double
        var value: Double?
        var met: Bool
    }

    package struct Churn: Encodable, Sendable {
        var level: String
        /// Probability of no purchase within `horizonDays`.
        var risk: Double
        var pAlive: Double
        var horizonDays: Double
        var expectedOrders: Double
        var expectedValue: Double?
        var valueAtRisk: Double?
        var lifetimeValue: Double?
        var risesAt: String?
        var confidence: String
        var drivers: Drivers
        var nextOrder: NextOrder
    }

    /// Log-odds that add up to those of the risk.
    package struct Drivers: Encodable, Sendable {
        var habit: Double
        var silence: Double
        var adjustment: Double
    }

    /// Of a customer who has not left: as likely before as after, and one in ten before and after; nil beyond 2100.
    package struct NextOrder: Encodable, Sendable {
        var expectedAt: String?
        var earliest: String?
        var latest: String?
    }

    var customerId: String
    var asOf: String
    var score: Double
    var standing: Standing
    var measures: [String: Double?]
    var terms: [TermLine]
    var reasons: [ReasonLine]
    var churn: Churn?
    var firstSeen: String
    var lastOrderAt: String?
    /// Those that commands set and those that the policy's rules give.
    var tags: [String]
    /// When the engine looks again if no event comes, and why.
    var nextDeadline: String?
    var nextDeadlineKind: String
    var policy: String

    package init(_ report: CustomerReport, _ policy: Policy) {
        customerId = String(decoding: report.id, as: UTF8.self)
        asOf = report.asOf.rfc3339
        score = report.score
        standing = Standing(
            tier: policy.tiers[report.tier].name, since: report.tierSince.rfc3339, changes: report.tierSequence,
            graceEndsAt: report.graceEndsAt?.rfc3339, validUntil: report.validUntil?.rfc3339)
        measures = Dictionary(zip(policy.measures.map(\.name), report.measures)) { first, _ in first }
        terms = zip(policy.terms, report.points).map { term, points in
            TermLine(
                name: term.name, measure: policy.measures[term.measure].name, value: report.measures[term.measure],
                points: points, weight: term.weight)
        }
        reasons = Self.reasons(report, policy)
        churn = Self.churn(report, policy)
        firstSeen = report.firstSeen.rfc3339
        lastOrderAt = report.lastOrderAt?.rfc3339
        tags = report.tags.map { String(decoding: $0, as: UTF8.self) }
        nextDeadline = report.deadline?.rfc3339
        nextDeadlineKind = "\(report.deadlineKind.name)"
        self.policy = "\(policy.name) v\(policy.version)"
    }

    /// UTF-8 JSON; the same bytes for the same document.
    package func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return [UInt8](try encoder.encode(self))
    }

    /// What keeps the tier held, eased by the margin, and what the next tier asks for.
    private static func reasons(_ report: CustomerReport, _ policy: Policy) -> [ReasonLine] {
        let held = policy.tiers[report.tier].entry?.eased(by: policy.downgrade.margin)
        let next = report.tier + 1 < policy.tiers.count ? policy.tiers[report.tier + 1] : nil
        return lines(held, policy.tiers[report.tier].name, report, policy)
            + lines(next?.entry, next?.name ?? "", report, policy)
    }

    private static func lines(
        _ condition: Condition?, _ tier: String, _ report: CustomerReport, _ policy: Policy
    ) -> [ReasonLine] {
        (condition?.comparisons ?? []).map { comparison in
            let value: Double?
            let subject: String
            switch comparison.subject {
            case .score: (subject, value) = ("score", report.score)
            case .measure(let index): (subject, value) = (policy.measures[index].name, report.measures[index])
            }
            return ReasonLine(
                tier: tier, subject: subject, relation: comparison.relation.rawValue, threshold: comparison.threshold,
                value: value, met: comparison.isMet(by: value ?? .nan))
        }
    }

    private static func churn(_ report: CustomerReport, _ policy: Policy) -> Churn? {
        guard let level = report.churnLevel, let risk = report.churnRisk, let evidence = report.churnEvidence else {
            return nil
        }
        let (rule, asOf) = (policy.churn, report.asOf)
        let drivers = ChurnDrivers(evidence, rule.scoring)
        var forecaster = ChurnForecaster(rule, policy.value)
        let forecast = forecaster.forecast(evidence, risk: risk, meanAmount: report.meanAmount)
        return Churn(
            level: rule.levels[level].name, risk: risk, pAlive: forecast.pAlive,
            horizonDays: rule.horizonDays, expectedOrders: forecast.expectedOrders,
            expectedValue: forecast.expectedValue, valueAtRisk: forecast.valueAtRisk,
            lifetimeValue: forecast.lifetimeValue, risesAt: report.churnRisesAt?.rfc3339,
            confidence: rule.isCalibrated && evidence.history.repeats > 0 ? "normal" : "low",
            drivers: Drivers(habit: drivers.habit, silence: drivers.silence, adjustment: drivers.adjustment),
            nextOrder: NextOrder(
                expectedAt: asOf.later(days: forecast.nextOrderDays)?.rfc3339,
                earliest: asOf.later(days: forecast.nextOrderEarliestDays)?.rfc3339,
                latest: asOf.later(days: forecast.nextOrderLatestDays)?.rfc3339))
    }
}

extension EventTime {
    /// UTC with milliseconds, e.g. `2026-01-31T23:59:59.000Z`.
    package var rfc3339: String {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        // Half a millisecond more: the formatter cuts off, and the division may have lost a little.
        return Date(timeIntervalSince1970: (Double(milliseconds) + 0.5) / 1000).formatted(style)
    }

    /// So many days later, cut to milliseconds; nil for never, or beyond what a time can be.
    func later(days: Double?) -> EventTime? {
        let time = Double(milliseconds) + (days ?? .infinity) * TimeSpan.millisecondsPerDay
        return time < Double(EventTime.outOfRange.milliseconds) ? EventTime(milliseconds: Int64(time)) : nil
    }
}
