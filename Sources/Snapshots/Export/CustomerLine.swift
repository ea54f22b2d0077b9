import Scoring
import ShardEngine

/// Writes a customer of a snapshot as one line of JSON, with the names of the policy's tiers and levels.
///
/// Times are milliseconds since the epoch, amounts minor units of the policy's currency, days ISO dates in its time
/// zone (`schemas/snapshot-export.schema.json`). The same image gives the same line.
package struct CustomerLine {
    private let tiers: [String]
    private let levels: [String]
    private let asOf: EventTime?

    /// - Parameter asOf: the shard's clock in the snapshot.
    package init(_ policy: Policy, asOf: EventTime?) {
        self.asOf = asOf
        tiers = policy.tiers.map(\.name)
        levels = policy.churn.levels.map(\.name)
    }

    /// Without a line feed at its end.
    package func text(_ image: CustomerImage) -> String {
        var line = JSONLine()
        line.object {
            $0.field("customer_id", String(decoding: image.id, as: UTF8.self))
            $0.field("as_of_ms", asOf?.milliseconds)
            $0.field("tier", tiers.indices.contains(image.tier) ? tiers[image.tier] : nil)
            $0.field("tier_since_ms", image.tierSince.milliseconds)
            $0.field("tier_sequence", Int64(image.tierSequence))
            $0.field("valid_until_ms", image.validUntil?.milliseconds)
            $0.field("grace_ends_at_ms", image.graceEndsAt?.milliseconds)
            $0.field("churn_level", image.churnLevel.flatMap { levels.indices.contains($0) ? levels[$0] : nil })
            $0.field("churn_sequence", Int64(image.churnSequence))
            $0.field("first_seen_ms", image.firstSeen.milliseconds)
            $0.field("last_order_at_ms", image.lastOrderAt?.milliseconds)
            $0.field("deadline_ms", image.deadline?.milliseconds)
            $0.field("deadline_kind", "\(image.deadlineKind.name)")
            $0.field("spend_ewma_minor", image.spendEWMA)
            $0.field("spend_ewma_at_ms", image.ewmaAt.milliseconds)
            $0.field("orders", image.orders) { Self.append($1, to: &$0) }
            folded(image.folded, to: &$0)
            $0.field("browse", image.browse) { Self.append($1, to: &$0) }
            $0.field("feedback", image.feedback) { Self.append($1, to: &$0) }
        }
        return line.text
    }

    private func folded(_ folded: CustomerImage.Folded, to line: inout JSONLine) {
        line.field("earlier_orders", Int64(folded.orders))
        line.field("earlier_spend_minor", folded.spend.minorUnits)
        line.field("earlier_purchase_days", Int64(folded.purchaseDays))
        guard let firstDay = folded.firstDay, let lastAt = folded.lastAt else { return }
        line.field("earlier_first_day", firstDay.date)
        line.field("earlier_first_day_spend_minor", folded.firstDaySpend.minorUnits)
        line.field("earlier_last_order_at_ms", lastAt.milliseconds)
        line.field("earlier_purchase_ewma", folded.purchaseEWMA)
    }

    private static func append(_ order: CustomerImage.Order, to line: inout JSONLine) {
        line.field("id_hash", hexadecimal(order.hash))
        line.field("time_ms", order.time.milliseconds)
        line.field("amount_minor", order.amount.minorUnits)
        line.field("kind", name(of: order.kind))
    }

    private static func append(_ day: CustomerImage.BrowseDay, to line: inout JSONLine) {
        line.field("day", day.day.date)
        for count in day.counts { line.field("\(count.type.name)", Int64(count.count)) }
        line.field("sessions", Int64(day.sessions))
        line.field("dwell_ms", day.dwellMilliseconds)
    }

    private static func append(_ entry: CustomerImage.Feedback, to line: inout JSONLine) {
        line.field("id_hash", hexadecimal(UInt64(entry.idHash)))
        line.field("day", entry.day.date)
        line.field("type", "\(entry.type.name)")
        line.field("score", entry.score.map { Int64($0) })
        line.field("sentiment", entry.sentiment.map { Int64($0.rawValue) })
    }

    private static func hexadecimal(_ hash: UInt64) -> String { String(hash, radix: 16) }

    private static func name(of kind: OrderEntry.Kind) -> String {
        switch kind {
        case .order: "order"
        case .refundedOrder: "refunded_order"
        case .cancelledOrder: "cancelled_order"
        case .refund: "refund"
        case .revision: "revision"
        case .earlyCancellation: "early_cancellation"
        case .earlyRefund: "early_refund"
        case .detail: "detail"
        }
    }
}

/// A JSON object on one line; fields in the order written, unknown values left out.
private struct JSONLine {
    private(set) var text = ""
    private var needsComma = false

    mutating func object(_ fields: (inout JSONLine) -> Void) {
        text += "{"
        needsComma = false
        fields(&self)
        text += "}"
        needsComma = true
    }

    mutating func field(_ name: String, _ value: Int64?) {
        guard let value else { return }
        begin(name)
        text += String(value)
    }

    /// In the fewest digits that give the same number.
    mutating func field(_ name: String, _ value: Double) {
        begin(name)
        text += value.description
    }

    mutating func field(_ name: String, _ value: String?) {
        guard let value else { return }
        begin(name)
        append(value)
    }

    mutating func field<Element>(
        _ name: String, _ elements: [Element], _ fields: (inout JSONLine, Element) -> Void
    ) {
        begin(name)
        text += "["
        needsComma = false
        for element in elements {
            if needsComma { text += "," }
            object { fields(&$0, element) }
        }
        text += "]"
        needsComma = true
    }

    private mutating func begin(_ name: String) {
        if needsComma { text += "," }
        append(name)
        text += ":"
        needsComma = true
    }

    private mutating func append(_ value: String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case "\u{0}"..<" ": text += "\\u" + hexadecimalOfFour(scalar.value)
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    private func hexadecimalOfFour(_ code: UInt32) -> String {
        let digits = String(code, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
