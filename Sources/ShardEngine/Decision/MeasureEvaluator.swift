import RealModule
import Scoring

/// Computes a policy's measures for one customer at one instant into scratch memory that the engine reuses.
struct MeasureEvaluator: ~Copyable {
    private let rules: Rules
    /// ln 2 / half-life, per millisecond.
    private let decayRate: Double
    private let minorPerMajor: Double
    private var sums: HistorySums
    /// First instants of the order windows as seen on `day`.
    private let orderStarts: FlatArray<Int64>
    private let steps: FlatArray<MeasurePlan.Step>
    private let terms: FlatArray<CompiledTerm>
    private var day = DayIndex(-1)
    private var isLookingBack = false
    /// Of the last evaluation, where they are asked for.
    private var engagement = Double.nan
    private var drawn = DrawnEvidence()

    /// In the order of `Policy.measures`; NaN for unknown.
    let values: FlatArray<Double>
    let motions: FlatArray<Motion>
    /// What each term adds to the score, in the order of `Policy.terms`.
    let points: FlatArray<Double>
    private(set) var score = 0.0
    /// When something next leaves a window; `.max` for never.
    private(set) var nextExpiry = Int64.max

    init(_ rules: Rules) {
        self.rules = rules
        let (policy, plan) = (rules.policy, rules.plan)
        decayRate = Double.log(2) / Double(policy.spendHalfLife.milliseconds)
        minorPerMajor = rules.minorPerMajor
        sums = HistorySums(plan)
        orderStarts = FlatArray(repeating: 0, count: plan.orderWindows.count)
        steps = FlatArray(plan.steps)
        terms = FlatArray(policy.terms.map { CompiledTerm($0) })
        values = FlatArray(repeating: .nan, count: policy.measures.count)
        motions = FlatArray(repeating: .still, count: policy.measures.count)
        points = FlatArray(repeating: 0, count: policy.terms.count)
    }

    /// The first instant of the calendar day that `time` falls on, and the day; cached for the common case.
    mutating func enter(_ time: EventTime) {
        let today = rules.policy.calendar.day(of: time)
        guard today != day else { return }
        day = today
        for index in rules.plan.orderWindows.indices {
            orderStarts[index] =
                rules.policy.calendar.windowStart(days: rules.plan.orderWindows[index], seenOn: day).milliseconds
        }
    }

    /// Computes everything as of `time`, from what happened up to then. Looking back from a later instant, `knownAt`, all
    /// that arrived until that is seen, as far as the histories still reach.
    mutating func evaluate(
        _ record: CustomerStore.Record, _ store: borrowing CustomerStore, at time: EventTime, knownAt: EventTime? = nil
    ) {
        let known = rules.policy.calendar.day(of: knownAt ?? time)
        enter(time)
        sums.begin()
        if rules.plan.needsOrderPass {
            let orders = store.orders(of: record)
            sums.sumOrders(
                orders, folded: store.folded(of: record), upTo: time.milliseconds, starts: orderStarts,
                rules.policy.calendar)
            let period = periodStart(of: record)
            if rules.plan.needsPeriodOrders { sumPeriod(orders, record, since: period, upTo: time) }
            if rules.plan.needsAccounts {
                sums.sumAccounts(
                    orders, folded: store.foldedCosts(of: record), upTo: time, starts: orderStarts,
                    periodStart: period.milliseconds, minorPerMajor: UInt64(minorPerMajor.rounded()),
                    rules.policy.calendar)
            }
        }
        isLookingBack = knownAt != nil
        let history = rules.policy.history
        if sums.browse.count > 0 {
            sums.sumBrowse(
                store.browse(of: record), on: day.value, keptSince: (known + (1 - history.browseDays)).value)
        }
        if rules.plan.needsFeedbackPass {
            sums.sumFeedback(
                store.feedback(of: record), on: day.value, keptSince: (known + (1 - history.feedbackDays)).value)
        }
        if rules.plan.needsEngagement {
            fadeBrowsing(record, store, keptSince: (known + (1 - history.browseDays)).value)
        }
        let days = rules.plan.needsPurchaseHistory ? store.purchaseDays(of: record, rules, upTo: time) : nil
        let purchases = days?.evidence(
            at: time, rules.policy.calendar, minorPerMajor: minorPerMajor, adjustment: 0)
        if rules.plan.drawing.isNeeded {
            drawn.draw(record, store, at: time, on: day, days: days, purchases, rules)
        }
        for index in 0..<steps.count { set(index, record, store, time, purchases) }
        nextExpiry =
            sums.nextExpiry == .max ? .max : rules.policy.calendar.start(of: DayIndex(sums.nextExpiry)).milliseconds
        score = sumTerms()
    }

