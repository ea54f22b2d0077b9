import Scoring

/// One pass over a customer's orders for a profile. Sums are integers; what they come to is divided out at the end.
struct PurchaseTally {
    private let today: DayIndex
    private let yearStart: Int64
    private let recentStart: Int64
    private let earlierStart: Int64
    private var orders: Int64 = 0
    private var spend: Int64 = 0
    private var ordersInYear: Int64 = 0
    private var spendInYear: Int64 = 0
    private var recentSpend: Int64 = 0
    private var earlierSpend: Int64 = 0
    private var days: Int64 = 0
    private var daysInYear: Int64 = 0
    private var firstDay: Int32 = -1
    private var lastDay: Int32 = -1
    private var firstAt = Int64.max
    private var lastAt = Int64.min
    /// Between purchase days that are kept one by one.
    private var gaps: Int64 = 0
    private var gapSum: Int64 = 0
    private var gapSquares: Int64 = 0
    private var lastGap: Int64 = 0

    init(_ today: DayIndex, _ calendar: ZoneCalendar) {
        self.today = today
        yearStart = calendar.windowStart(days: PurchaseEvidence.yearDays, seenOn: today).milliseconds
        recentStart = calendar.windowStart(days: PurchaseEvidence.recentDays, seenOn: today).milliseconds
        earlierStart = calendar.windowStart(days: PurchaseEvidence.earlierDays, seenOn: today).milliseconds
    }

    /// What has left the history comes before all that is in it.
    mutating func add(_ folded: FoldedOrders, _ calendar: ZoneCalendar) {
        spend = folded.spend
        guard folded.days > 0 else { return }
        orders = Int64(folded.orders)
        days = Int64(folded.days)
        firstDay = Int32(folded.firstDay)
        firstAt = calendar.start(of: DayIndex(firstDay)).milliseconds
        lastAt = folded.lastAt
        lastDay = calendar.day(of: EventTime(milliseconds: lastAt)).value
    }

    /// Of the orders, those up to `now`.
    mutating func add(_ entries: OrderEntries, upTo now: EventTime, _ calendar: ZoneCalendar) {
        for index in 0..<entries.count {
            guard entries.time(index) <= now.milliseconds else { return }
            let kind = entries.rawKind(index)
            guard OrderEntry.adds(rawKind: kind) else { continue }
            let (time, amount) = (entries.time(index), entries.amount(index))
            add(amount, at: time)
            guard kind == OrderEntry.Kind.order.rawValue else { continue }
            orders += 1
            let isInYear = time >= yearStart
            if isInYear { ordersInYear += 1 }
            firstAt = min(firstAt, time)
            lastAt = time
            add(day: calendar.day(of: EventTime(milliseconds: time)).value, isInYear: isInYear)
        }
    }

    private mutating func add(_ amount: Int64, at time: Int64) {
        spend &+= amount
        guard time >= yearStart else { return }
        spendInYear &+= amount
        if time >= recentStart { recentSpend &+= amount } else if time >= earlierStart { earlierSpend &+= amount }
    }

    private mutating func add(day: Int32, isInYear: Bool) {
        guard day != lastDay else { return }
        if lastDay >= 0 {
            lastGap = Int64(day - lastDay)
            gaps += 1
            gapSum += lastGap
            gapSquares += lastGap * lastGap
        }
        if firstDay < 0 { firstDay = day }
        lastDay = day
        days += 1
        if isInYear { daysInYear += 1 }
    }

    /// Nil before the first order that counts.
    func evidence(at time: EventTime, minorPerMajor: Double) -> PurchaseEvidence? {
        guard orders > 0 else { return nil }
        var evidence = PurchaseEvidence()
        evidence.orders = Double(orders)
        evidence.spend = Double(spend) / minorPerMajor
        evidence.spendInYear = Double(spendInYear) / minorPerMajor
        evidence.ordersInYear = Double(ordersInYear)
        evidence.purchaseDays = Double(days)
        evidence.purchaseDaysInYear = Double(daysInYear)
        evidence.daysSinceFirst = max((time - EventTime(milliseconds: firstAt)).days, 0)
        evidence.daysSinceLast = max((time - EventTime(milliseconds: lastAt)).days, 0)
        evidence.recentSpend = Double(recentSpend) / minorPerMajor
        evidence.earlierSpend = Double(earlierSpend) / minorPerMajor
        guard gaps > 0 else { return evidence }
        let mean = Double(gapSum) / Double(gaps)
        evidence.meanGap = mean
        evidence.lastGap = Double(lastGap)
        if gaps > 1 {
            // n·Σg² − (Σg)² is exact, so equal gaps deviate by exactly nothing.
            let spread = gaps * gapSquares - gapSum * gapSum
            evidence.gapDeviation = (Double(spread) / Double(gaps * (gaps - 1))).squareRoot()
        }
        return evidence
    }
}

