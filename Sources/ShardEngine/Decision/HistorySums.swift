import Scoring

/// Orders of one window.
struct OrderSum {
    var count: Int64 = 0
    /// Minor units.
    var amount: Int64 = 0
}

/// Feedback of one window.
struct FeedbackSum {
    var csatSum: Int64 = 0
    var csatCount: Int64 = 0
    var npsSum: Int64 = 0
    var npsCount: Int64 = 0
    var complaints: Int64 = 0
    /// What was good less what was bad, of so many.
    var toneSum: Int64 = 0
    var toneCount: Int64 = 0

    @inline(__always) mutating func judge(_ tone: Sentiment?) {
        guard let tone else { return }
        toneSum += Int64(tone.rawValue)
        toneCount += 1
    }

    @inline(__always) mutating func add(_ entry: FeedbackEntry) {
        switch entry.type {
        case .csat, .review, .survey:
            guard let score = entry.score else { return }
            csatSum += Int64(score)
            csatCount += 1
        case .nps:
            guard let score = entry.score else { return }
            npsSum += Int64(score)
            npsCount += 1
        case .complaint: complaints += 1
        case .complaintResolved, .referral, .supportContact, .socialMention: break
        }
    }
}

/// Sums over a customer's history as of one day, and the first day on which one of them changes by itself.
///
/// Scratch memory of the engine: filled by one backward pass over each history, read by the evaluator.
struct HistorySums: ~Copyable {
    /// One per window, then the lifetime's, then the qualification period's.
    let orders: FlatArray<OrderSum>
    /// In the same order; empty where neither costs nor points are asked for.
    let accounts: FlatArray<AccountSum>
    let browse: FlatArray<Int64>
    let feedback: FlatArray<FeedbackSum>
    private(set) var csatLatest: UInt16?
    private(set) var npsLatest: UInt16?
    /// Complaints within the history that no later resolution answers.
    private(set) var complaintsOpen: Int64 = 0
    /// The first day on which something has left a window; `.max` when the windows are empty.
    private(set) var nextExpiry = Int32.max

    private let orderWindows: FlatArray<Int>
    private let browseWindows: FlatArray<Int>
    private let feedbackWindows: FlatArray<Int>
    private let browseSums: FlatArray<MeasurePlan.BrowseSum>
    private let needsLifetime: Bool
    private let needsPeriod: Bool
    private let spell: ActiveSpell?

    init(_ plan: MeasurePlan) {
        orders = FlatArray(repeating: OrderSum(), count: plan.orderWindows.count + 2)
        accounts = FlatArray(repeating: AccountSum(), count: plan.needsAccounts ? plan.orderWindows.count + 2 : 0)
        browse = FlatArray(repeating: 0, count: plan.browseSums.count)
        feedback = FlatArray(repeating: FeedbackSum(), count: plan.feedbackWindows.count)
        orderWindows = FlatArray(plan.orderWindows)
        browseWindows = FlatArray(plan.browseWindows)
        feedbackWindows = FlatArray(plan.feedbackWindows)
        browseSums = FlatArray(plan.browseSums)
        needsLifetime = plan.needsLifetimeOrders
        needsPeriod = plan.needsPeriodOrders
        spell = plan.spell
    }

    mutating func begin() { nextExpiry = .max }

    /// Something else changes by itself on `day`.
    mutating func heedExpiry(on day: Int32) { nextExpiry = min(nextExpiry, day) }

