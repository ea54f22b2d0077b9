import Scoring

extension DecisionAudit {
    mutating func audit(_ notice: NoticeRecord) throws(DecisionRecordError) {
        guard let tier = index(ofTier: notice.tier) else { return }
        var readings = RecordedReadings(policy)
        readings.add(notice.criteria)
        readings.add(notice.progress?.unmet ?? [])
        switch notice.notice {
        case TierNotice.Kind.approachingUpgrade.rawValue: auditUpgrade(notice, tier, &readings)
        case TierNotice.Kind.approachingExpiry.rawValue: try auditExpiry(notice, tier, readings)
        default: add("notice", notice.notice, "no such notice", false)
        }
        // Before records told how fresh they were, a notice told the actions of the tier held.
        let kind = notice.freshness == nil ? nil : TierNotice.Kind(rawValue: notice.notice)
        add(actions: notice.actions, kind.map { policy.actions(of: $0) } ?? policy.tiers[tier].actions)
    }

    private mutating func auditUpgrade(_ notice: NoticeRecord, _ tier: Int, _ readings: inout RecordedReadings) {
        if let progress = notice.progress { addMet(progress, &readings) }
        audit(notice.progress, above: tier, readings)
        guard let rule = policy.notices.upgrade else {
            return add("notice", notice.notice, "the policy sends none of this kind", false)
        }
        let fraction = notice.progress?.fraction ?? 0
        add(
            "near enough", fraction.percent, "at least \((1 - rule.within).percent) and not all",
            fraction >= 1 - rule.within - Self.tolerance && fraction < 1)
    }

    private mutating func auditExpiry(
        _ notice: NoticeRecord, _ tier: Int, _ readings: RecordedReadings
    ) throws(DecisionRecordError) {
        let retention = policy.tiers[tier].entry?.eased(by: policy.downgrade.margin)
        audit(notice.criteria, of: retention, readings)
        switch readings.holds(retention) {
        case true?: add("tier", "to be lost", "\(notice.tier) is kept", .differs)
        case false?: add("tier", "to be lost", "not kept as things stand", .agrees)
        case nil: add("tier", "to be lost", "perhaps", .untold)
        }
        guard let rule = policy.notices.expiry else {
            return add("notice", notice.notice, "the policy sends none of this kind", false)
        }
        guard let expiresAt = notice.expiresAt else { return add("expires at", "nothing", "an instant", false) }
        let (now, end) = (try Self.time(notice.effectiveAt), try Self.time(expiresAt))
        add(
            "time left", (end - now).words(upTo: rule.before), "up to \(rule.before.words)",
            now < end && end - now <= rule.before)
    }
}

extension TimeSpan {
    /// In days, to a tenth.
    fileprivate func words(upTo limit: TimeSpan) -> String { "\(((days * 10).rounded() / 10).plain) days" }
}
