import Foundation
import Scoring

/// The measures of the dimensions by their plain words.
extension ReferenceHistory {
    /// NaN for unknown.
    func dimension(_ quantity: Measure.Quantity, at time: EventTime) -> Double {
        switch quantity {
        case .spendGrowth: growth(at: time) { Double($0.reduce(0) { $0 + $1.net }) }
        case .orderGrowth: growth(at: time) { Double($0.count(where: \.counts)) }
        case .repeatRate: days.isEmpty ? .nan : Double(days.count - 1) / Double(days.count)
        case .regularity: regularity(at: time) ?? .nan
        case .loyalty: loyalty(at: time)
        case .recencyScore, .frequencyScore, .monetaryScore: rfm(quantity, at: time)
        case .discountedShare:
            policy.profiles == nil || portrayed.orders == 0
                ? .nan : Double(portrayed.discounted) / Double(portrayed.orders)
        case .referrals: policy.profiles == nil ? 0 : Double(portrayed.referrals)
        case .referralsConverted: 0
        case .expectedOrders:
            purchases(at: time).map {
                policy.churn.model.expectedPurchases($0, horizon: policy.churn.horizonDays)
            } ?? .nan
        case .lifetimeValue: lifetimeValue(at: time)
        // No order of a script tells a category.
        default: .nan
        }
    }

    func engagement(on today: DayIndex) -> Double {
        guard hasBrowsed else { return .nan }
        let window = min(30, policy.history.browseDays)
        return visits.filter { today - $0.day < window }.reduce(0) {
            $0 + BrowsingEvidence.weight(of: $1.type) * pow(2, -Double(today - $1.day) / 14)
        }
    }

    /// Of complaints, those that are still open are bad and the others neither; a resolution closes the latest.
    func sentiment(_ answers: [Answer]) -> Double {
        var tones: [Double] = []
        var open: [Int] = []
        for answer in answers {
            switch answer.type {
            case .csat, .review, .survey, .socialMention:
                if let score = answer.score { tones.append(score >= 7_500 ? 1 : score > 4_000 ? 0 : -1) }
            case .complaint:
                open.append(tones.count)
                tones.append(-1)
            case .complaintResolved: if let latest = open.popLast() { tones[latest] = 0 }
            case .nps, .referral, .supportContact: break
            }
        }
        return tones.isEmpty ? .nan : tones.reduce(0, +) / Double(tones.count)
    }

    private func growth(at time: EventTime, of sum: ([Order]) -> Double) -> Double {
        let today = policy.calendar.day(of: time)
        let recentStart = policy.calendar.windowStart(days: 90, seenOn: today)
        let start = policy.calendar.windowStart(days: 180, seenOn: today)
        let earlier = sum(orders.filter { $0.time >= start && $0.time < recentStart })
        return earlier > 0 ? sum(orders.filter { $0.time >= recentStart }) / earlier - 1 : .nan
    }

    /// Days with an order that counts, rising.
    private var days: [DayIndex] {
        Set(orders.filter(\.counts).map { policy.calendar.day(of: $0.time) }).sorted()
    }

    /// Of what has left the history only the latest day is known.
    private func regularity(at time: EventTime) -> Double? {
        let left = orders.filter { $0.isClosed && $0.counts }.map { policy.calendar.day(of: $0.time) }.max()
        let gaps = zip(days, days.dropFirst()).filter { $1 > left ?? DayIndex(-1) }.map { Double($1 - $0) }
        guard gaps.count > 1, let lastOrder else { return nil }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count - 1)
        return min(1, 2 * mean / (time - lastOrder).days) / (1 + variance.squareRoot() / mean)
    }

    /// Without categories: 4 parts of repeats, 2 of tenure, 2 of regularity, of what is known.
    private func loyalty(at time: EventTime) -> Double {
        guard let last = lastOrder, let first = orders.filter(\.counts).map(\.time).min() else { return .nan }
        let hasLeft = orders.contains { $0.isClosed && $0.counts }
        let begin = hasLeft ? policy.calendar.start(of: policy.calendar.day(of: first)) : first
        let repeats = min(Double(days.count - 1) / 5, 1)
        let tenure = min((last - begin).days / 365, 1)
        var score = (0.4 * repeats + 0.2 * tenure) / 0.6
        if let regularity = regularity(at: time) { score = (0.4 * repeats + 0.2 * tenure + 0.2 * regularity) / 0.8 }
        let lapsedAfter = (policy.profiles?.thresholds ?? DimensionThresholds()).lapsedAfterDays
        return (time - last).days > lapsedAfter ? score / 2 : score
    }

    private func rfm(_ quantity: Measure.Quantity, at time: EventTime) -> Double {
        guard let lastOrder else { return .nan }
        let rule = policy.profiles?.rfm ?? RFMRule()
        let spend = Double(orders.reduce(0) { $0 + $1.net }) / minorPerMajor
        let passed =
            switch quantity {
            case .recencyScore: rule.recency.filter { (time - lastOrder).days <= $0 }
            case .frequencyScore: rule.frequency.filter { Double(days.count) > $0 }
            default: rule.monetary.filter { spend > $0 }
            }
        return Double(1 + passed.count)
    }

    private func lifetimeValue(at time: EventTime) -> Double {
        guard let value = policy.value, let history = purchases(at: time), let first = days.first else { return .nan }
        let repeats = orders.filter { policy.calendar.day(of: $0.time) != first }.reduce(0) { $0 + $1.net }
        let mean = Double(repeats) / minorPerMajor / max(history.repeats, 1)
        return value.lifetimeValue(policy.churn.model).value(history, meanAmount: mean)
    }
}
