import Foundation
import Scoring

/// One customer's history as plain lists, and every measure computed from scratch: slow and obvious on purpose.
struct ReferenceHistory {
    struct Order {
        var id: String
        var time: EventTime
        var total: Int64
        var refunds: [(time: EventTime, asked: Int64?, given: Int64)] = []
        var isCancelled = false
        var isUsedUp = false
        var revisedAt: EventTime?
        /// Nil if it was not told.
        var cost: Int64?
        /// Points for a major unit, in millionths.
        var rate: Int64 = 0
        /// Older than the history: later events no longer find it.
        var isClosed = false

        var net: Int64 { isCancelled ? 0 : total - refunds.reduce(0) { $0 + $1.given } }
        var counts: Bool { !isCancelled && !isUsedUp }

        /// Of the cost, the part of what is left.
        var costLeft: Int64? { counts ? cost.map { total == 0 ? $0 : $0 * net / total } : nil }

        func points(minorPerMajor: Int64) -> Int64 { counts ? net * rate / (minorPerMajor * 1_000_000) : 0 }
    }

    struct Early {
        var id: String
        var time: EventTime
        var isCancellation: Bool
        var refund: Int64?
    }

    struct Visit {
        var day: DayIndex
        var type: BrowseType
        var opensSession: Bool
        var dwell: Int
    }

    struct Answer {
        var id: String
        var day: DayIndex
        var type: FeedbackType
        var score: UInt16?
    }

    let policy: Policy
    var firstSeen = EventTime.never
    var orders: [Order] = []
    var early: [Early] = []
    var visits: [Visit] = []
    var answers: [Answer] = []
    private var latestSession: UInt32 = 0
    /// What is known once and for all, whatever is taken back later: orders that began to count, those of them with a coupon,
    /// and referrals.
    var portrayed = (orders: 0, discounted: 0, referrals: 0)
    var hasBrowsed = false
    /// When the order was made that the latest order event took something back from; nil if it took nothing.
    var reducedOrderAt: EventTime?

    init(_ policy: Policy) { self.policy = policy }

    mutating func see(_ event: ScriptedEvent) { firstSeen = min(firstSeen, event.time) }

    mutating func add(_ browse: BrowseEvent, at time: EventTime) {
        let session = UInt32(truncatingIfNeeded: browse.sessionHash)
        let opens = session != 0 && session != latestSession
        if opens { latestSession = session }
        hasBrowsed = true
        visits.append(
            Visit(
                day: policy.calendar.day(of: time), type: browse.type, opensSession: opens,
                dwell: Int(browse.dwellMilliseconds)))
    }

    /// False if the answer is known.
    mutating func add(_ feedback: FeedbackEvent, id: String, at time: EventTime) -> Bool {
        let day = policy.calendar.day(of: time)
        if answers.contains(where: { $0.id == id && $0.day == day }) { return false }
        let place = answers.lastIndex { $0.day <= day }.map { $0 + 1 } ?? 0
        answers.insert(Answer(id: id, day: day, type: feedback.type, score: feedback.score), at: place)
        if feedback.type == .referral { portrayed.referrals += 1 }
        return true
    }

    // MARK: Measures

    /// The value at `time`; NaN for unknown.
    func value(_ measure: Measure, at time: EventTime) -> Double {
        let today = policy.calendar.day(of: time)
        let span = measure.windowDays
        let start = windowStart(measure, today)
        let within = orders.filter { $0.time >= start && (!measure.isWindowed || !$0.isClosed) }
        let bought = within.filter(\.counts)
        let spend = Double(within.reduce(0) { $0 + $1.net }) / minorPerMajor
        let seen = visits.filter { today - $0.day < span ?? .max }
        switch measure.quantity {
        case .orders: return Double(bought.count)
        case .spend: return spend
        case .averageOrderValue: return bought.isEmpty ? .nan : spend / Double(bought.count)
        case .contribution:
            let costs = within.compactMap(\.costLeft)
            return costs.isEmpty ? .nan : spend - Double(costs.reduce(0, +)) / minorPerMajor
        case .margin:
            let told = within.filter { $0.costLeft != nil }
            let sum = told.reduce(0) { $0 + $1.net }
            return sum == 0 ? .nan : 1 - Double(told.reduce(0) { $0 + ($1.costLeft ?? 0) }) / Double(sum)
        case .points: return Double(points(of: within, on: today))
        case .tag, .attribute: return 0
        case .attributeNumber: return .nan
        case .spendEWMA: return spendEWMA(at: time)
        case .daysSinceLastOrder: return lastOrder.map { (time - $0).days } ?? .nan
        case .tenureDays:
            let second = firstSeen.milliseconds / 1000 * 1000
            return (time - EventTime(milliseconds: second)).days
        case .browse(let type): return Double(seen.filter { type == nil || $0.type == type }.count)
        case .dwellSeconds: return Double(seen.reduce(0) { $0 + $1.dwell }) / 1000
        case .sessions: return Double(seen.filter(\.opensSession).count)
        case .csatLatest, .csatMean, .npsLatest, .npsMean, .complaints, .complaintsOpen:
            return answered(measure.quantity, answers.filter { today - $0.day < span ?? policy.history.feedbackDays })
        case .pAlive: return purchases(at: time).map { policy.churn.model.pAlive($0) } ?? .nan
        case .p0:
            return purchases(at: time).map {
                policy.churn.model.probabilityOfNoPurchase($0, horizon: policy.churn.horizonDays)
            } ?? .nan
        case .churnRisk: return risk(at: time, adjusted: false)
        case .sentimentMean: return sentiment(answers.filter { today - $0.day < span ?? policy.history.feedbackDays })
        case .engagement: return engagement(on: today)
        default: return dimension(measure.quantity, at: time)
        }
    }

