import Scoring
import Testing

@Suite struct PointsRuleTests {
    private static let rule = PointsRule(
        perUnit: 2_500, multipliers: [1_000, 1_250, 1_700], expiresAfterDays: 365)

    @Test func `a rate is the points of a unit times the tier's multiplier, exactly`() {
        #expect((0...2).map { Self.rule.rate(inTier: $0).millionths } == [2_500_000, 3_125_000, 4_250_000])
        #expect(Self.rule.lowestRate == PointsRate(millionths: 2_500_000))
    }

    @Test func `points are whole, rounded down, in the currency's own minor units`() {
        let rate = Self.rule.rate(inTier: 1)
        #expect(rate.points(for: Money(minorUnits: 10_000), minorPerMajor: 100) == 312)
        #expect(rate.points(for: Money(minorUnits: 31), minorPerMajor: 100) == 0)
        #expect(rate.points(for: Money(minorUnits: 32), minorPerMajor: 100) == 1)
        #expect(rate.points(for: Money(minorUnits: 100), minorPerMajor: 1) == 312)
        #expect(rate.points(for: Money(minorUnits: -100), minorPerMajor: 1) == 0)
        #expect(PointsRate.none.points(for: .limit, minorPerMajor: 1) == 0)
    }

    @Test func `the balance is a measure of the days for which points count`() {
        #expect(Self.rule.measure == Measure(.points, .days(365)) && Self.rule.measure.name == "points")
        #expect(Self.rule.measure.isWindowed && Measure(name: "points_365d") == nil)
    }
}