    /// Sums the orders up to `now`: windows first, then everything with what has left the history.
    mutating func sumOrders(
        _ entries: OrderEntries, folded: @autoclosure () -> FoldedOrders, upTo now: Int64,
        starts: borrowing FlatArray<Int64>, _ calendar: ZoneCalendar
    ) {
        var sum = OrderSum()
        var window = 0
        var oldest = Int64.max
        var index = entries.count - 1
        while index >= 0, entries.time(index) > now { index -= 1 }
        while index >= 0 {
            let time = entries.time(index)
            while window < starts.count, time < starts[window] {
                close(window, sum, oldest: oldest, calendar)
                window += 1
            }
            if window == starts.count, !needsLifetime { break }
            let kind = entries.rawKind(index)
            if OrderEntry.adds(rawKind: kind) {
                sum.amount &+= entries.amount(index)
                sum.count &+= kind == OrderEntry.Kind.order.rawValue ? 1 : 0
                oldest = time
            }
            index -= 1
        }
        while window < starts.count {
            close(window, sum, oldest: oldest, calendar)
            window += 1
        }
        guard needsLifetime else { return }
        let folded = folded()
        sum.count &+= Int64(folded.orders)
        sum.amount &+= folded.spend
        orders[window] = sum
    }

    @inline(__always) private mutating func close(
        _ window: Int, _ sum: OrderSum, oldest: Int64, _ calendar: ZoneCalendar
    ) {
        orders[window] = sum
        guard oldest != .max else { return }
        let day = calendar.day(of: EventTime(milliseconds: oldest)).value
        nextExpiry = min(nextExpiry, day &+ Int32(truncatingIfNeeded: orderWindows[window]))
    }

    /// Sums the orders of the qualification period up to `now`; without any, its end changes nothing.
    mutating func sumPeriod(_ entries: OrderEntries, upTo now: Int64, since start: EventTime, until end: DayIndex) {
        guard needsPeriod else { return }
        var sum = OrderSum()
        var index = entries.count - 1
        var isEmpty = true
        while index >= 0, entries.time(index) >= start.milliseconds {
            let kind = entries.rawKind(index)
            if OrderEntry.adds(rawKind: kind), entries.time(index) <= now {
                sum.amount &+= entries.amount(index)
                sum.count &+= kind == OrderEntry.Kind.order.rawValue ? 1 : 0
                isEmpty = false
            }
            index -= 1
        }
        orders[orders.count - 1] = sum
        if !isEmpty { nextExpiry = min(nextExpiry, end.value) }
    }

    /// Sums what the orders up to `now` cost and earned. What leaves a window was seen to when its orders were summed; what
    /// silence takes of the points is seen to here.
    mutating func sumAccounts(
        _ entries: OrderEntries, folded: FoldedCosts, upTo now: EventTime, starts: borrowing FlatArray<Int64>,
        periodStart: Int64, minorPerMajor: UInt64, _ calendar: ZoneCalendar
    ) {
        var spell = spell
        let lifetime = starts.count
        for window in 0..<accounts.count { accounts[window] = AccountSum() }
        accounts[lifetime].add(folded)
        var index = 0
        while index < entries.count, entries.time(index) <= now.milliseconds {
            let order = entries[index]
            guard order.isOrder else {
                index += 1
                continue
            }
            let end = entries.endOfOrder(index)
            let balance = entries.balance(index, end)
            if order.kind == .order,
                spell?.extend(to: calendar.day(of: EventTime(milliseconds: order.time)).value) == true
            {
                endSpell()
            }
            for window in 0..<lifetime where order.time >= starts[window] {
                accounts[window].add(balance, minorPerMajor: minorPerMajor, spell)
            }
            accounts[lifetime].add(balance, minorPerMajor: minorPerMajor, spell)
            if order.time >= periodStart { accounts[lifetime + 1].add(balance, minorPerMajor: minorPerMajor, spell) }
            index = end
        }
        if let spell { look(at: spell, on: calendar.day(of: now).value) }
    }

    private func endSpell() { for window in 0..<accounts.count { accounts[window].endSpell() } }

    /// Ends the spell if it is over on `day`, and is to be woken for its end if that takes anything.
    private mutating func look(at spell: ActiveSpell, on day: Int32) {
        if day >= spell.end { return endSpell() }
        for window in 0..<orderWindows.count where accounts[window].pointsOfSpell > 0 {
            nextExpiry = min(nextExpiry, spell.end)
        }
    }

