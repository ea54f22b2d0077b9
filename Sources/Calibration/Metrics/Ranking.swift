/// How well a score orders customers. Ties are worth the mean of all their orders, so no metric depends on input order.
package enum Ranking {
    /// The probability that one who churned has a higher score than one who did not, ties counted half (AUC).
    ///
    /// Nil unless there are both.
    package static func areaUnderCurve(_ scores: [Double], churned: [Bool]) -> Double? {
        let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
        let churners = churned.count { $0 }
        guard churners > 0, churners < scores.count else { return nil }
        // Twice the sum of the churners' ranks: whole numbers, however ties fall.
        var doubledRanks = 0
        for run in runs(order, scores) {
            let inRun = order[run].count { churned[$0] }
            doubledRanks += inRun * (run.lowerBound + 1 + run.upperBound)
        }
        let surplus = doubledRanks - churners * (churners + 1)
        return Double(surplus) / 2 / Double(churners) / Double(scores.count - churners)
    }

    /// The share of `amounts` that customers with the highest scores bring, after each run of equal scores.
    ///
    /// From (0, 0) to (1, 1), both axes shares.
    package static func gains(_ scores: [Double], amounts: [Int64]) -> [GainsPoint] {
        let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
        let total = Double(amounts.reduce(0, +))
        var points = [GainsPoint(customers: 0, amount: 0)]
        var sum: Int64 = 0
        for run in runs(order, scores) {
            for index in order[run] { sum += amounts[index] }
            let share = total > 0 ? Double(sum) / total : 0
            points.append(GainsPoint(customers: Double(run.upperBound) / Double(scores.count), amount: share))
        }
        return points
    }

    /// The Gini coefficient of the score's gains over that of the perfect order: 1 orders all revenue right, 0 none.
    package static func giniRatio(_ scores: [Double], amounts: [Int64]) -> Double? {
        let perfect = gini(gains(amounts.map { Double($0) }, amounts: amounts))
        guard perfect > 0 else { return nil }
        return gini(gains(scores, amounts: amounts)) / perfect
    }

    /// The share of the amounts that the `share` of customers with the highest scores bring; inside a run of equal
    /// scores as many as fit.
    package static func captured(by share: Double, _ points: [GainsPoint]) -> Double {
        for (left, right) in zip(points, points.dropFirst()) where right.customers >= share {
            let width = right.customers - left.customers
            guard width > 0 else { return right.amount }
            return left.amount + (right.amount - left.amount) * (share - left.customers) / width
        }
        return 1
    }

    /// Twice the area between the gains and the diagonal.
    private static func gini(_ points: [GainsPoint]) -> Double {
        var doubledArea = 0.0
        for (left, right) in zip(points, points.dropFirst()) {
            doubledArea += (right.customers - left.customers) * (left.amount + right.amount)
        }
        return doubledArea - 1
    }

    /// The ranges of `order` within which the scores are equal.
    private static func runs(_ order: [Int], _ scores: [Double]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start = 0
        for index in order.indices where index + 1 == order.count || scores[order[index + 1]] != scores[order[index]] {
            runs.append(start..<index + 1)
            start = index + 1
        }
        return runs
    }
}

/// A point of a gains curve.
package struct GainsPoint: Hashable, Sendable {
    /// Share of the customers, those with the highest scores first.
    package var customers: Double
    /// Share of the amounts that they bring.
    package var amount: Double
    package init(customers: Double, amount: Double) {
        self.customers = customers
        self.amount = amount
    }
}
