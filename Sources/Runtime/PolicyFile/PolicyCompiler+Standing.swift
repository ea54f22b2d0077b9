import Scoring

extension PolicyCompiler {
    mutating func compileQualification(_ cursor: Cursor?) -> QualificationPeriod? {
        guard let cursor else {
            if let use = periodUse {
                problems.append(use.problem("over which period? The field \"qualification\" is missing"))
            }
            return nil
        }
        let kind = cursor["period"]?.text.flatMap(QualificationPeriod.Kind.init) ?? .year
        let period = QualificationPeriod(kind, firstMonth: cursor["first_month"]?.integer ?? 1)
        if let use = periodUse, period.maximumDays > longestUse[.orders]?.days ?? 0 {
            longestUse[.orders] = MeasureUse(path: use.path, name: use.text ?? "", days: period.maximumDays)
        }
        return period
    }

    func compileValidity(_ cursor: Cursor?) -> Validity? {
        cursor.map {
            Validity(
                months: $0["months"]?.integer ?? 12,
                rounding: $0["until"]?.text.flatMap(Validity.Rounding.init) ?? .none)
        }
    }

    func compileChangeActions(_ cursor: Cursor?) -> ChangeActions {
        var actions = ChangeActions()
        for kind in ChangeActions.Kind.allCases { actions[kind] = (cursor?[kind.rawValue]).texts }
        return actions
    }

    mutating func compileNotices(_ cursor: Cursor?) -> NoticeRule {
        var rule = NoticeRule()
        if let upgrade = cursor?["approaching_upgrade"] {
            rule.upgrade = NoticeRule.Upgrade(
                within: upgrade["within"]?.text.flatMap { Double(percent: $0) } ?? 0.1,
                coolDown: span(upgrade["cool_down"]) ?? .days(30))
        }
        if let expiry = cursor?["approaching_expiry"] {
            rule.expiry = NoticeRule.Expiry(
                before: span(expiry["before"]) ?? .days(30), coolDown: span(expiry["cool_down"]) ?? .days(30))
        }
        return rule
    }
}
