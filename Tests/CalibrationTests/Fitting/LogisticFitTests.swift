import Calibration
import RealModule
import Scoring
import TestSupport
import Testing

@Suite struct LogisticFitTests {
    private func evidence(_ random: inout SeededRandom) -> ChurnEvidence {
        let repeats = Double(random.below(8))
        let last = repeats == 0 ? 0 : random.double(1...200)
        return ChurnEvidence(
            history: PurchaseHistory(repeats: repeats, ageAtLast: last, age: last + random.double(0...200)),
            ewmaAtLast: 1 + repeats * random.unit(), monetary: random.double(1...500))
    }

    private func model(_ score: LogisticChurnScore) -> ChurnModel {
        ChurnModel(purchases: .defaultBGNBD, horizonDays: 90, score: .logistic(score))
    }

    @Test func `the weights that made the outcomes are found within their standard errors`() throws {
        var random = SeededRandom(seed: 3)
        let truth = LogisticChurnScore(
            intercept: 0.5, recency: 0.6, frequency: -0.8, monetary: -0.2, age: 0.1, ewma: -0.5)
        let customers = (0..<20_000).map { _ in evidence(&random) }
        let churned = customers.map { random.chance(model(truth).risk($0)) }
        let fit = LogisticFit(customers, churned: churned, ewmaHalfLifeDays: 60)
        #expect(fit.quality.isConverged && fit.quality.customers == 20_000)
        let wanted = [0.5, 0.6, -0.8, -0.2, 0.1, -0.5]
        for (found, expected) in zip(fit.parameters, wanted) {
            let error = try #require(found.standardError)
            #expect(error < 0.3, "\(found.name): error \(error)")
            #expect(abs(found.value - expected) < 4 * error, "\(found.name) \(found.value) ± \(error)")
        }
        // At the top of the likelihood with an intercept, the mean risk is the share of churners.
        let mean = customers.reduce(0) { $0 + model(fit.score).risk($1) } / 20_000
        #expect(isClose(mean, Double(churned.count { $0 }) / 20_000, relative: 1e-9))
    }

    @Test func `a weight with which silence could lower the risk is held at nothing`() {
        var random = SeededRandom(seed: 4)
        let customers = (0..<3_000).map { _ in evidence(&random) }
        // The longer they are silent, the likelier they return: no daemon could foresee a crossing.
        let churned = customers.map { random.chance(1 / (1 + $0.recency / 50)) }
        let fit = LogisticFit(customers, churned: churned, ewmaHalfLifeDays: 60)
        #expect(fit.score.risesWithSilence)
        #expect(fit.parameters.contains { $0.value == 0 && $0.standardError == nil })
    }

    @Test func `the churn constant makes the mean combined risk the mean p0`() {
        var random = SeededRandom(seed: 5)
        let customers = (0..<500).map { _ in evidence(&random) }
        var model = ChurnModel(purchases: .defaultBGNBD, horizonDays: 90, score: .p0)
        let p0 = customers.reduce(0) { $0 + model.risk($1) }
        let constant = ChurnConstant.find(CombinedChurnScore(constant: 7), model, customers)
        model.score = .combined(CombinedChurnScore(constant: constant))
        #expect(isClose(customers.reduce(0) { $0 + model.risk($1) }, p0, relative: 1e-12))
    }
}
