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

    mutating func add(_ entry: FeedbackEntry) {
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
struct HistorySums {
    var orders: ContiguousArray<OrderSum>
    var browse: ContiguousArray<Int64>
    var feedback: ContiguousArray<FeedbackSum>
    var csatLatest: UInt16?
    var npsLatest: UInt16?
    /// Complaints within the history that no later resolution answers.
    var complaintsOpen: Int64 = 0
    /// The first day on which something has left a window; `.max` when the windows are empty.
    var nextExpiry = Int32.max

    init(_ plan: MeasurePlan) {
        orders = ContiguousArray(repeating: OrderSum(), count: plan.orderWindows.count + 1)
        browse = ContiguousArray(repeating: 0, count: plan.browseSums.count)
        feedback = ContiguousArray(repeating: FeedbackSum(), count: plan.feedbackWindows.count)
    }

    /// Sums the orders: windows first, then everything with what has left the history.
    mutating func sumOrders(
        _ entries: OrderEntries, _ record: CustomerStore.Record, _ plan: MeasurePlan, starts: ContiguousArray<Int64>,
        _ calendar: ZoneCalendar
    ) {
        var sum = OrderSum()
        var window = 0
        var oldest = Int64.max
        for index in stride(from: entries.count - 1, through: 0, by: -1) {
            let entry = entries[index]
            while window < starts.count, entry.time < starts[window] {
                close(window, sum, oldest: oldest, days: plan.orderWindows[window], calendar)
                window += 1
            }
            guard OrderEntry.adds(entry.kind) else { continue }
            sum.amount &+= entry.amount
            if entry.kind == .order { sum.count &+= 1 }
            oldest = entry.time
        }
        while window < starts.count {
            close(window, sum, oldest: oldest, days: plan.orderWindows[window], calendar)
            window += 1
        }
        sum.count &+= Int64(record.pointee.foldedOrders)
        sum.amount &+= record.pointee.foldedSpend
        orders[window] = sum
    }

    @inline(__always) private mutating func close(
        _ window: Int, _ sum: OrderSum, oldest: Int64, days: Int, _ calendar: ZoneCalendar
    ) {
        orders[window] = sum
        guard oldest != .max else { return }
        nextExpiry = min(nextExpiry, calendar.day(of: EventTime(milliseconds: oldest)).value + Int32(days))
    }

    /// Sums the browse buckets that a window still covers on `day`.
    mutating func sumBrowse(_ bytes: UnsafeRawBufferPointer, _ plan: MeasurePlan, on day: Int32) {
        for index in browse.indices { browse[index] = 0 }
        guard bytes.count > 0, let base = bytes.baseAddress, let longest = plan.browseWindows.last else { return }
        var end = base + bytes.count
        var window = 0
        while end > base {
            let bucketDay = Int32(end.loadUnaligned(fromByteOffset: -2, as: UInt16.self))
            let age = Int(day &- bucketDay)
            guard age < longest else { break }
            let start = end - BrowseBucket.length(endingAt: end)
            add(bucketFrom: start, endingAt: end, age: age, plan.browseSums)
            // Buckets grow older, so the smallest window that still holds one only grows.
            while age >= plan.browseWindows[window] { window += 1 }
            nextExpiry = min(nextExpiry, bucketDay &+ Int32(truncatingIfNeeded: plan.browseWindows[window]))
            end = start
        }
    }

    /// Sums the feedback of each window; what is older than the longest, the history, is as good as gone.
    mutating func sumFeedback(_ entries: FeedbackEntries, _ plan: MeasurePlan, on day: Int32) {
        csatLatest = nil
        npsLatest = nil
        complaintsOpen = 0
        var sum = FeedbackSum()
        var window = 0
        var resolutions: Int64 = 0
        for index in stride(from: entries.count - 1, through: 0, by: -1) {
            let entry = entries[index]
            let age = Int(day - Int32(entry.day))
            while window < plan.feedbackWindows.count, age >= plan.feedbackWindows[window] {
                feedback[window] = sum
                window += 1
            }
            guard window < plan.feedbackWindows.count else { return }
            sum.add(entry)
            match(entry, &resolutions)
            noteLatest(entry)
            nextExpiry = min(nextExpiry, Int32(entry.day) + Int32(plan.feedbackWindows[window]))
        }
        while window < feedback.count {
            feedback[window] = sum
            window += 1
        }
    }

    /// Going back in time, each resolution answers the latest complaint before it that has no answer yet.
    private mutating func match(_ entry: FeedbackEntry, _ resolutions: inout Int64) {
        if entry.type == .complaintResolved {
            resolutions += 1
        } else if entry.type == .complaint {
            if resolutions > 0 { resolutions -= 1 } else { complaintsOpen += 1 }
        }
    }

    private mutating func noteLatest(_ entry: FeedbackEntry) {
        guard let score = entry.score else { return }
        switch entry.type {
        case .csat, .review, .survey: csatLatest = csatLatest ?? score
        case .nps: npsLatest = npsLatest ?? score
        default: break
        }
    }

    @inline(__always) private mutating func add(
        bucketFrom start: UnsafeRawPointer, endingAt end: UnsafeRawPointer, age: Int,
        _ sums: ContiguousArray<MeasurePlan.BrowseSum>
    ) {
        let mask = end.loadUnaligned(fromByteOffset: -4, as: UInt16.self)
        for index in sums.indices where age < sums[index].windowDays {
            switch sums[index].part {
            case .count(let bit):
                guard mask >> UInt16(truncatingIfNeeded: bit) & 1 == 1 else { continue }
                let rank = (mask & (1 << UInt16(truncatingIfNeeded: bit) &- 1)).nonzeroBitCount
                browse[index] &+= Int64((start + rank).load(as: UInt8.self))
            case .allTypes:
                for rank in 0..<(mask & 0xfff).nonzeroBitCount { browse[index] &+= Int64((start + rank).load(as: UInt8.self)) }
            case .dwell:
                guard mask >> 13 & 1 == 1 else { continue }
                let rank = (mask & BrowseBucket.countBits).nonzeroBitCount
                browse[index] &+= Int64((start + rank).loadUnaligned(as: UInt32.self))
            }
        }
    }
}
