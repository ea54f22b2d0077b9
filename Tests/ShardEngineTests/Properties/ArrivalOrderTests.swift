import Scoring
import ShardEngine
import TestSupport
import Testing

/// What the order of arrival can and cannot change.
///
/// Within one batch it changes nothing at all: a batch is sorted by event time before it is applied. Across batches the
/// measures and the score, as of one instant, are functions of the set of events and of nothing else. The final tier is one
/// too where it is a function of the measures: looked at at once, without margin, grace and least time in a tier. It is not
/// one elsewhere, and cannot be: a margin keeps who once held the tier, grace and least time count from the instant at
/// which something was found lost, and the end of a term finds only what has arrived by then. Nor are the changes on the
/// way there, the ends of terms and the churn level, which has a margin of its own. Nor are points where tiers multiply them:
/// an order earns at the tier that is held when it arrives.
@Suite struct ArrivalOrderTests {
    @Test(arguments: 0..<120) func `the order of arrival inside a batch changes no word`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let policy = RandomPolicy.draw(&random)
        let history = RandomHistory.draw(&random, customers: 3, events: 60)
        let batches = Self.apart(history.batches)
        var inOrder = EngineRun(policy)
        var shuffled = EngineRun(policy)
        for batch in batches {
            inOrder.apply(batch)
            shuffled.apply(batch.shuffled(using: &random))
        }
        inOrder.wait(until: history.end)
        shuffled.wait(until: history.end)
        #expect(shuffled.said == inOrder.said, "seed \(seed)")
        #expect(shuffled.order == inOrder.order, "seed \(seed)")
        #expect(shuffled.engine.digest == inOrder.engine.digest, "seed \(seed)")
        #expect(
            shuffled.rejections.map { "\($0)" }.sorted() == inOrder.rejections.map { "\($0)" }.sorted(), "seed \(seed)")
    }

    /// Gives events of one batch, input and instant instants of their own: among those the offset decides.
    private static func apart(_ batches: [[ScriptedEvent]]) -> [[ScriptedEvent]] {
        var places: [String: [String]] = [:]
        return batches.map { batch in
            batch.map { event in
                let place = "\(event.time.milliseconds) \(event.input)"
                let what = "\(event)"
                if !(places[place] ?? []).contains(what) { places[place, default: []].append(what) }
                var moved = event
                // The very same record again stays the same record.
                moved.time.milliseconds += Int64((places[place] ?? []).firstIndex(of: what) ?? 0)
                return moved
            }
        }
    }

    @Test(arguments: 0..<150) func `late or in order, the measures and the score end the same`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let policy = RandomPolicy.draw(&random).earningAlike
        let (first, second, _) = Self.twoOrders(policy, &random)
        for (customer, report) in first {
            let other = second[customer]
            #expect(report.measures.count == other?.measures.count)
            for (index, value) in report.measures.enumerated() {
                #expect(
                    Self.agree(value, other?.measures[index] ?? nil), "seed \(seed): \(policy.measures[index].name)")
            }
            #expect(Self.agree(report.score, other?.score), "seed \(seed)")
        }
    }

    @Test(arguments: 0..<150) func `late or in order, a tier without margin, grace, dwell and term ends the same`(
        seed: Int
    ) {
        var random = SeededRandom(seed: UInt64(seed))
        var policy = RandomPolicy.draw(&random).earningAlike
        policy.downgrade = DowngradeRule(
            margin: 0, minimumDwell: .zero, grace: .zero, mode: policy.downgrade.mode, timing: .atOnce,
            withdrawsOnRefund: policy.downgrade.withdrawsOnRefund)
        let (first, second, tiers) = Self.twoOrders(policy, &random)
        for (customer, report) in first {
            #expect(report.tier == second[customer]?.tier, "seed \(seed)")
            #expect(tiers[customer]?.first == report.tier && tiers[customer]?.last == report.tier, "seed \(seed)")
        }
    }

    @Test func `with a margin the order of arrival decides who holds the tier`() {
        // 120 and then a refund of 30: silver is kept at 90, with 20 % missing. The refund first: 90 never earn it.
        let order = ScriptedEvent.order(Policies.start, "a", "1", .completed, 12_000)
        let refund = ScriptedEvent.order(Policies.hours(1), "a", "1", .refunded, refund: 3_000)
        var inOrder = EngineRun(Policies.spend(margin: 0.2))
        for event in [order, refund] { inOrder.apply([event]) }
        var reversed = EngineRun(Policies.spend(margin: 0.2))
        for event in [refund, order] { reversed.apply([event]) }
        #expect(inOrder.tiers(of: "a") == [1])
        #expect(reversed.tiers(of: "a") == [0])
    }

    /// Where everybody stands at the end of one history that arrives in two orders, one event a batch, and the tiers last
    /// said in each.
    private static func twoOrders(_ policy: Policy, _ random: inout SeededRandom) -> (
        first: [String: CustomerReport], second: [String: CustomerReport], tiers: [String: [Int]]
    ) {
        let days = Double(min(policy.history.orderDays, policy.history.browseDays, policy.history.feedbackDays) - 2)
        let history = ShuffledHistory(&random, policy, within: max(days, 1), count: 40)
        var reports: [[String: CustomerReport]] = []
        var tiers: [String: [Int]] = [:]
        for events in [
            history.events.sorted { $0.time < $1.time }, history.events.shuffled(using: &random),
        ] {
            var run = EngineRun(policy)
            for event in events { run.apply([event]) }
            run.wait(until: history.end)
            var report: [String: CustomerReport] = [:]
            for customer in run.said.keys {
                report[customer] = run.engine.report(on: Array(customer.utf8), at: history.end)
                tiers[customer, default: []].append(run.tiers(of: customer).last ?? -1)
            }
            #expect(run.rejections.allSatisfy { $0.reason == .duplicate })
            reports.append(report)
        }
        return (reports[0], reports[1], tiers)
    }

    private static func agree(_ left: Double?, _ right: Double?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return isClose(left, right, relative: 1e-9, absolute: 1e-9)
    }
}