    private mutating func fadeBrowsing(
        _ record: CustomerStore.Record, _ store: borrowing CustomerStore, keptSince: Int32
    ) {
        guard record.pointee.browseBytes > 0 else {
            engagement = .nan
            return
        }
        engagement =
            BrowsingEvidence(
                store.browse(of: record), on: day.value, keptSince: keptSince, passingLater: true, rules.browseFading
            ).engagement
        if engagement > 0 { sums.heedExpiry(on: (day + 1).value) }
    }

    private mutating func sumPeriod(
        _ orders: OrderEntries, _ record: CustomerStore.Record, since start: EventTime, upTo time: EventTime
    ) {
        guard let period = rules.policy.qualification else { return }
        sums.sumPeriod(
            orders, upTo: time.milliseconds, since: start,
            until: period.end(containing: day, anchor: anchor(of: record)))
    }

    /// Of the qualification period; `.never` where none is asked for.
    private mutating func periodStart(of record: CustomerStore.Record) -> EventTime {
        guard rules.plan.needsPeriodOrders, let period = rules.policy.qualification else { return .never }
        return rules.policy.calendar.start(of: period.start(containing: day, anchor: anchor(of: record)))
    }

    private mutating func anchor(of record: CustomerStore.Record) -> DayIndex {
        rules.policy.calendar.day(of: EventTime(milliseconds: Int64(record.pointee.firstSeen) * 1000))
    }

    private mutating func set(
        _ index: Int, _ record: CustomerStore.Record, _ store: borrowing CustomerStore, _ time: EventTime,
        _ purchases: ChurnEvidence?
    ) {
        motions[index] = .still
        switch steps[index] {
        case .orders(let window): values[index] = Double(sums.orders[window].count)
        case .spend(let window): values[index] = Double(sums.orders[window].amount) / minorPerMajor
        case .averageOrderValue(let window):
            let sum = sums.orders[window]
            values[index] = sum.count == 0 ? .nan : Double(sum.amount) / minorPerMajor / Double(sum.count)
        case .contribution, .margin, .points: setAccount(index)
        case .annex(let test):
            values[index] = rules.plan.annexTests[test].value(of: record, store)
        case .spendEWMA:
            let sum = spendEWMA(record, store, time)
            values[index] = sum
            motions[index] = .decaying(rate: decayRate)
        case .daysSinceLastOrder:
            values[index] = Self.daysSince(store.lastOrderAt(of: record, upTo: time), time)
            motions[index] = .growing(rate: 1 / TimeSpan.millisecondsPerDay)
        case .tenureDays:
            values[index] = Self.daysSince(Int64(record.pointee.firstSeen) * 1000, time)
            motions[index] = .growing(rate: 1 / TimeSpan.millisecondsPerDay)
        case .browse(let sum, let divisor): values[index] = Double(sums.browse[sum]) / divisor
        case .csatLatest, .csatMean, .npsLatest, .npsMean, .complaints, .complaintsOpen, .sentimentMean:
            setFeedback(index)
        case .pAlive, .p0, .churnRisk: setPurchase(index, purchases)
        case .engagement: values[index] = engagement
        case .spendGrowth(let recent, let both):
            values[index] = Self.growth(sums.orders[recent].amount, of: sums.orders[both].amount)
        case .orderGrowth(let recent, let both):
            values[index] = Self.growth(sums.orders[recent].count, of: sums.orders[both].count)
        case .drawn(let measure): (values[index], motions[index]) = drawn.reading(of: measure, rules)
        }
    }

    /// How much more the recent part of a sum is than the earlier one.
    private static func growth(_ recent: Int64, of both: Int64) -> Double {
        let earlier = both &- recent
        return earlier > 0 ? Double(recent) / Double(earlier) - 1 : .nan
    }

