import Scoring
import TestSupport
import Testing

@Suite struct ChurnForecasterTests {
    private let ages = [0, 0.25, 3, 29.5, 180, 400, 2_000, 20_000]

    private func rule(_ model: PurchaseModel, horizonDays: Double) -> ChurnRule {
        ChurnRule(
            model: model, horizonDays: horizonDays, levels: [ChurnRule.Level(name: "low", from: 0)], margin: 0,
            isCalibrated: true)
    }

    private func expectEqual(
        _ forecast: ChurnForecast, _ evidence: ChurnEvidence, _ rule: ChurnRule, _ value: ValueRule, _ what: String
    ) {
        let (model, history) = (rule.model, evidence.history)
        let worth = value.lifetimeValue(model)
        let orders = model.expectedPurchases(history, horizon: rule.horizonDays)
        let amount = value.amounts.expectedAmount(purchases: history.repeats, meanAmount: 31)
        let wanted = [
            ("orders", orders, forecast.expectedOrders), ("value", orders * amount, forecast.expectedValue),
            ("lifetime", worth.value(history, meanAmount: 31), forecast.lifetimeValue),
            (
                "risk", 0.3 * model.expectedPurchasesIfAlive(history, horizon: rule.horizonDays) * amount,
                forecast.valueAtRisk
            ),
            ("alive", model.pAlive(history), forecast.pAlive),
            ("half", model.daysUntilPurchaseIfAlive(history, quantile: 0.5), forecast.nextOrderDays),
            ("tenth", model.daysUntilPurchaseIfAlive(history, quantile: 0.1), forecast.nextOrderEarliestDays),
            ("nine tenths", model.daysUntilPurchaseIfAlive(history, quantile: 0.9), forecast.nextOrderLatestDays),
        ]
        for (name, expected, found) in wanted {
            switch (expected, found) {
            case (let expected?, let found?):
                #expect(isClose(found, expected, relative: 1e-9), "\(what): \(name) \(found), not \(expected)")
            default: #expect(expected == found, "\(what): \(name)")
            }
        }
    }

    @Test(arguments: 0..<60) func `a forecast is that of the models themselves`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 7_000)
        let model = PurchaseModel(
            kind: random.chance(0.5) ? .bgNBD : .mbgNBD, r: random.double(0.05...5), alpha: random.double(0.5...200),
            a: random.double(0.05...5), b: random.double(0.05...10))
        let rule = rule(model, horizonDays: random.double(1...400))
        let value = ValueRule(
            amounts: .cdnow, months: 1 + random.below(36), discountPerMonth: random.double(0...0.05))
        var forecaster = ChurnForecaster(rule, value)
        for repeats in [0, 1, 2, 13, 127, 128, 500] as [Double] {
            for age in ages {
                let history = PurchaseHistory(repeats: repeats, ageAtLast: repeats > 0 ? age / 2 : 0, age: age)
                let evidence = ChurnEvidence(history: history, ewmaAtLast: 1)
                let forecast = forecaster.forecast(evidence, risk: 0.3, meanAmount: 31)
                expectEqual(forecast, evidence, rule, value, "seed \(seed), \(history)")
            }
        }
    }

    @Test func `a number of repeats that is not whole has its own forecast`() {
        let (rule, value) = (rule(.defaultBGNBD, horizonDays: 90), ValueRule(amounts: .cdnow))
        let history = PurchaseHistory(repeats: 2.5, ageAtLast: 60, age: 90)
        let evidence = ChurnEvidence(history: history, ewmaAtLast: 1)
        var forecaster = ChurnForecaster(rule, value)
        expectEqual(
            forecaster.forecast(evidence, risk: 0.3, meanAmount: 31), evidence, rule, value, "2.5")
    }

    @Test func `who came before changes no bit of a forecast`() {
        let (rule, value) = (rule(.defaultMBGNBD, horizonDays: 90), ValueRule(amounts: .cdnow))
        var warm = ChurnForecaster(rule, value)
        for repeats in [0, 7, 30] as [Double] {
            for age in ages {
                let history = PurchaseHistory(repeats: repeats, ageAtLast: 0, age: age)
                let evidence = ChurnEvidence(history: history, ewmaAtLast: 1)
                var fresh = ChurnForecaster(rule, value)
                let wanted = fresh.forecast(evidence, risk: 0.5, meanAmount: 20)
                let found = warm.forecast(evidence, risk: 0.5, meanAmount: 20)
                #expect(found == wanted, "\(history)")
            }
        }
    }

    @Test func `a scale next to nothing has no series`() {
        var model = PurchaseModel.defaultBGNBD
        model.alpha = Double.leastNormalMagnitude
        let series = ExpectationSeries(ValueRule(amounts: .cdnow).lifetimeValue(model), repeats: 3, within: 90)
        #expect(series == nil)
    }

    @Test func `without amounts there are orders and waits only`() {
        let rule = rule(.defaultBGNBD, horizonDays: 90)
        let history = PurchaseHistory(repeats: 4, ageAtLast: 100, age: 130)
        var forecaster = ChurnForecaster(rule, nil)
        let evidence = ChurnEvidence(history: history, ewmaAtLast: 2)
        let forecast = forecaster.forecast(evidence, risk: 0.4, meanAmount: 20)
        #expect(forecast.expectedOrders == PurchaseModel.defaultBGNBD.expectedPurchases(history, horizon: 90))
        #expect(forecast.expectedValue == nil && forecast.valueAtRisk == nil && forecast.lifetimeValue == nil)
        #expect(forecast.nextOrderDays != nil)
    }

    /// Or the forecaster would be exact and slow.
    @Test(arguments: [PurchaseModel.defaultBGNBD, .defaultMBGNBD], [1, 12, 36])
    func `the default models have a series for every common number of repeats`(model: PurchaseModel, months: Int) throws
    {
        let worth = ValueRule(amounts: .cdnow, months: months).lifetimeValue(model)
        for repeats in 0..<128 {
            let series = try #require(ExpectationSeries(worth, repeats: Double(repeats), within: 90), "\(repeats)")
            for age in ages {
                let found = series.purchasesIfAlive(age: age)
                let wanted = worth.purchasesIfAlive(
                    PurchaseHistory(repeats: Double(repeats), ageAtLast: 0, age: age), within: 90)
                #expect(isClose(found.discounted, wanted.discounted, relative: 1e-10), "\(repeats) at \(age)")
                #expect(isClose(found.within, wanted.within, relative: 1e-10), "\(repeats) at \(age)")
            }
        }
    }
}