extension BrowsingEvidence {
    /// Of the buckets up to `today`, those of the window; each faded by its age in days. Looking back, those of later days are
    /// passed over.
    init(
        _ bytes: UnsafeRawBufferPointer, on today: Int32, keptSince: Int32 = .min, passingLater: Bool = false,
        _ fading: borrowing DayFading
    ) {
        self.init()
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        var dwell: Int64 = 0
        var end = base + bytes.count
        while end > base {
            let day = Int32(end.loadUnaligned(fromByteOffset: -2, as: UInt16.self))
            let age = today &- day
            guard age < Int32(Self.windowDays), day >= keptSince else { break }
            let start = end - BrowseBucket.length(endingAt: end)
            if age < 0, passingLater {
                end = start
                continue
            }
            let mask = end.loadUnaligned(fromByteOffset: -4, as: UInt16.self)
            engagement += add(countsAt: start, mask) * fading.after(days: max(age, 0))
            dwell += Int64(BrowseBucket.dwell(ofBucketAt: start, mask))
            end = start
        }
        dwellSeconds = Double(dwell) / 1000
    }

    /// Adds a bucket's counts; returns what they count in the engagement.
    private mutating func add(countsAt start: UnsafeRawPointer, _ mask: UInt16) -> Double {
        var (weighted, place) = (0.0, start)
        var present = mask & BrowseBucket.countBits
        while present != 0 {
            let bit = present.trailingZeroBitCount
            let count = Double(place.load(as: UInt8.self))
            place += 1
            present &= present - 1
            guard let type = BrowseType(rawValue: UInt8(bit)) else {
                visits += count
                continue
            }
            weighted += count * Self.weight(of: type)
            add(count, of: type)
        }
        return weighted
    }

    private mutating func add(_ count: Double, of type: BrowseType) {
        switch type {
        case .pageViewed, .productViewed, .categoryViewed: views += count
        case .searched: searches += count
        case .linkClicked, .emailClicked, .pushOpened: clicks += count
        case .cartAdded: carts += count
        case .cartRemoved, .checkoutStarted, .wishlistAdded, .emailOpened: break
        }
    }
}

extension FeedbackEvidence {
    /// Nil without an entry in the history.
    init?(_ entries: FeedbackEntries, on today: Int32, keptSince: Int32, _ fading: borrowing DayFading) {
        self.init()
        var (resolutions, said, faded, weights) = (0, false, 0.0, 0.0)
        var index = entries.count - 1
        while index >= 0, Int32(entries[index].day) >= keptSince {
            let entry = entries[index]
            index -= 1
            said = true
            switch entry.type {
            case .csat, .review, .survey:
                if entry.type == .review { reviews += 1 }
                count(entry.tone)
                guard let score = entry.score else { break }
                let weight = fading.after(days: max(today &- Int32(entry.day), 0))
                faded += weight * Double(score) / 100
                weights += weight
            case .nps:
                if latestNPS == nil, let score = entry.score { latestNPS = Double(score) / 1000 }
                count(entry.sentiment)
            case .complaint: complain(isResolved: resolutions > 0, &resolutions)
            case .complaintResolved:
                resolutions += 1
                count(entry.sentiment)
            case .socialMention: count(entry.tone)
            case .referral, .supportContact: count(entry.sentiment)
            }
        }
        guard said else { return nil }
        if weights > 0 { satisfaction = faded / weights }
    }

    private mutating func count(_ sentiment: Sentiment?) {
        switch sentiment {
        case .positive: positive += 1
        case .neutral: neutral += 1
        case .negative: negative += 1
        case nil: break
        }
    }

    /// Going back in time, each resolution answers the latest complaint before it that has no answer yet.
    private mutating func complain(isResolved: Bool, _ resolutions: inout Int) {
        complaints += 1
        if isResolved {
            resolutions -= 1
            neutral += 1
        } else {
            complaintsOpen += 1
            negative += 1
        }
    }
}
