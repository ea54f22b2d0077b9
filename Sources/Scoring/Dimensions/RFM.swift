/// Recency, frequency and monetary value, 1…5 each, and the group that they put a customer into.
///
/// Hughes, Strategic Database Marketing (1994). The names of the groups are those in use at Shopify, which tells them
/// apart by recency and by the mean of the other two; where the borders lie between them is this policy's own grid.
package struct RFM: Hashable, Sendable {
    /// Nil before the first order.
    package var scores: Scores?
    package var group: RFMGroup

    package struct Scores: Hashable, Sendable {
        package var recency: Int
        package var frequency: Int
        package var monetary: Int

        package init(recency: Int, frequency: Int, monetary: Int) {
            self.recency = recency
            self.frequency = frequency
            self.monetary = monetary
        }
    }

    package init(_ purchases: PurchaseEvidence?, _ rule: RFMRule) {
        scores = purchases.map { purchases in
            Scores(
                recency: Self.recency(purchases, rule),
                frequency: 1 + rule.frequency.count { purchases.purchaseDays > $0 },
                monetary: 1 + rule.monetary.count { purchases.spend > $0 })
        }
        group = RFMGroup(scores)
    }

    static func recency(_ purchases: PurchaseEvidence, _ rule: RFMRule) -> Int {
        1 + rule.recency.count { purchases.daysSinceLast <= $0 }
    }
}

extension RFMRule {
    /// How the score of recency moves in silence: it stays until the next threshold is passed.
    package func recencyLimit(daysSinceLast: Double) -> SpeedLimit {
        let next = recency.first { daysSinceLast <= $0 } ?? .infinity
        return SpeedLimit(up: 0, down: 0, holdsFor: (next - daysSinceLast) * TimeSpan.millisecondsPerDay)
    }
}

/// Raw values are the names on the wire.
package enum RFMGroup: String, CaseIterable, Sendable {
    case champions
    case loyal
    case active
    case new
    case promising
    case needsAttention = "needs_attention"
    case atRisk = "at_risk"
    case previouslyLoyal = "previously_loyal"
    case almostLost = "almost_lost"
    case dormant
    case prospects

    /// By recency, and by the sum of the other two (2…10):
    ///
    ///     recency   2–3         4–6               7        8          9–10
    ///     5         new         active            active   champions  champions
    ///     4         promising   active            active   loyal      loyal
    ///     3         promising   needs attention   …        loyal      loyal
    ///     1, 2      dormant     almost lost (4–5), at risk (6–8)      previously loyal
    package init(_ scores: RFM.Scores?) {
        guard let scores else {
            self = .prospects
            return
        }
        let rest = scores.frequency + scores.monetary
        switch scores.recency {
        case 5: self = rest >= 8 ? .champions : rest >= 4 ? .active : .new
        case 4: self = rest >= 8 ? .loyal : rest >= 4 ? .active : .promising
        case 3: self = rest >= 8 ? .loyal : rest >= 4 ? .needsAttention : .promising
        default: self = rest >= 9 ? .previouslyLoyal : rest >= 6 ? .atRisk : rest >= 4 ? .almostLost : .dormant
        }
    }
}
