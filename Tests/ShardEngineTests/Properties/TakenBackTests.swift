import Scoring
import ShardEngine
import TestSupport
import Testing

/// A refund of everything equals never having bought: in every measure, faded spend and lifetime included, and the score.
///
/// An order of 0 is left out: there is nothing to give back of it, and it stays an order.
@Suite struct TakenBackTests {
    /// How an order can be taken back whole.
    private enum Way: CaseIterable { case whole, inParts, tooMuch, cancelled, cancelledAfterRefund, refundFirst }

    @Test(arguments: 0..<150) func `orders that were taken back leave no trace in measures and score`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let policy = RandomPolicy.draw(&random).earningAlike
        var writer = Twins(random, policy)
        for number in 0..<30 { writer.write(number) }
        var run = EngineRun(policy)
        for event in writer.events { run.apply([event]) }
        run.wait(until: writer.clock)
        let honest = run.engine.report(on: Array("never".utf8), at: writer.clock)
        let returned = run.engine.report(on: Array("returned".utf8), at: writer.clock)
        #expect(run.rejections.isEmpty, "seed \(seed)")
        #expect(writer.takenBack > 0 && honest != nil)
        for (index, measure) in policy.measures.enumerated() {
            let (left, right) = (honest?.measures[index] ?? nil, returned?.measures[index] ?? nil)
            let same =
                if let left, let right { isClose(left, right, relative: 1e-9, absolute: 1e-9) } else {
                    left == nil && right == nil
                }
            #expect(
                same, "seed \(seed): \(measure.name) is \(String(describing: right)), not \(String(describing: left))")
        }
        #expect(isClose(honest?.score ?? -1, returned?.score ?? -2, relative: 1e-9, absolute: 1e-9), "seed \(seed)")
    }

    /// Two customers who do the same, but that one of them also buys things and gives them back.
    private struct Twins {
        var events: [ScriptedEvent] = []
        var clock = EventTime(milliseconds: 1_768_900_000_000)
        var takenBack = 0
        private var random: SeededRandom
        private let policy: Policy
        /// An order can be taken back as long as it is in the history.
        private let longest: Double

        init(_ random: SeededRandom, _ policy: Policy) {
            self.random = random
            self.policy = policy
            longest = Double(policy.history.orderDays - 2)
            // Both are first seen together, for the measures that count from there.
            for customer in ["never", "returned"] { events.append(.browse(clock, customer, "first", .pageViewed)) }
        }

        mutating func write(_ number: Int) {
            clock = clock + TimeSpan(milliseconds: Int64(random.double(0...4) * TimeSpan.millisecondsPerDay))
            if number % 3 == 0 { return buyAndReturn("r-\(number)") }
            let amount = Int64(1 + random.below(20_000))
            let (type, score) = (random.pick(FeedbackType.allCases), UInt16(random.below(11) * 1_000))
            let isOrder = random.chance(0.6)
            for customer in ["never", "returned"] {
                events.append(
                    isOrder
                        ? .order(
                            clock, customer, "o-\(number)", .completed, amount,
                            cost: ScriptedEvent.cost(of: "o-\(number)", amount))
                        : .feedback(clock, customer, "f-\(number)", type, score: score))
            }
        }

        private mutating func buyAndReturn(_ id: String) {
            takenBack += 1
            let (bought, total) = (clock, Int64(2 + random.below(20_000)))
            let part = Int64(1 + random.below(Int(total) - 1))
            func event(_ type: OrderType, at time: EventTime, refund: Int64? = nil) -> ScriptedEvent {
                .order(
                    time, "returned", id, type, type == .completed ? total : 0, refund: refund,
                    cost: type == .completed ? ScriptedEvent.cost(of: id, total) : nil)
            }
            let wait = random.double(0...min(longest, 6)) * TimeSpan.millisecondsPerDay
            clock = clock + TimeSpan(milliseconds: Int64(wait) + 1)
            let order = event(.completed, at: bought)
            switch random.pick(Way.allCases) {
            case .whole: events += [order, event(.refunded, at: clock)]
            case .inParts:
                let rest = event(.refunded, at: clock + TimeSpan(milliseconds: 1), refund: total - part)
                events += [order, event(.refunded, at: clock, refund: part), rest]
            case .tooMuch: events += [order, event(.refunded, at: clock, refund: total + 1)]
            case .cancelled: events += [order, event(.cancelled, at: clock)]
            case .cancelledAfterRefund:
                events += [order, event(.refunded, at: clock, refund: part), event(.cancelled, at: clock)]
            case .refundFirst: events += [event(.refunded, at: clock), order]
            }
            clock = clock + TimeSpan(milliseconds: 2)
        }
    }
}
