import Calibration
import TestSupport
import Testing

@Suite struct RankingTests {
    @Test func `the area under the curve is the share of pairs in order, ties half`() {
        #expect(Ranking.areaUnderCurve([0.1, 0.4, 0.35, 0.8], churned: [false, false, true, true]) == 0.75)
        #expect(Ranking.areaUnderCurve([1, 1, 1], churned: [true, false, true]) == 0.5)
        #expect(Ranking.areaUnderCurve([0.9, 0.1], churned: [true, false]) == 1)
        #expect(Ranking.areaUnderCurve([0.9, 0.1], churned: [true, true]) == nil)
    }

    @Test(arguments: 0..<20) func `the area equals a count over all pairs`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let scores = (0..<60).map { _ in Double(random.below(12)) }
        let churned = scores.map { _ in random.chance(0.4) }
        var (ordered, pairs) = (0.0, 0.0)
        for (left, isChurner) in zip(scores, churned) where isChurner {
            for (right, other) in zip(scores, churned) where !other {
                pairs += 1
                ordered += left > right ? 1 : left == right ? 0.5 : 0
            }
        }
        let area = try #require(Ranking.areaUnderCurve(scores, churned: churned))
        #expect(isClose(area, ordered / pairs, relative: 1e-14))
    }

    @Test func `the Gini ratio is one for the order of the amounts and its negative for the reverse`() throws {
        let amounts: [Int64] = [0, 0, 10, 30, 60]
        #expect(Ranking.giniRatio([1, 2, 3, 4, 5], amounts: amounts) == 1)
        let reverse = try #require(Ranking.giniRatio([5, 4, 3, 2, 1], amounts: amounts))
        #expect(isClose(reverse, -1, relative: 1e-14))
        let blind = try #require(Ranking.giniRatio([7, 7, 7, 7, 7], amounts: amounts))
        #expect(abs(blind) < 1e-14)
        #expect(Ranking.giniRatio([1, 2], amounts: [0, 0]) == nil)
    }

    @Test func `the gains rise from nothing to everything, ties in one step`() {
        let points = Ranking.gains([3, 1, 3, 0], amounts: [10, 20, 50, 20])
        #expect(
            points == [
                GainsPoint(customers: 0, amount: 0), GainsPoint(customers: 0.5, amount: 0.6),
                GainsPoint(customers: 0.75, amount: 0.8), GainsPoint(customers: 1, amount: 1),
            ])
        #expect(Ranking.captured(by: 0.25, points) == 0.3)
        #expect(Ranking.captured(by: 0.75, points) == 0.8)
    }
}
