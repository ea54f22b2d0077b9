import Scoring
import Testing

struct RFMTests {
    private static let table: [(recency: Int, frequency: Int, monetary: Int, group: RFMGroup)] = [
        (5, 5, 5, .champions), (5, 4, 4, .champions), (5, 3, 4, .active), (5, 1, 2, .new), (5, 2, 2, .active),
        (4, 4, 4, .loyal), (4, 3, 4, .active), (4, 2, 2, .active), (4, 1, 2, .promising),
        (3, 5, 3, .loyal), (3, 3, 4, .needsAttention), (3, 2, 2, .needsAttention), (3, 1, 1, .promising),
        (2, 5, 4, .previouslyLoyal), (1, 5, 5, .previouslyLoyal), (2, 4, 4, .atRisk), (1, 3, 3, .atRisk),
        (2, 2, 3, .almostLost), (1, 2, 2, .almostLost), (2, 1, 2, .dormant), (1, 1, 1, .dormant),
    ]

    @Test(arguments: table)
    func `recency and the rest name the group`(_ recency: Int, _ frequency: Int, _ monetary: Int, _ group: RFMGroup) {
        let scores = RFM.Scores(recency: recency, frequency: frequency, monetary: monetary)
        #expect(RFMGroup(scores) == group)
    }

    @Test func `all eleven groups are reached`() {
        #expect(RFMGroup(nil) == .prospects)
        #expect(Set(Self.table.map(\.group)).union([.prospects]) == Set(RFMGroup.allCases))
        #expect(RFMGroup.allCases.count == 11)
    }

    private func scores(_ days: Double, _ purchaseDays: Double, _ spend: Double) -> RFM.Scores? {
        var purchases = PurchaseEvidence()
        (purchases.daysSinceLast, purchases.purchaseDays, purchases.spend) = (days, purchaseDays, spend)
        return RFM(purchases, RFMRule()).scores
    }

    @Test func `a threshold of recency is met at it, the others beyond it`() {
        #expect(scores(30, 1, 50) == RFM.Scores(recency: 5, frequency: 1, monetary: 1))
        #expect(scores(30.01, 1.5, 50.01) == RFM.Scores(recency: 4, frequency: 2, monetary: 2))
        #expect(scores(241, 9, 1_001) == RFM.Scores(recency: 1, frequency: 5, monetary: 5))
    }

    @Test func `without an order there are no scores`() {
        let none = RFM(nil, RFMRule())
        #expect(none.scores == nil && none.group == .prospects)
    }

    @Test func `equal fifths leave scores out`() {
        var purchases = PurchaseEvidence()
        (purchases.daysSinceLast, purchases.purchaseDays, purchases.spend) = (1, 2, 1)
        let rule = RFMRule(frequency: [1, 1, 1, 2])
        #expect(RFM(purchases, rule).scores?.frequency == 4)
    }
}
