import Scoring

/// When silence alone next changes what a profile says.
///
/// Solved for once, when a profile is published, and then one of the customer's deadlines: nothing is looked at in between.
/// What changes is a level, an RFM score, a tag, or what the windows hold. It is met at the midnight of the policy's time zone that
/// comes first behind it, or later, so that `profiles.silence` lies between two profiles. Who has nothing left that could change
/// has no such deadline. What fades all the time, the interaction and the lifetime value, is told with what else changes.
///
/// The parts are inlined: a call from where the engine changes would copy the engine first.
extension ShardEngine {
    /// The midnight at which what is known at `time` first reads differently, milliseconds; `.max` for never. The evaluator
    /// stands as of `time`.
    mutating func nextSilentChange(
        of record: CustomerStore.Record, at time: EventTime, _ told: SilenceSensitive
    ) -> Int64 {
        guard let rule = rules.policy.profiles else { return .max }
        let calendar = rules.policy.calendar
        let today = calendar.day(of: time)
        var next = min(orderExpiry(record, today), feedbackExpiry(record, today))
        if told.isBrowsing { next = min(next, endOfBrowsing(of: record, today.value)) }
        if let purchases = told.purchases {
            let outlook = ProfileOutlook(
                purchases, categoriesBought: told.categoriesBought, told.history, rules.policy.churn.model, rule)
            next = min(next, change(of: outlook, from: time, today.value, before: next))
        }
        if !rules.tags.isEmpty { next = min(next, changeOfTags(record, from: time, today.value, before: next)) }
        if next == .max { return .max }
        // At a midnight, too, for then all windows are as whole days have them.
        let (earliest, day) = (time + rule.silence, calendar.day(of: time + rule.silence))
        let soonest = calendar.start(of: day) < earliest ? day + 1 : day
        return calendar.start(of: max(DayIndex(next), soonest)).milliseconds
    }

    /// The first day on which an order has left a window that profiles tell of, or its points have expired.
    @inline(__always) private func orderExpiry(_ record: CustomerStore.Record, _ today: DayIndex) -> Int32 {
        let (orders, calendar) = (store.orders(of: record), rules.policy.calendar)
        var next = Int32.max
        func look(at days: Int) {
            let start = calendar.windowStart(days: days, seenOn: today).milliseconds
            guard let time = orders.firstAdded(since: start) else { return }
            let day = calendar.day(of: EventTime(milliseconds: time)).value
            next = min(next, day &+ Int32(truncatingIfNeeded: days))
        }
        look(at: PurchaseEvidence.yearDays)
        look(at: PurchaseEvidence.earlierDays)
        look(at: PurchaseEvidence.recentDays)
        guard let points = rules.policy.points, let balance = rules.pointsMeasure, evaluator.values[balance] > 0 else {
            return next
        }
        look(at: points.expiresAfterDays)
        if let days = points.expiresWhenInactiveDays {
            let last = EventTime(milliseconds: max(store.lastOrderAt(of: record), 0))
            let end = calendar.day(of: last).value &+ Int32(truncatingIfNeeded: days)
            if end > today.value { next = min(next, end) }
        }
        return next
    }

    /// The first day on which an entry has left the history.
    @inline(__always) private func feedbackExpiry(_ record: CustomerStore.Record, _ today: DayIndex) -> Int32 {
        let (entries, days) = (store.feedback(of: record), rules.policy.history.feedbackDays)
        let kept = (today + (1 - days)).value
        var index = entries.count
        while index > 0, Int32(entries[index - 1].day) >= kept { index -= 1 }
        return index == entries.count ? .max : Int32(entries[index].day) &+ Int32(truncatingIfNeeded: days)
    }

    /// The first day on which nothing is left of the browsing that is told. Before it the interaction only fades: that is told
    /// with the next profile, for its own sake it would double them.
    @inline(__always) private func endOfBrowsing(of record: CustomerStore.Record, _ today: Int32) -> Int32 {
        let bytes = store.browse(of: record)
        guard bytes.count >= 2 else { return .max }
        let latest = Int32(bytes.loadUnaligned(fromByteOffset: bytes.count - 2, as: UInt16.self))
        let gone = latest &+ Int32(BrowsingEvidence.windowDays)
        return gone > today ? gone : .max
    }

    /// The first day at whose beginning the levels are others.
    @inline(__always) private func change(
        of outlook: ProfileOutlook, from time: EventTime, _ today: Int32, before limit: Int32
    ) -> Int32 {
        let calendar = rules.policy.calendar
        var held: ProfileOutlook.Levels?
        var passed = -1 / TimeSpan.millisecondsPerDay
        while let threshold = outlook.nextThreshold(beyond: passed), threshold < Self.foresightDays {
            passed = threshold
            let met = time + TimeSpan(milliseconds: Int64(threshold * TimeSpan.millisecondsPerDay))
            let day = calendar.day(of: met).value
            guard day < limit else { return .max }
            // At a midnight that a threshold is met at, nothing is behind it yet: then it is the next one.
            for midnight in day + 1...day + 2 where midnight > today {
                let silence = calendar.start(of: DayIndex(midnight)) - time
                let now = held ?? outlook.levels(after: .zero)
                if outlook.levels(after: silence) != now { return midnight }
                held = now
            }
        }
        return .max
    }

    /// The first day found on which rules give other tags. What they ask for may rise and fall, so it is looked at after a day
    /// and then twice as far each time: a tag that comes and goes between two looks is missed.
    private mutating func changeOfTags(
        _ record: CustomerStore.Record, from time: EventTime, _ today: Int32, before limit: Int32
    ) -> Int32 {
        let held = rules.tags.bits(evaluator.readings)
        func isOther(on day: Int32) -> Bool {
            evaluator.evaluate(record, store, at: rules.policy.calendar.start(of: DayIndex(day)))
            return rules.tags.bits(evaluator.readings) != held
        }
        defer { evaluator.evaluate(record, store, at: time) }
        let last = min(limit, today + Self.farthestLook + 1) - 1
        var (near, ahead) = (today, Int32(1))
        while near < last {
            let far = min(today + ahead, last)
            if isOther(on: far) { return Self.firstDay(in: near + 1...far, where: isOther) }
            (near, ahead) = (far, 2 * ahead)
        }
        return .max
    }

    /// The first day on which something holds that holds on the last and, once it does, for good.
    private static func firstDay(in days: ClosedRange<Int32>, where holds: (Int32) -> Bool) -> Int32 {
        var (low, high) = (days.lowerBound, days.upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return high
    }

    /// What is a century away never comes.
    private static var foresightDays: Double { 36_525 }
    /// Days ahead that tags are looked at: longer than any window.
    private static var farthestLook: Int32 { 4_096 }
}

/// What of a profile reads differently after a silence. A part, because a whole one would be copied to be looked at.
struct SilenceSensitive {
    let isBrowsing: Bool
    let purchases: PurchaseEvidence?
    let categoriesBought: Double
    let history: PurchaseHistory?

    @inline(__always) init(_ evidence: ProfileEvidence, _ churn: Profile.Churn?) {
        isBrowsing = evidence.browsing != nil
        purchases = evidence.purchases
        categoriesBought = evidence.preferences.categoriesBought
        history = churn?.evidence.history
    }
}

extension OrderEntries {
    /// The time of the first line from `start` on that adds to spend, milliseconds.
    fileprivate func firstAdded(since start: Int64) -> Int64? {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if time(middle) >= start { high = middle } else { low = middle + 1 }
        }
        while low < count, !OrderEntry.adds(rawKind: rawKind(low)) { low += 1 }
        return low < count ? time(low) : nil
    }
}
