import RealModule
import Scoring

/// A purchase model fitted to histories by maximum likelihood.
package struct PurchaseFit: Hashable, Sendable {
    package var model: PurchaseModel
    package var parameters: [FittedParameter]
    package var quality: FitQuality

    /// Fewer repeat buyers cannot carry four parameters.
    package static let leastRepeatBuyers = 10

    /// Fits `kind` to histories in any unit of time; the parameters are in that unit.
    ///
    /// The parameters' logarithms are searched from four starts scaled by the mean age.
    package init(_ kind: PurchaseModel.Kind, _ histories: [PurchaseHistory]) throws(CalibrationError) {
        let repeatBuyers = histories.count { $0.repeats > 0 }
        guard repeatBuyers >= Self.leastRepeatBuyers else {
            throw .tooFewRepeatBuyers(found: repeatBuyers, needed: Self.leastRepeatBuyers)
        }
        let likelihood = PurchaseLikelihood(kind, histories)
        let age = max(likelihood.meanAge, 1e-3)
        let starts = [
            (0.5, age / 4, 0.8, 2.5), (1, age, 0.5, 1), (0.2, age / 20, 1.5, 4), (2, age, 0.3, 3),
        ].map { [$0.0, $0.1, $0.2, $0.3].map { Double.log($0) } }
        let top = Maximizer().maximize(from: starts) { logs in
            likelihood.logLikelihood(
                r: Double.exp(logs[0]), alpha: Double.exp(logs[1]), a: Double.exp(logs[2]), b: Double.exp(logs[3]))
        }
        let values = top.point.map { Double.exp($0) }
        model = PurchaseModel(kind: kind, r: values[0], alpha: values[1], a: values[2], b: values[3])
        parameters = zip(["r", "alpha", "a", "b"], values).enumerated().map { index, pair in
            // The error of a logarithm is relative.
            let error = top.standardErrors.isEmpty ? nil : top.standardErrors[index] * pair.1
            return FittedParameter(name: pair.0, value: pair.1, standardError: error)
        }
        quality = FitQuality(
            logLikelihood: top.value, isConverged: top.isConverged, evaluations: top.evaluations,
            customers: histories.count)
    }
}

/// The log-likelihood of BG/NBD (Fader, Hardie, Lee 2005) or MBG/NBD (Batislam et al. 2007).
///
/// Equal histories are weighed, and what depends on x alone is computed once per x: most customers bought once.
package struct PurchaseLikelihood: Sendable {
    private struct Row {
        var ageAtLast: Double
        var age: Double
        var customers: Double
    }

    private let kind: PurchaseModel.Kind
    private let rows: [Row]
    private let groups: [(repeats: Double, rows: Range<Int>, customers: Double)]

    package init(_ kind: PurchaseModel.Kind, _ histories: [PurchaseHistory]) {
        self.kind = kind
        let sorted = histories.sorted { ($0.repeats, $0.age, $0.ageAtLast) < ($1.repeats, $1.age, $1.ageAtLast) }
        var rows: [Row] = []
        var groups: [(repeats: Double, rows: Range<Int>, customers: Double)] = []
        for (index, history) in sorted.enumerated() {
            if index > 0, history == sorted[index - 1] {
                rows[rows.count - 1].customers += 1
            } else {
                rows.append(Row(ageAtLast: history.ageAtLast, age: history.age, customers: 1))
            }
            if groups.last?.repeats != history.repeats {
                groups.append((history.repeats, rows.count - 1..<rows.count, 0))
            }
            let group = groups.count - 1
            groups[group].rows = groups[group].rows.lowerBound..<rows.count
            groups[group].customers += 1
        }
        self.rows = rows
        self.groups = groups
    }

    /// Summed in the order of the rows, so that the order of the customers changes no bit.
    var meanAge: Double {
        rows.reduce(0) { $0 + $1.age * $1.customers } / rows.reduce(0) { $0 + $1.customers }
    }

    package func logLikelihood(r: Double, alpha: Double, a: Double, b: Double) -> Double {
        // Under MBG/NBD the first purchase is a chance to drop out as well.
        let stayings = kind == .mbgNBD ? 1.0 : 0
        var sum = 0.0
        for group in groups {
            let x = group.repeats
            let shared =
                Double.logGamma(r + x) - Double.logGamma(r) + r * Double.log(alpha)
                + Double.logGamma(a + b) + Double.logGamma(b + x + stayings) - Double.logGamma(b)
                - Double.logGamma(a + b + x + stayings)
            sum += group.customers * shared
            let canHaveLeft = x > 0 || kind == .mbgNBD
            let odds = canHaveLeft ? Double.log(a / (b + x + stayings - 1)) : 0
            for row in rows[group.rows] {
                let logReach = Double.log(alpha + row.age)
                var term = -(r + x) * logReach
                if canHaveLeft {
                    term += LogOdds.softplus(odds + (r + x) * (logReach - Double.log(alpha + row.ageAtLast)))
                }
                sum += row.customers * term
            }
        }
        return sum
    }
}
