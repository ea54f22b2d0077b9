import Scoring
import Testing

struct ShoppingPsychologyTests {
    private func psychology(
        concentration: Double? = nil, _ change: (inout ShoppingHabits) -> Void
    ) -> ShoppingPsychology {
        var evidence = ProfileEvidence(tenureDays: 100)
        evidence.habits.orders = 6
        evidence.habits.considered = 6
        change(&evidence.habits)
        evidence.preferences.concentration = concentration
        return ShoppingPsychology(evidence)
    }

    @Test func `who compares for days and buys what is reduced is rational`() {
        let rational = psychology(concentration: 0.2) {
            ($0.views, $0.compared, $0.decisionHours, $0.discounted) = (48, 24, 300, 5)
        }
        #expect(rational.style == .rational)
        #expect(rational.confidence > 0.5 && rational.confidence < 1)
    }

    @Test func `who buys at first sight after a campaign is impulsive`() {
        let impulsive = psychology(concentration: 0.2) {
            ($0.views, $0.compared, $0.decisionHours, $0.discounted, $0.flash) = (6, 6, 0.6, 4, 6)
        }
        #expect(impulsive.style == .impulsive)
    }

    @Test func `who keeps to one category at full price is emotional`() {
        let emotional = psychology(concentration: 1) {
            ($0.views, $0.compared, $0.decisionHours) = (18, 6, 72)
        }
        #expect(emotional.style == .emotional)
    }

    @Test func `one order tells nothing`() {
        let single = psychology(concentration: 1) { ($0.orders, $0.considered) = (1, 1) }
        #expect(single.style == .unknown && single.confidence == 0)
    }

    @Test func `confidence grows with the orders, and is halved without browsing before them`() {
        func confidence(orders: Double, considered: Double) -> Double {
            psychology(concentration: 1) { ($0.orders, $0.considered) = (orders, considered) }.confidence
        }
        #expect(confidence(orders: 3, considered: 0) == 0.25)
        #expect(confidence(orders: 9, considered: 0) > confidence(orders: 3, considered: 0))
    }
}
