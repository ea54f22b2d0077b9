import RealModule
import Scoring
import TestSupport
import Testing

@Suite struct PurchaseForecastTests {
    /// The exact fit of the reference files, weeks.
    private let weeks = PurchaseModel(
        kind: .bgNBD, r: 0.24259291862175983, alpha: 4.4135320516824486, a: 0.792886196430405, b: 2.425753634092808)

    private func history(_ table: ReferenceTable, _ row: [String]) throws -> PurchaseHistory {
        PurchaseHistory(
            repeats: try table.number("x", row), ageAtLast: try table.number("t_x", row),
            age: try table.number("T", row))
    }

    @Test func `the published customers have the published expected purchases`() throws {
        let table = try ReferenceTable("models/cdnow-reference-customers.csv")
        for row in table.rows {
            let expected = try table.number("bg_expected", row)
            let found = weeks.expectedPurchases(
                try history(table, row), horizon: try table.number("horizon", row))
            #expect(isClose(found, expected, relative: 1e-9), "\(row): \(found)")
        }
        #expect(table.rows.count == 32)
    }

    @Test func `the stress grid of extreme histories and horizons is met to nine digits`() throws {
        let table = try ReferenceTable("models/bgnbd-stress-grid.csv")
        var compared = 0
        for row in table.rows {
            let model = PurchaseModel(
                kind: .bgNBD, r: try table.number("r", row), alpha: try table.number("alpha", row),
                a: try table.number("a", row), b: try table.number("b", row))
            let horizon = try table.number("H", row)
            let found = model.expectedPurchases(try history(table, row), horizon: horizon)
            let expected = try table.number("expected", row)
            #expect(isClose(found, expected, relative: 1e-9, absolute: 1e-300), "\(row): \(found)")
            let stranger = PurchaseHistory(repeats: 0, ageAtLast: 0, age: 0)
            let unconditional = try table.number("unconditional_EX_H", row)
            let foundOfStranger = model.expectedPurchases(stranger, horizon: horizon)
            #expect(isClose(foundOfStranger, unconditional, relative: 1e-9), "\(row): \(foundOfStranger)")
            compared += 1
        }
        #expect(compared == 80)
    }

    @Test func `sixteen horizons at once are the sixteen one by one, on the stress grid too`() throws {
        let table = try ReferenceTable("models/bgnbd-stress-grid.csv")
        for row in table.rows {
            let model = PurchaseModel(
                kind: .bgNBD, r: try table.number("r", row), alpha: try table.number("alpha", row),
                a: try table.number("a", row), b: try table.number("b", row))
            let horizon = try table.number("H", row)
            let past = try history(table, row)
            var horizons = SIMD16<Double>.zero
            for lane in horizons.indices { horizons[lane] = horizon * 3 * Double(lane + 1) / 16 }
            let found = model.expectedPurchasesIfAlive(past, horizons: horizons, count: 16)
            for lane in found.indices {
                let alone = model.expectedPurchasesIfAlive(past, horizon: horizons[lane])
                #expect(isClose(found[lane], alone, relative: 1e-9, absolute: 1e-300), "\(row), lane \(lane)")
            }
        }
        #expect(table.rows.count == 80)
    }

    @Test func `every CDNOW customer has the expected purchases of the reference to their printed digits`() throws {
        let table = try ReferenceTable("models/cdnow-all-customers.csv.gz")
        var (farthest, total) = (0.0, 0.0)
        for row in table.rows {
            let found = weeks.expectedPurchases(try history(table, row), horizon: 39)
            farthest = max(farthest, abs(found - (try table.number("e39", row))))
            total += found
        }
        #expect(farthest <= 0.501e-8)
        // The ages of this file are rounded to two decimals.
        #expect(isClose(total, 1_653.4087171921296, relative: 1e-5))
    }

