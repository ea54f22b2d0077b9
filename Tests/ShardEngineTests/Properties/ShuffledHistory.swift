import Scoring
import TestSupport

/// Events whose final measures cannot depend on the order in which they arrive.
///
/// Left out is what the ledger decides by arrival: updates (the one for an unknown order is forgotten, and no order falls
/// below what was refunded by then), a second order event of one id (the first counts), the sessions of browsing (a session
/// is opened by the first event that names it) and two answers of one day (the latest is the one that came last).
struct ShuffledHistory {
    private(set) var events: [ScriptedEvent] = []
    private var random: SeededRandom
    private let policy: Policy
    private var answeredOn: Set<String> = []
    /// After everything that happens.
    let end: EventTime

    /// Everything within `days` before `end`, so that nothing comes too late.
    init(_ random: inout SeededRandom, _ policy: Policy, within days: Double, count: Int) {
        self.random = random
        self.policy = policy
        end = EventTime(milliseconds: 1_800_000_000_000 + Int64(random.below(400)) * 86_400_000)
        for number in 0..<count { write(number, days) }
        random = self.random
    }

    private mutating func write(_ number: Int, _ days: Double) {
        let customer = "customer-\(random.below(3))"
        let time = EventTime(
            milliseconds: end.milliseconds - 1 - Int64(random.double(0...days) * TimeSpan.millisecondsPerDay))
        switch random.below(6) {
        case 0...2: order(customer, "o-\(number)", at: time)
        case 3, 4:
            events.append(
                .browse(
                    time, customer, "b-\(number)", random.pick(BrowseType.allCases),
                    dwell: UInt32(random.below(90_000))))
        default:
            guard answeredOn.insert("\(customer) \(policy.calendar.day(of: time).value)").inserted else { return }
            events.append(
                .feedback(
                    time, customer, "f-\(number)", random.pick(FeedbackType.allCases),
                    score: UInt16(random.below(11) * 1_000)))
        }
    }

    private mutating func order(_ customer: String, _ id: String, at time: EventTime) {
        let total = Int64(1 + random.below(20_000))
        events.append(.order(time, customer, id, .completed, total, cost: ScriptedEvent.cost(of: id, total)))
        for part in 0..<random.pick([0, 0, 0, 1, 2]) {
            let later = EventTime(
                milliseconds: min(time.milliseconds + Int64(1 + part) * 7_200_000, end.milliseconds - 1))
            events.append(.order(later, customer, id, .refunded, refund: Int64(random.below(12_000)) + Int64(part)))
        }
        if random.chance(0.1) { events.append(.order(time, customer, id, .cancelled)) }
    }
}