    /// Major units. Looking back, what came later is taken out of the sum before that is wound back.
    private mutating func spendEWMA(
        _ record: CustomerStore.Record, _ store: borrowing CustomerStore, _ time: EventTime
    ) -> Double {
        guard isLookingBack, record.pointee.ewmaAt > time.milliseconds else {
            let age = Double(time.milliseconds &- record.pointee.ewmaAt)
            return record.pointee.spendEWMA == 0
                ? 0 : record.pointee.spendEWMA / minorPerMajor * Double.exp(-decayRate * max(age, 0))
        }
        let (orders, reference) = (store.orders(of: record), record.pointee.ewmaAt)
        var sum = record.pointee.spendEWMA
        for index in 0..<orders.count where orders.time(index) > time.milliseconds {
            guard OrderEntry.adds(rawKind: orders.rawKind(index)) else { continue }
            sum -= Double(orders.amount(index)) * Double.exp(-decayRate * Double(reference - orders.time(index)))
        }
        // What subtraction leaves of nothing is rounding noise.
        guard sum > 1e-6 else { return 0 }
        return sum * Double.exp(decayRate * Double(reference - time.milliseconds)) / minorPerMajor
    }

    private static func daysSince(_ milliseconds: Int64, _ time: EventTime) -> Double {
        milliseconds < 0 ? .nan : max(0, Double(time.milliseconds &- milliseconds) / TimeSpan.millisecondsPerDay)
    }

    private mutating func setAccount(_ index: Int) {
        switch steps[index] {
        case .contribution(let window):
            let sum = sums.accounts[window]
            let contribution = sums.orders[window].amount &- sum.costs
            values[index] = sum.orders == 0 ? .nan : Double(contribution) / minorPerMajor
        case .margin(let window):
            let sum = sums.accounts[window]
            values[index] = sum.spend <= 0 ? .nan : 1 - Double(sum.costs) / Double(sum.spend)
        case .points(let window): values[index] = Double(sums.accounts[window].points)
        default: break
        }
    }

    private mutating func setFeedback(_ index: Int) {
        switch steps[index] {
        case .csatLatest: values[index] = sums.csatLatest.map { Double($0) / 100 } ?? .nan
        case .csatMean(let window):
            let sum = sums.feedback[window]
            values[index] = sum.csatCount == 0 ? .nan : Double(sum.csatSum) / Double(sum.csatCount) / 100
        case .npsLatest: values[index] = sums.npsLatest.map { Double($0) / 1000 } ?? .nan
        case .npsMean(let window):
            let sum = sums.feedback[window]
            values[index] = sum.npsCount == 0 ? .nan : Double(sum.npsSum) / Double(sum.npsCount) / 1000
        case .complaints(let window): values[index] = Double(sums.feedback[window].complaints)
        case .sentimentMean(let window):
            let sum = sums.feedback[window]
            values[index] = sum.toneCount == 0 ? .nan : Double(sum.toneSum) / Double(sum.toneCount)
        default: values[index] = Double(sums.complaintsOpen)
        }
    }

    private mutating func setPurchase(_ index: Int, _ evidence: ChurnEvidence?) {
        guard let evidence else {
            values[index] = .nan
            return
        }
        let scoring = rules.policy.churn.scoring
        let (model, history) = (scoring.purchases, evidence.history)
        let perDay: Double
        switch steps[index] {
        case .pAlive:
            values[index] = model.pAlive(history)
            motions[index] = .fallingAtMost(rate: model.steepestFall(history) / TimeSpan.millisecondsPerDay)
            return
        case .p0:
            values[index] = model.probabilityOfNoPurchase(history, horizon: scoring.horizonDays)
            perDay = model.steepestRise(history, horizon: scoring.horizonDays)
        default:
            values[index] = scoring.risk(evidence)
            perDay = scoring.steepestRise(evidence)
        }
        motions[index] = .risingAtMost(rate: perDay / TimeSpan.millisecondsPerDay)
    }

    /// 0…100.
    private mutating func sumTerms() -> Double {
        var sum = 0.0
        for index in 0..<terms.count {
            points[index] = terms[index].points(at: values[terms[index].measure], rules.policy.terms[index].curve)
            sum += points[index]
        }
        return min(max(sum, 0), 100)
    }

    /// How fast the score can move while no event arrives and nothing leaves a window.
    mutating func scoreSpeedLimit() -> SpeedLimit {
        var limit = SpeedLimit.none
        for index in 0..<terms.count {
            let measure = terms[index].measure
            if case .still = motions[measure] { continue }
            guard !values[measure].isNaN else { continue }
            let curveLimit = rules.policy.terms[index].curve.speedLimit(at: values[measure], moving: motions[measure])
            limit.add(curveLimit.scaled(by: terms[index].weight))
        }
        return limit
    }

    /// What the last evaluation found.
    @inline(__always) var readings: Readings {
        Readings(
            score: score, values: values.address, motions: motions.address, points: points.address,
            nextExpiry: nextExpiry)
    }
}
