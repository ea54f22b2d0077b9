import Scoring
import TestSupport
import Testing

@Suite struct ConditionTests {
    private let atLeast50 = Condition.comparison(Comparison(.score, .atLeast, 50))

    @Test func `easing lowers what must be reached and raises what must not`() {
        #expect(atLeast50.eased(by: 0.2) == .comparison(Comparison(.score, .atLeast, 40)))
        let below = Condition.comparison(Comparison(.measure(1), .below, 10))
        #expect(below.eased(by: 0.2) == .comparison(Comparison(.measure(1), .below, 12)))
        let negative = Condition.comparison(Comparison(.measure(0), .atLeast, -10))
        #expect(negative.eased(by: 0.2) == .comparison(Comparison(.measure(0), .atLeast, -12)))
    }

    @Test func `under a denial the easing turns round`() {
        // "not below 50" is "at least 50", and is eased like it.
        let denied = Condition.not(.comparison(Comparison(.score, .below, 50)))
        #expect(denied.eased(by: 0.2) == .not(.comparison(Comparison(.score, .below, 40))))
        #expect(Condition.not(.not(atLeast50)).eased(by: 0.2) == .not(.not(atLeast50.eased(by: 0.2))))
    }

    @Test func `an unknown number meets no comparison and every denial of one`() {
        #expect(!atLeast50.isMet { _ in .nan })
        #expect(!Condition.comparison(Comparison(.score, .below, 50)).isMet { _ in .nan })
        #expect(Condition.not(atLeast50).isMet { _ in .nan })
        #expect(Condition.all([]).isMet { _ in 0 } && !Condition.any([]).isMet { _ in 0 })
    }

    @Test(arguments: 0..<200) func `whoever meets the entry meets the eased condition`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let condition = Self.condition(&random, depth: 3)
        let eased = condition.eased(by: random.double(0...0.5))
        for _ in 0..<50 {
            let values = (0..<4).map { _ in random.chance(0.1) ? Double.nan : random.double(-100...100) }
            func value(_ subject: Comparison.Subject) -> Double {
                if case .measure(let index) = subject { return values[index] }
                return values[3]
            }
            // With unknowns a denial can hold either way, and easing changes nothing about that.
            if condition.isMet(value) { #expect(eased.isMet(value), "seed \(seed)") }
        }
    }

    static func condition(_ random: inout SeededRandom, depth: Int) -> Condition {
        switch depth == 0 ? 0 : random.below(4) {
        case 1: return .all((0..<2).map { _ in condition(&random, depth: depth - 1) })
        case 2: return .any((0..<2).map { _ in condition(&random, depth: depth - 1) })
        case 3: return .not(condition(&random, depth: depth - 1))
        default:
            let subject: Comparison.Subject = random.chance(0.3) ? .score : .measure(random.below(3))
            return .comparison(
                Comparison(subject, random.chance(0.5) ? .atLeast : .below, random.double(-100...100)))
        }
    }
}
