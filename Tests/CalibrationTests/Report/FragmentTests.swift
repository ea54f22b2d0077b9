import Calibration
import Scoring
import Testing

@Suite struct FragmentTests {
    private func fit() throws -> HistoryFit {
        let settings = HistoryFit.Settings(Samples.policy(), until: DayIndex(1_300), horizonDays: 60)
        return try HistoryFit(Samples.purchases(600, seed: 21), settings)
    }

    private func value(_ key: String, in fragment: String) -> String? {
        fragment.split(separator: "\n").first { $0.contains(key + ":") }
            .map { $0.drop { $0 != ":" }.dropFirst().drop { $0 == " " } }.map(String.init)
    }

    @Test func `the fragment has the policy's fields with the numbers of the fit`() throws {
        let fit = try fit()
        let fragment = try #require(fit.fragment(score: .combined))
        let model = fit.bgNBD.model
        #expect(value("score", in: fragment) == "combined")
        #expect(value("horizon", in: fragment) == "60d")
        #expect(
            value("parameters", in: fragment) == "{r: \(model.r), alpha: \(model.alpha), a: \(model.a), b: \(model.b)}")
        #expect(value("coefficients", in: fragment) == "{p0: 0.4, ewma: -0.7, constant: \(fit.churnConstant)}")
        #expect(value("ewma_half_life", in: fragment) == "60d")
        let amounts = fit.orderValue.model
        #expect(value("gamma_gamma", in: fragment) == "{p: \(amounts.p), q: \(amounts.q), v: \(amounts.v)}")
        #expect(value("recency", in: fragment) == "\(fit.rfm.recency)")
    }

    @Test func `plain p0 needs no coefficients and the logistic score has six`() throws {
        let fit = try fit()
        #expect(try !#require(fit.fragment(score: .p0)).contains("coefficients"))
        let logistic = try #require(fit.fragment(score: .logistic))
        for name in ["intercept", "recency", "frequency", "monetary", "age", "ewma"] {
            #expect(value("coefficients", in: logistic)?.contains("\(name): ") == true, "\(name)")
        }
    }

    @Test func `the combined constant makes the mean risk that of p0`() throws {
        let fit = try fit()
        let known = Samples.purchases(600, seed: 21).asOf(DayIndex(1_300), ewmaHalfLifeDays: 60, minorPerMajor: 100)
        let combined = known.reduce(0) { $0 + fit.combined.risk($1.evidence) }
        let plain = known.reduce(0) { $0 + fit.model(.p0).risk($1.evidence) }
        #expect(abs(combined - plain) < 1e-9 * plain)
    }
}
