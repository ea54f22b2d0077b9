/// A guess at what moves a customer to buy: comparing, liking or the moment.
///
/// A heuristic and marked as one: each style is the mean of the signs of it that are known, 0…1, and the strongest wins.
/// No data set here could prove it, so the confidence never reaches 1.
package struct ShoppingPsychology: Hashable, Sendable {
    package var style: ShoppingStyle
    /// 0…1: how many orders tell, and how far the strongest style leads.
    package var confidence: Double
    package var rational: Double
    package var emotional: Double
    package var impulsive: Double

    /// Fewer orders say nothing.
    private static let leastOrders = 2.0

    package init(_ evidence: ProfileEvidence) {
        let habits = evidence.habits
        (style, confidence, rational, emotional, impulsive) = (.unknown, 0, 0, 0, 0)
        guard habits.orders >= Self.leastOrders else { return }
        rational = Self.mean(
            habits.viewsPerOrder.map { $0 / 6 }, habits.comparedPerOrder.map { $0 / 4 },
            habits.hoursPerOrder.map { $0 / 48 }, habits.discountedShare)
        emotional = Self.mean(
            evidence.preferences.concentration, habits.discountedShare.map { 1 - $0 },
            habits.comparedPerOrder.map { 1 - $0 / 3 }, nil)
        impulsive = Self.mean(
            habits.hoursPerOrder.map { 1 - $0 / 2 }, habits.viewsPerOrder.map { 1 - ($0 - 1) / 3 },
            habits.flashShare, nil)
        choose(habits)
    }

    private mutating func choose(_ habits: ShoppingHabits) {
        // Of equals the first.
        var (best, second) = ((style: ShoppingStyle.unknown, score: -1.0), 0.0)
        for (candidate, score) in [
            (ShoppingStyle.rational, rational), (.emotional, emotional), (.impulsive, impulsive),
        ] {
            if score > best.score {
                second = max(best.score, 0)
                best = (candidate, score)
            } else {
                second = max(second, score)
            }
        }
        style = best.style
        // Without browsing before the orders half of the signs are missing.
        let known = habits.considered > 0 ? 1 : 0.5
        confidence = known * habits.orders / (habits.orders + 3) * min(2 * (best.score - second), 1)
    }

    private static func mean(_ signs: Double?...) -> Double {
        var (sum, count) = (0.0, 0.0)
        for case .some(let sign) in signs {
            sum += min(max(sign, 0), 1)
            count += 1
        }
        return count > 0 ? sum / count : 0
    }
}
