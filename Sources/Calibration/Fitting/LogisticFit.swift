import RealModule
import Scoring

/// Logistic regression of "no purchase within the horizon" on what was known before it (Newton's method).
package struct LogisticFit: Hashable, Sendable {
    package var score: LogisticChurnScore
    package var parameters: [FittedParameter]
    package var quality: FitQuality

    private static let names = ["intercept", "recency", "frequency", "monetary", "age", "ewma"]
    private static let iterations = 60

    /// - Parameters:
    ///   - evidence: as of the start of the horizon.
    ///   - churned: whether the horizon passed without a purchase.
    ///
    /// A score that silence could lower is of no use to the daemon: as long as it could, the weight at fault is held at
    /// 0 and the others are fitted again. Such parameters have no standard error.
    package init(_ evidence: [ChurnEvidence], churned: [Bool], ewmaHalfLifeDays: Double) {
        let features = evidence.map { Self.features($0, ewmaHalfLifeDays) }
        var held: Set<Int> = []
        var found = Self.regress(features, churned, held)
        var score = Self.score(found.weights)
        while !score.risesWithSilence, held.count < 3 {
            held.insert(Self.culprit(score))
            found = Self.regress(features, churned, held)
            score = Self.score(found.weights)
        }
        self.score = score
        parameters = Self.names.indices.map { index in
            FittedParameter(name: Self.names[index], value: found.weights[index], standardError: found.errors[index])
        }
        quality = FitQuality(
            logLikelihood: found.logLikelihood, isConverged: found.isConverged && score.risesWithSilence,
            evaluations: found.iterations, customers: evidence.count)
    }

    /// In the order of `names`, as `LogisticChurnScore` documents them.
    private static func features(_ evidence: ChurnEvidence, _ halfLife: Double) -> [Double] {
        let probe = ChurnModel(
            purchases: .defaultBGNBD, horizonDays: 1, ewmaHalfLifeDays: halfLife, score: .p0)
        return [
            1, Double.log(onePlus: evidence.recency), Double.log(onePlus: evidence.history.repeats),
            Double.log(onePlus: max(evidence.monetary, 0)), Double.log(onePlus: evidence.history.age),
            Double.log(probe.purchaseEWMA(evidence) + CombinedChurnScore.offset),
        ]
    }

    private static func score(_ weights: [Double]) -> LogisticChurnScore {
        LogisticChurnScore(
            intercept: weights[0], recency: weights[1], frequency: weights[2], monetary: weights[3], age: weights[4],
            ewma: weights[5])
    }

    private static func culprit(_ score: LogisticChurnScore) -> Int {
        if score.ewma > 0 { return 5 }
        return score.recency < 0 ? 1 : 4
    }

    private struct Regression {
        var weights = Array(repeating: 0.0, count: LogisticFit.names.count)
        var errors: [Double?] = Array(repeating: nil, count: LogisticFit.names.count)
        var logLikelihood = 0.0
        var iterations = 0
        var isConverged = false
    }

    private static func regress(_ features: [[Double]], _ churned: [Bool], _ held: Set<Int>) -> Regression {
        let free = names.indices.filter { !held.contains($0) }
        var result = Regression()
        while result.iterations < iterations, !result.isConverged {
            result.iterations += 1
            let (slope, curvature) = derivatives(features, churned, result.weights, free)
            guard let step = curvature.solve(slope) else { break }
            // Far from the top a whole Newton step can overshoot.
            let longest = step.reduce(0) { max($0, abs($1)) }
            let factor = min(1, 2 / max(longest, 1e-300))
            for (index, axis) in free.enumerated() { result.weights[axis] += factor * step[index] }
            result.isConverged = longest < 1e-10
        }
        let curvature = derivatives(features, churned, result.weights, free).curvature
        for (index, variance) in (curvature.inverseDiagonal ?? []).enumerated() {
            result.errors[free[index]] = Double.sqrt(variance)
        }
        result.logLikelihood = zip(features, churned).reduce(0) { sum, pair in
            let z = dot(pair.0, result.weights)
            return sum - LogOdds.softplus(pair.1 ? -z : z)
        }
        return result
    }

    /// Of the log-likelihood by the free weights; the curvature is the negative Hessian.
    private static func derivatives(
        _ features: [[Double]], _ churned: [Bool], _ weights: [Double], _ free: [Int]
    ) -> (slope: [Double], curvature: SymmetricMatrix) {
        var slope = Array(repeating: 0.0, count: free.count)
        var curvature = SymmetricMatrix(size: free.count)
        for (row, hasChurned) in zip(features, churned) {
            let p = LogOdds.probability(dot(row, weights))
            let miss = (hasChurned ? 1 : 0) - p
            for first in free.indices {
                slope[first] += miss * row[free[first]]
                for second in 0...first {
                    curvature[first, second] += p * (1 - p) * row[free[first]] * row[free[second]]
                }
            }
        }
        return (slope, curvature)
    }

    private static func dot(_ left: [Double], _ right: [Double]) -> Double {
        var sum = 0.0
        for index in left.indices { sum += left[index] * right[index] }
        return sum
    }
}
