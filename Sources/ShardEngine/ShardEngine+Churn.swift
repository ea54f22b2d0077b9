import Scoring

extension ShardEngine {
    /// Whether the churn risk must be computed anew: something it follows from has changed, or silence may have raised it.
    func mindsChurn(_ occasion: Occasion, _ record: CustomerStore.Record) -> Bool {
        occasion.ordersChanged || occasion.isEvidence && rules.adjustsChurn
            || Int64(record.pointee.churnCrossing) * 1000 <= occasion.time.milliseconds
    }

    /// Computes the churn risk, moves the level if it must, and foresees the next rise: after an order by a safe bound,
    /// for most customers order again before it, and exactly when that bound has come.
    mutating func settleChurn(
        _ occasion: Occasion, _ record: CustomerStore.Record, into outputs: inout OutputBuffer
    ) {
        let days = store.purchaseDays(of: record, rules)
        guard let evidence = churnEvidence(days, record, at: occasion.time) else {
            record.pointee.churnLevel = CustomerRecord.noChurnLevel
            record.pointee.churnCrossing = .max
            return
        }
        let risk = rules.churnScale.rule.scoring.risk(evidence)
        let held = record.pointee.churnLevel == CustomerRecord.noChurnLevel ? nil : Int(record.pointee.churnLevel)
        let level = rules.churnScale.rule.level(for: risk, held: held)
        if held != level { report(level, from: held, risk, evidence, days, occasion, record, into: &outputs) }
        let birth = rules.policy.calendar.start(of: DayIndex(days.first))
        let isWakeUp = Int64(record.pointee.churnCrossing) * 1000 <= occasion.time.milliseconds
        let next =
            isWakeUp
            ? rules.churnScale.nextRise(above: level, evidence, birth: birth)
            : rules.churnScale.noRiseBefore(above: level, evidence, at: occasion.time)
        let soonest = UInt32(truncatingIfNeeded: occasion.time.milliseconds / 1000 + 1)
        record.pointee.churnCrossing = next.map { max($0, soonest) } ?? .max
    }

    /// What the churn score looks at; nil before the first order that counts. Inlined: a call from where the engine changes
    /// would copy the engine first.
    @inline(__always) func churnEvidence(
        _ days: PurchaseDays, _ record: CustomerStore.Record, at time: EventTime
    ) -> ChurnEvidence? {
        days.evidence(
            at: time, rules.policy.calendar, minorPerMajor: rules.minorPerMajor,
            adjustment: rules.adjustsChurn ? Self.churnAdjustment(record, store, at: time, rules.policy) : 0)
    }

    private mutating func report(
        _ level: Int, from held: Int?, _ risk: Double, _ evidence: ChurnEvidence, _ days: PurchaseDays,
        _ occasion: Occasion, _ record: CustomerStore.Record, into outputs: inout OutputBuffer
    ) {
        record.pointee.churnLevel = UInt8(level)
        guard !isUnheard(at: occasion.time) else { return outputs.unheard.note() }
        record.pointee.churnSequence &+= 1
        let silence = Double(occasion.time.milliseconds - store.lastOrderAt(of: record)) / TimeSpan.millisecondsPerDay
        outputs.outputs.append(
            .churnRisk(
                ChurnRiskChange(
                    customer: outputs.append(text: store.id(of: record)), from: held, to: level,
                    cause: copied(occasion, into: &outputs), effectiveAt: occasion.time,
                    sequence: record.pointee.churnSequence, probability: risk, evidence: evidence,
                    meanAmount: days.meanRepeatAmount / rules.minorPerMajor, daysSinceLastOrder: max(0, silence))))
    }

    /// Log-odds by what the customer said and did besides buying, as far as the histories reach.
    private static func churnAdjustment(
        _ record: CustomerStore.Record, _ store: borrowing CustomerStore, at time: EventTime, _ policy: Policy
    ) -> Double {
        let today = policy.calendar.day(of: time).value
        let feedback = FeedbackDigest(store.feedback(of: record), on: today, within: policy.history.feedbackDays)
        let drop = BrowseDrop(store.browse(of: record), on: today)
        return policy.churn.adjustment.logOdds(
            openComplaints: feedback.complaintsOpen, satisfaction: feedback.satisfaction, browseDrop: drop.share)
    }
}

/// A customer's feedback in two numbers.
struct FeedbackDigest {
    /// Complaints that no later resolution answers.
    private(set) var complaintsOpen = 0
    /// Mean CSAT, review or survey score, per cent of its scale; nil without one.
    private(set) var satisfaction: Double?

    init(_ entries: FeedbackEntries, on today: Int32, within days: Int) {
        var (sum, count, resolutions) = (0, 0, 0)
        var index = entries.count - 1
        while index >= 0, Int(today &- Int32(entries[index].day)) < days {
            let entry = entries[index]
            switch entry.type {
            case .csat, .review, .survey:
                if let score = entry.score { (sum, count) = (sum + Int(score), count + 1) }
            case .complaint: if resolutions > 0 { resolutions -= 1 } else { complaintsOpen += 1 }
            case .complaintResolved: resolutions += 1
            case .nps, .referral, .supportContact, .socialMention: break
            }
            index -= 1
        }
        satisfaction = count == 0 ? nil : Double(sum) / Double(count) / 100
    }
}

/// How much less a customer browses than before.
struct BrowseDrop {
    /// 1 − events of the last 30 days over events of the 30 days before, at least 0; nil with fewer than five before.
    private(set) var share: Double?

    private static let days: Int32 = 30
    private static let leastBefore = 5

    init(_ bytes: UnsafeRawBufferPointer, on today: Int32) {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        var (recent, before) = (0, 0)
        var end = base + bytes.count
        while end > base {
            let age = today &- Int32(end.loadUnaligned(fromByteOffset: -2, as: UInt16.self))
            guard age < 2 * Self.days else { break }
            let bucket = BrowseBucket(endingAt: end)
            if age < Self.days { recent += bucket.eventCount } else { before += bucket.eventCount }
            end -= BrowseBucket.length(endingAt: end)
        }
        guard before >= Self.leastBefore else { return }
        share = max(0, 1 - Double(recent) / Double(before))
    }
}