    @Test func `the cohort is expected to repeat as the weekly figures say`() throws {
        let model = PurchaseModel(
            kind: .bgNBD, r: 0.24259452471947726, alpha: 4.413602211338437, a: 0.7929218435046272, b: 2.4259058749224844
        )
        let customers = try ReferenceTable("models/cdnow-all-customers.csv.gz")
        let ages = try customers.rows.map { (try customers.number("T", $0) * 7).rounded() }
        let weekly = try ReferenceTable("models/cdnow-weekly-cumulative.csv")
        for (index, row) in weekly.rows.enumerated() {
            // Week by week from 1997-01-07; the ages are those of 1997-09-30, 266 days later.
            let daysLater = Double(index * 7 - 266)
            let expected = ages.reduce(0.0) { sum, age in
                guard age + daysLater > 0 else { return sum }
                let stranger = PurchaseHistory(repeats: 0, ageAtLast: 0, age: 0)
                return sum + model.expectedPurchases(stranger, horizon: (age + daysLater) / 7)
            }
            #expect(
                isClose(expected, try weekly.number("expected_cum_repeat", row), relative: 1e-9), "\(row): \(expected)")
        }
        #expect(weekly.rows.count == 78)
    }

    @Test func `a first parameter of one is as smooth as its neighbours`() {
        let history = PurchaseHistory(repeats: 3, ageAtLast: 40, age: 60)
        let values = [1 - 1e-9, 1, 1 + 1e-9].map { a in
            PurchaseModel(kind: .bgNBD, r: 0.3, alpha: 20, a: a, b: 2).expectedPurchases(history, horizon: 90)
        }
        #expect(isClose(values[0], values[1], relative: 1e-8) && isClose(values[1], values[2], relative: 1e-8))
        // a + b = 1 without a repeat: the third argument of ₂F₁ would be 0.
        let edge = [0.4 - 1e-9, 0.4, 0.4 + 1e-9].map { a in
            PurchaseModel(kind: .bgNBD, r: 0.3, alpha: 20, a: a, b: 0.6)
                .expectedPurchases(PurchaseHistory(repeats: 0, ageAtLast: 0, age: 60), horizon: 90)
        }
        #expect(isClose(edge[0], edge[1], relative: 1e-7) && isClose(edge[1], edge[2], relative: 1e-7))
    }

    /// The density of the first moment by Simpson's rule: an independent road to the closed form.
    ///
    /// Alive with p ~ Beta(a, b′), the rate at time t is E[λ e^(−λpt)] = s·R^s/(R + pt)^(s+1), R = α+T.
    private func integrated(_ model: PurchaseModel, _ history: PurchaseHistory, _ horizon: Double) -> Double {
        let b = model.b + history.repeats + (model.kind == .mbgNBD ? 1 : 0)
        let (shape, reach) = (model.r + history.repeats, model.alpha + history.age)
        let logBeta = Double.logGamma(model.a) + Double.logGamma(b) - Double.logGamma(model.a + b)
        let steps = 4_000
        // p = v^10 takes the singularity of p^(a−1) away.
        var sum = 0.0
        for index in 0...steps {
            let v = Double(index) / Double(steps)
            let p = Double.pow(v, 10)
            let purchases =
                p > 0 ? (1 - Double.pow(reach / (reach + p * horizon), shape)) / p : shape * horizon / reach
            let value = 10 * Double.pow(v, 10 * model.a - 1) * Double.pow(1 - p, b - 1) * purchases
            sum += value * (index == 0 || index == steps ? 1 : index % 2 == 1 ? 4 : 2)
        }
        return model.pAlive(history) * sum / Double(3 * steps) / Double.exp(logBeta)
    }

    @Test(arguments: [PurchaseModel.Kind.bgNBD, .mbgNBD])
    func `the expectation is the integral over the drop-out probability`(kind: PurchaseModel.Kind) {
        for a in [0.6, 0.891356, 1.7] {
            let model = PurchaseModel(kind: kind, r: 0.524838, alpha: 43.28, a: a, b: 2.3)
            for (repeats, last, age) in [(0.0, 0.0, 200.0), (1, 30, 200), (9, 190, 200)] {
                let history = PurchaseHistory(repeats: repeats, ageAtLast: last, age: age)
                let found = model.expectedPurchases(history, horizon: 273)
                let expected = integrated(model, history, 273)
                #expect(isClose(found, expected, relative: 1e-7), "\(kind) \(a) \(repeats): \(found), \(expected)")
            }
        }
    }

    /// Computed with scipy's ₂F₁, or where that fails by integrating in Python to eleven digits.
    @Test func `customers who are all alike, or shops long watched, take another road to the same numbers`() {
        let cases: [(shape: Double, a: Double, b: Double, reach: Double, horizon: Double, expected: Double)] = [
            (30, 0.05, 0.3, 10, 1_000, 1_799.917583875863), (5, 50, 200, 20, 90, 4.856630407259883),
            (5, 500, 1_500, 20, 90, 3.9126039123375733), (5, 50_000, 100_000, 20, 90, 2.9693161502517964),
            (0.24, 0.001, 2.4, 30, 1e6, 7_932.114821674554), (1_000, 0.79, 1_002, 4, 1e6, 60_087.3388478358),
            (2, 0.0001, 0.01, 30, 365, 24.09530279474812), (1, 5_000, 15_000, 1_565, 30.4, 0.019331044198458613),
            (114, 31_300, 93_900, 42_000, 90, 0.23691430584876076),
            (50, 0.8, 0.1, 50 / 0.3, 1_095, 2.2857657780611949), (80, 0.8, 0.1, 80 / 0.3, 1_095, 2.2868471016098677),
        ]
        for one in cases {
            let model = PurchaseModel(kind: .bgNBD, r: one.shape, alpha: one.reach, a: one.a, b: one.b)
            let found = model.expectedPurchasesIfAlive(
                PurchaseHistory(repeats: 0, ageAtLast: 0, age: 0), horizon: one.horizon)
            #expect(isClose(found, one.expected, relative: 1e-8), "\(one): \(found)")
            var horizons = SIMD16(repeating: one.horizon / 2)
            horizons[2] = one.horizon
            let among = model.expectedPurchasesIfAlive(
                PurchaseHistory(repeats: 0, ageAtLast: 0, age: 0), horizons: horizons, count: 3)
            #expect(isClose(among[2], one.expected, relative: 1e-8), "\(one): \(among[2])")
        }
    }

    @Test(arguments: 0..<300) func `expected purchases are finite, grow with the horizon and shrink in silence`(
        seed: Int
    ) {
        var random = SeededRandom(seed: UInt64(seed) &+ 9_000)
        func wide(_ low: Double, _ high: Double) -> Double {
            Double.exp(random.double(Double.log(low)...Double.log(high)))
        }
        let model = PurchaseModel(
            kind: random.chance(0.5) ? .bgNBD : .mbgNBD, r: wide(0.02, 20), alpha: wide(0.1, 1_000),
            a: wide(0.001, 200),
            b: wide(0.01, 500))
        let last = random.chance(0.4) ? 0 : random.double(0...2_000)
        let history = PurchaseHistory(
            repeats: last == 0 ? 0 : Double(1 + random.below(1_000)), ageAtLast: last,
            age: last + random.double(0...1_000))
        var before = 0.0
        for horizon in [0.01, 1, 30, 90, 365, 3_650, 1e6, 1e12] {
            let found = model.expectedPurchasesIfAlive(history, horizon: horizon)
            #expect(
                found.isFinite && found >= before * (1 - 1e-9), "seed \(seed), \(horizon): \(found) after \(before)")
            // Never dropping out would give s·H/(α+T).
            let most = (model.r + history.repeats) * horizon / (model.alpha + history.age)
            #expect(found <= most * (1 + 1e-9), "seed \(seed), \(horizon)")
            before = found
        }
        let later = PurchaseHistory(repeats: history.repeats, ageAtLast: history.ageAtLast, age: history.age + 50)
        #expect(
            model.expectedPurchases(later, horizon: 90) <= model.expectedPurchases(history, horizon: 90) * (1 + 1e-9))
    }

    @Test func `the wait for the next purchase has the published median`() throws {
        let table = try ReferenceTable("models/cdnow-reference-customers.csv")
        for row in table.rows {
            let expected = try table.number("bg_median_next_if_alive", row)
            let found = try #require(weeks.daysUntilPurchaseIfAlive(try history(table, row), quantile: 0.5))
            #expect(isClose(found, expected, relative: 1e-9), "\(row): \(found)")
        }
    }

    @Test(arguments: 0..<100) func `the quantile of the wait is where p0 has its complement`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 500)
        let model = random.chance(0.5) ? PurchaseModel.defaultBGNBD : .defaultMBGNBD
        let history = PurchaseHistory(
            repeats: Double(1 + random.below(20)), ageAtLast: 300, age: 300 + random.double(0...200))
        let quantile = random.double(0.01...0.95)
        guard let wait = model.daysUntilPurchase(history, quantile: quantile) else {
            #expect(model.pAlive(history) <= quantile, "seed \(seed)")
            return
        }
        #expect(isClose(model.probabilityOfNoPurchase(history, horizon: wait), 1 - quantile, relative: 1e-10))
    }

    @Test(arguments: 0..<100) func `the log-odds of p0 are those of p0 and keep their digits at the ends`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 700)
        let model = random.chance(0.5) ? PurchaseModel.defaultBGNBD : .defaultMBGNBD
        let repeats = Double(random.below(40))
        let last = repeats == 0 ? 0 : random.double(0...500)
        let history = PurchaseHistory(repeats: repeats, ageAtLast: last, age: last + random.double(0...300))
        let logOdds = model.logOddsOfNoPurchase(history, horizon: 90)
        let risk = model.probabilityOfNoPurchase(history, horizon: 90)
        #expect(isClose(LogOdds.probability(logOdds), risk, relative: 1e-12), "seed \(seed)")
        let gone = PurchaseHistory(repeats: 1_000, ageAtLast: 400, age: 3_000)
        // 1 − p0 is about e^−1,800: no difference from 1 could hold it.
        #expect(model.logOddsOfNoPurchase(gone, horizon: 90) > 1_000)
        #expect(model.logOddsOfNoPurchase(gone, horizon: 90).isFinite)
    }
}