    /// Sums the browse buckets that a window still covers on `day`.
    mutating func sumBrowse(_ bytes: UnsafeRawBufferPointer, on day: Int32, keptSince: Int32) {
        for index in 0..<browse.count { browse[index] = 0 }
        guard bytes.count > 0, let base = bytes.baseAddress, browseWindows.count > 0 else { return }
        let longest = browseWindows[browseWindows.count - 1]
        var end = base + bytes.count
        var window = 0
        while end > base {
            let bucketDay = Int32(end.loadUnaligned(fromByteOffset: -2, as: UInt16.self))
            let age = Int(day &- bucketDay)
            guard age < longest, bucketDay >= keptSince else { break }
            let start = end - BrowseBucket.length(endingAt: end)
            if age < 0 {
                end = start
                continue
            }
            add(bucketFrom: start, endingAt: end, age: age)
            // Buckets grow older, so the smallest window that still holds one only grows.
            while age >= browseWindows[window] { window += 1 }
            nextExpiry = min(nextExpiry, bucketDay &+ Int32(truncatingIfNeeded: browseWindows[window]))
            end = start
        }
    }

    @inline(__always) private mutating func add(
        bucketFrom start: UnsafeRawPointer, endingAt end: UnsafeRawPointer, age: Int
    ) {
        let mask = end.loadUnaligned(fromByteOffset: -4, as: UInt16.self)
        for index in 0..<browseSums.count {
            let sum = browseSums[index]
            guard age < sum.windowDays else { continue }
            switch sum.part {
            case .count(let bit):
                guard mask >> UInt16(truncatingIfNeeded: bit) & 1 == 1 else { continue }
                let rank = (mask & (1 << UInt16(truncatingIfNeeded: bit) &- 1)).nonzeroBitCount
                browse[index] &+= Int64((start + rank).load(as: UInt8.self))
            case .allTypes:
                for rank in 0..<(mask & 0xfff).nonzeroBitCount {
                    browse[index] &+= Int64((start + rank).load(as: UInt8.self))
                }
            case .dwell: browse[index] &+= Int64(BrowseBucket.dwell(ofBucketAt: start, mask))
            }
        }
    }

    /// Sums the feedback of each window; what is older than the longest, the history, is as good as gone.
    mutating func sumFeedback(_ entries: FeedbackEntries, on day: Int32, keptSince: Int32) {
        csatLatest = nil
        npsLatest = nil
        complaintsOpen = 0
        var sum = FeedbackSum()
        var window = 0
        var resolutions: Int64 = 0
        var index = entries.count - 1
        while index >= 0 {
            let entry = entries[index]
            guard Int32(entry.day) >= keptSince else { break }
            let age = Int(day &- Int32(entry.day))
            if age < 0 {
                index -= 1
                continue
            }
            while window < feedbackWindows.count, age >= feedbackWindows[window] {
                feedback[window] = sum
                window += 1
            }
            guard window < feedbackWindows.count else { return }
            add(entry, to: &sum, &resolutions)
            nextExpiry = min(nextExpiry, Int32(entry.day) &+ Int32(truncatingIfNeeded: feedbackWindows[window]))
            index -= 1
        }
        while window < feedback.count {
            feedback[window] = sum
            window += 1
        }
    }

    /// Going back in time, each resolution answers the latest complaint before it that has no answer yet.
    @inline(__always) private mutating func add(
        _ entry: FeedbackEntry, to sum: inout FeedbackSum, _ resolutions: inout Int64
    ) {
        sum.add(entry)
        switch entry.type {
        case .csat, .review, .survey:
            csatLatest = csatLatest ?? entry.score
            sum.judge(entry.tone)
        case .nps:
            npsLatest = npsLatest ?? entry.score
            sum.judge(entry.sentiment)
        case .complaint:
            // One that was answered is neither good nor bad.
            sum.judge(resolutions > 0 ? .neutral : .negative)
            if resolutions > 0 { resolutions -= 1 } else { complaintsOpen += 1 }
        case .complaintResolved:
            resolutions += 1
            sum.judge(entry.sentiment)
        case .socialMention: sum.judge(entry.tone)
        case .referral, .supportContact: sum.judge(entry.sentiment)
        }
    }
}