    private func windowStart(_ measure: Measure, _ today: DayIndex) -> EventTime {
        switch measure.window {
        case .lifetime: return .earliest
        case .days(let days): return policy.calendar.windowStart(days: days, seenOn: today)
        case .period:
            let second = EventTime(milliseconds: firstSeen.milliseconds / 1000 * 1000)
            let anchor = policy.calendar.day(of: second)
            return policy.qualification.map {
                policy.calendar.start(of: $0.start(containing: today, anchor: anchor))
            } ?? .never
        }
    }

    /// What was earned and has not ended with a silence since.
    private func points(of earned: [Order], on today: DayIndex) -> Int64 {
        earned.reduce(0) { $0 + (isSilenced($1, on: today) ? 0 : $1.points(minorPerMajor: Int64(minorPerMajor))) }
    }

    /// Whether between it and today two orders, or the last one and today, were so many days apart that points of the lowest
    /// tier ended, which are told by their rate.
    private func isSilenced(_ order: Order, on today: DayIndex) -> Bool {
        guard let rule = policy.points, let longest = rule.expiresWhenInactiveDays,
            order.rate == rule.perUnit * rule.multipliers[0]
        else { return false }
        let day = policy.calendar.day(of: order.time)
        let later = orders.filter(\.counts).map { policy.calendar.day(of: $0.time) }.filter { $0 >= day }
        let days = later.sorted() + [today]
        return zip(days, days.dropFirst()).contains { $1 - $0 >= longest }
    }

    /// The history as if nothing later than `time` had happened, of what is still kept at `now`.
    func upTo(_ time: EventTime, knownAt now: EventTime) -> ReferenceHistory {
        var past = self
        let (day, today) = (policy.calendar.day(of: time), policy.calendar.day(of: now))
        past.orders.removeAll { $0.time > time }
        past.visits.removeAll { $0.day > day || today - $0.day >= policy.history.browseDays }
        past.answers.removeAll { $0.day > day || today - $0.day >= policy.history.feedbackDays }
        return past
    }

    private func answered(_ quantity: Measure.Quantity, _ answers: [Answer]) -> Double {
        let rated = answers.filter { [.csat, .review, .survey].contains($0.type) }.compactMap {
            $0.score.map(Double.init)
        }
        let promoted = answers.filter { $0.type == .nps }.compactMap { $0.score.map(Double.init) }
        switch quantity {
        case .csatLatest: return rated.last.map { $0 / 100 } ?? .nan
        case .csatMean: return rated.isEmpty ? .nan : rated.reduce(0, +) / Double(rated.count) / 100
        case .npsLatest: return promoted.last.map { $0 / 1000 } ?? .nan
        case .npsMean: return promoted.isEmpty ? .nan : promoted.reduce(0, +) / Double(promoted.count) / 1000
        case .complaints: return Double(answers.filter { $0.type == .complaint }.count)
        default:
            return Double(
                answers.reduce(0) { open, answer in
                    answer.type == .complaint ? open + 1 : answer.type == .complaintResolved ? max(0, open - 1) : open
                })
        }
    }

    private func spendEWMA(at time: EventTime) -> Double {
        guard lastOrder != nil else { return 0 }
        let halfLife = Double(policy.spendHalfLife.milliseconds)
        let sum = orders.reduce(0.0) {
            $0 + Double($1.net) * pow(2, -Double((time - $1.time).milliseconds) / halfLife)
        }
        return sum / minorPerMajor
    }

    var lastOrder: EventTime? { orders.filter(\.counts).map(\.time).max() }

    func purchases(at time: EventTime) -> PurchaseHistory? {
        let days = Set(orders.filter(\.counts).map { policy.calendar.day(of: $0.time) })
        guard let first = days.min(), let last = days.max() else { return nil }
        let age = (time - policy.calendar.start(of: first)).days
        return PurchaseHistory(
            repeats: Double(days.count - 1), ageAtLast: Double(last - first), age: max(age, Double(last - first)))
    }

    /// NaN before the first order.
    func risk(at time: EventTime, adjusted: Bool = true) -> Double {
        guard let history = purchases(at: time) else { return .nan }
        let days = Set(orders.filter(\.counts).map { policy.calendar.day(of: $0.time) })
        let last = days.max() ?? DayIndex(0)
        let halfLife = policy.churn.scoring.ewmaHalfLifeDays
        let ewma = days.sorted().reduce(0.0) { $0 + pow(2, -Double(last - $1) / halfLife) }
        let spend = Double(orders.reduce(0) { $0 + $1.net }) / minorPerMajor
        return policy.churn.scoring.risk(
            ChurnEvidence(
                history: history, ewmaAtLast: ewma, monetary: spend,
                adjustment: adjusted && policy.churn.adjustment != .none ? adjustment(at: time) : 0))
    }

    private func adjustment(at time: EventTime) -> Double {
        let today = policy.calendar.day(of: time)
        let kept = answers.filter { today - $0.day < policy.history.feedbackDays }
        let rated = answered(.csatMean, kept)
        func seen(_ ages: Range<Int>) -> Double { Double(visits.filter { ages.contains(today - $0.day) }.count) }
        let (recent, before) = (seen(0..<30), seen(30..<60))
        return policy.churn.adjustment.logOdds(
            openComplaints: Int(answered(.complaintsOpen, kept)), satisfaction: rated.isNaN ? nil : rated,
            browseDrop: before < 5 ? nil : max(0, 1 - recent / before))
    }

    var minorPerMajor: Double { pow(10, Double(policy.currency.exponent)) }
}
