import Calibration
import RealModule
import Scoring
import TestSupport
import Testing

@Suite struct PurchaseFitTests {
    /// The CDNOW customers as lifetimes ships them: weeks to two decimals.
    private func customers() throws -> [(history: PurchaseHistory, meanAmount: Double)] {
        let table = try ReferenceTable("models/cdnow-all-customers.csv.gz")
        return try table.rows.map { row in
            let history = PurchaseHistory(
                repeats: try table.number("x", row), ageAtLast: try table.number("t_x", row),
                age: try table.number("T", row))
            return (history, try table.number("m", row))
        }
    }

    private func check(_ fit: PurchaseFit, _ parameters: [Double], logLikelihood: Double) {
        #expect(fit.quality.isConverged)
        #expect(abs(fit.quality.logLikelihood - logLikelihood) <= 1e-4, "\(fit.quality.logLikelihood)")
        for (found, expected) in zip(fit.parameters, parameters) {
            #expect(isClose(found.value, expected, relative: 1e-5), "\(found.name) \(found.value)")
        }
    }

    @Test func `BG/NBD on CDNOW in weeks has the published parameters and log-likelihood`() throws {
        let fit = try PurchaseFit(.bgNBD, customers().map(\.history))
        check(
            fit, [0.24259291862175983, 4.4135320516824486, 0.792886196430405, 2.425753634092808],
            logLikelihood: -9_582.42556056736)
        // The paper: .243, 4.414, .793, 2.426.
        #expect(fit.parameters.map { ($0.value * 1_000).rounded() } == [243, 4_414, 793, 2_426])
    }

    @Test func `MBG/NBD on CDNOW in weeks has the reference's parameters and log-likelihood`() throws {
        check(
            try PurchaseFit(.mbgNBD, customers().map(\.history)),
            [0.524838024836307, 6.182992098417914, 0.8913560640695504, 1.6139990249895548],
            logLikelihood: -9_582.132684899902)
    }

    @Test func `in days only the scale and the log-likelihood change`() throws {
        let days = try customers().map {
            PurchaseHistory(
                repeats: $0.history.repeats, ageAtLast: ($0.history.ageAtLast * 7).rounded(),
                age: ($0.history.age * 7).rounded())
        }
        check(
            try PurchaseFit(.bgNBD, days),
            [0.24259452164314027, 30.89521474697672, 0.7929219457105172, 2.4259065421273003],
            logLikelihood: -14_363.530442902833)
        check(
            try PurchaseFit(.mbgNBD, days),
            [0.5248431561646145, 43.28159967548119, 0.8913594777090427, 1.6140026049787042],
            logLikelihood: -14_363.236951782652)
    }

    @Test func `Gamma-Gamma on the repeat buyers has the reference's parameters and log-likelihood`() throws {
        let samples = try customers().map {
            OrderValueFit.Sample(purchases: $0.history.repeats, meanAmount: $0.meanAmount)
        }
        let fit = try OrderValueFit(samples)
        #expect(fit.quality.customers == 946 && fit.quality.isConverged)
        #expect(abs(fit.quality.logLikelihood - -4_055.9232435028584) <= 1e-4)
        for (found, expected) in zip(fit.parameters, [6.248802160029512, 3.7445885410886137, 15.447749553924224]) {
            #expect(isClose(found.value, expected, relative: 1e-5), "\(found.name) \(found.value)")
        }
    }

    @Test func `a fit of customers made by the model finds its parameters within their standard errors`() throws {
        var random = SeededRandom(seed: 11)
        let truth = PurchaseModel(kind: .bgNBD, r: 0.8, alpha: 20, a: 0.9, b: 3)
        let fit = try PurchaseFit(.bgNBD, (0..<4_000).map { _ in history(of: truth, &random) })
        #expect(fit.quality.isConverged)
        for (found, expected) in zip(fit.parameters, [0.8, 20, 0.9, 3]) {
            let error = try #require(found.standardError)
            #expect(error > 0 && error < 0.3 * expected, "\(found.name): error \(error)")
            #expect(abs(found.value - expected) < 4 * error, "\(found.name) \(found.value) ± \(error)")
        }
    }

    /// Buys at a gamma rate and drops out with a beta chance after each repeat, watched for 100 to 400 days.
    private func history(of model: PurchaseModel, _ random: inout SeededRandom) -> PurchaseHistory {
        let rate = gamma(model.r, &random) / model.alpha
        let first = gamma(model.a, &random)
        let dropout = first / (first + gamma(model.b, &random))
        let age = random.double(100...400)
        var (time, repeats, last) = (0.0, 0.0, 0.0)
        while true {
            time -= Double.log(1 - random.unit()) / rate
            guard time < age else { break }
            repeats += 1
            last = time
            if random.chance(dropout) { break }
        }
        return PurchaseHistory(repeats: repeats, ageAtLast: last, age: age)
    }

    /// Gamma with scale 1 by Marsaglia and Tsang (2000), a normal from twelve uniforms being too rough: Box and Muller.
    private func gamma(_ shape: Double, _ random: inout SeededRandom) -> Double {
        guard shape >= 1 else {
            return gamma(shape + 1, &random) * Double.pow(1 - random.unit(), 1 / shape)
        }
        let d = shape - 1.0 / 3
        while true {
            let normal =
                Double.sqrt(-2 * Double.log(1 - random.unit())) * Double.cos(2 * Double.pi * random.unit())
            let root = 1 + normal / Double.sqrt(9 * d)
            guard root > 0 else { continue }
            let v = root * root * root
            if Double.log(1 - random.unit()) < 0.5 * normal * normal + d - d * v + d * Double.log(v) { return d * v }
        }
    }

    @Test func `the same customers in another order give the same bits`() throws {
        let histories = try customers().map(\.history)
        #expect(try PurchaseFit(.bgNBD, histories) == PurchaseFit(.bgNBD, histories.reversed()))
    }

    @Test func `a history without repeat buyers is refused in one sentence`() {
        let once = Array(repeating: PurchaseHistory(repeats: 0, ageAtLast: 0, age: 50), count: 100)
        #expect(throws: CalibrationError.tooFewRepeatBuyers(found: 0, needed: 10)) { try PurchaseFit(.bgNBD, once) }
        #expect(
            "\(CalibrationError.tooFewRepeatBuyers(found: 0, needed: 10))".hasPrefix(
                "only 0 customers bought on two days or more"))
    }

    @Test func `customers who never drop out are not called a converged fit`() throws {
        // Every history alike: nothing tells rates or drop-outs apart.
        let alike = Array(repeating: PurchaseHistory(repeats: 5, ageAtLast: 100, age: 100), count: 50)
        #expect(try !PurchaseFit(.bgNBD, alike).quality.isConverged)
    }
}
