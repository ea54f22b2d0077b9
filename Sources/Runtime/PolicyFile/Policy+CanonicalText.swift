import Scoring

extension Policy {
    /// Everything that decides or reaches an output, one fact per line, the same whatever the file's layout and comments
    /// were. The policy's hash is that of this text: a change of its form changes every hash, and so needs a new first line.
    package var canonicalText: String {
        let lines =
            ["tierd policy 2", "policy \(name.quoted)", "version \(version)"] + calendarLines + moneyLines + termLines
            + tiers.map { $0.line(measures) } + downgradeLines + termsOfTierLines + noticeLines
            + changeActionLines + churnLines
            + valueLines + profileLines + pointsLines + tagLines + catchUpLines
        return lines.map { $0 + "\n" }.joined()
    }

    /// The offsets decide, not the zone's name.
    private var calendarLines: [String] {
        calendar.transitions.map { "offset \($0.from.milliseconds) \($0.offsetSeconds)" }
    }

    private var moneyLines: [String] {
        let rates = exchangeRates.sorted { $0.key.packed < $1.key.packed }
        return ["currency \(currency.text)"] + rates.map { "rate \($0.key.text) \($0.value.billionths)" } + [
            "count_from \(countFrom.name)",
            "max_future_skew \(maxFutureSkew.milliseconds)",
            "history \(history.orderDays) \(history.browseDays) \(history.feedbackDays)",
            "spend_half_life \(spendHalfLife.milliseconds)",
        ]
    }

    private var termLines: [String] {
        terms.map {
            "term \($0.name.quoted) \(measures[$0.measure].name) \($0.weight) \($0.curve.canonicalText) \($0.whenUnknown)"
        }
    }

    private var downgradeLines: [String] {
        let rule = downgrade
        return [
            "downgrade \(rule.margin) \(rule.minimumDwell.milliseconds) \(rule.grace.milliseconds) \(rule.mode.rawValue)"
                + " \(rule.timing.rawValue) \(rule.withdrawsOnRefund)"
        ]
    }

    private var termsOfTierLines: [String] {
        let period = qualification.map { "qualification \($0.kind.rawValue) \($0.firstMonth)" }
        return [period, validity.map { "validity \($0.months) \($0.rounding.rawValue)" }].compactMap { $0 }
    }

    private var noticeLines: [String] {
        let upgrade = notices.upgrade.map { "approaching_upgrade \($0.within) \($0.coolDown.milliseconds)" }
        let expiry = notices.expiry.map { "approaching_expiry \($0.before.milliseconds) \($0.coolDown.milliseconds)" }
        return [upgrade, expiry].compactMap { $0 }
    }

    private var changeActionLines: [String] {
        ChangeActions.Kind.allCases.filter { !changeActions[$0].isEmpty }.map {
            "change_actions \($0.rawValue)\(changeActions[$0].canonicalText)"
        }
    }

    private var adjustmentLines: [String] {
        let adjustment = churn.adjustment
        guard adjustment != .none else { return [] }
        return [
            "adjustment \(adjustment.perOpenComplaint) \(adjustment.dissatisfaction) \(adjustment.browseDrop) \(adjustment.limit)"
        ]
    }

    private var valueLines: [String] {
        guard let value else { return [] }
        let amounts = value.amounts
        return ["value \(amounts.p) \(amounts.q) \(amounts.v) \(value.months) \(value.discountPerMonth)"]
    }

    private var pointsLines: [String] {
        guard let points else { return [] }
        let rates = points.multipliers.map { " \($0)" }.joined()
        let inactive = points.expiresWhenInactiveDays.map { ["points_inactive \($0)"] } ?? []
        return ["points \(points.perUnit) \(points.expiresAfterDays)" + rates] + inactive
    }

    private var tagLines: [String] {
        tags.map { "tag \($0.name.quoted) \($0.condition.canonicalText(measures))\($0.actions.canonicalText)" }
    }

    private var catchUpLines: [String] { quietBeyond.map { ["quiet_beyond \($0.milliseconds)"] } ?? [] }

    private var churnLines: [String] {
        let model = churn.model
        let parameters = "\(model.r) \(model.alpha) \(model.a) \(model.b)"
        return [
            "model \(model.kind.rawValue) \(parameters) calibrated \(churn.isCalibrated)",
            "churn \(churn.horizonDays) \(churn.margin) \(churn.scoring.ewmaHalfLifeDays) \(churn.scoring.score.canonicalText)",
        ] + adjustmentLines
            + churn.levels.map {
                "level \($0.name.quoted) \($0.from)\($0.label.canonicalText)\($0.actions.canonicalText)"
            }
    }
}

extension Tier {
    fileprivate func line(_ measures: [Measure]) -> String {
        let condition = entry.map { " enter " + $0.canonicalText(measures) } ?? ""
        let entitled = benefits.map { " benefit \($0.quoted)" }.joined()
        return "tier \(name.quoted)\(condition)\(label.canonicalText)\(entitled)\(actions.canonicalText)"
    }
}

extension ChurnModel.Score {
    fileprivate var canonicalText: String {
        switch self {
        case .p0: "p0"
        case .combined(let score): "combined(\(score.p0) \(score.ewma) \(score.constant))"
        case .logistic(let score):
            "logistic(\(score.intercept) \(score.recency) \(score.frequency) \(score.monetary) \(score.age) \(score.ewma))"
        }
    }
}

extension Curve {
    fileprivate var canonicalText: String {
        switch self {
        case .saturating(let halfAt): "saturating(\(halfAt))"
        case .linear(let from, let to): "linear(\(from) \(to))"
        case .points(let points): "points(" + points.map { "\($0.x) \($0.y)" }.joined(separator: " ") + ")"
        }
    }
}

extension Condition {
    fileprivate func canonicalText(_ measures: [Measure]) -> String {
        switch self {
        case .comparison(let comparison): comparison.canonicalText(measures)
        case .all(let parts): "all(" + parts.map { $0.canonicalText(measures) }.joined(separator: " ") + ")"
        case .any(let parts): "any(" + parts.map { $0.canonicalText(measures) }.joined(separator: " ") + ")"
        case .not(let part): "not(" + part.canonicalText(measures) + ")"
        }
    }
}

extension Comparison {
    fileprivate func canonicalText(_ measures: [Measure]) -> String {
        switch subject {
        case .score: "score(\(relation.rawValue) \(threshold))"
        case .measure(let index):
            measures[index].canonicalGift ?? "\(measures[index].canonicalOpening)\(relation.rawValue) \(threshold))"
        }
    }
}

extension Measure {
    /// What commands give, which may hold any character; nil for what is computed.
    fileprivate var canonicalGift: String? {
        switch quantity {
        case .tag(let tag): "tag(\(tag.quoted))"
        case .attribute(let attribute, let text): "attribute(\(attribute.quoted) \(text.quoted))"
        default: nil
        }
    }

    /// Up to what is asked of it.
    fileprivate var canonicalOpening: String {
        if case .attributeNumber(let attribute) = quantity {
            "attribute_number(\(attribute.quoted) "
        } else {
            "\(name)("
        }
    }
}

extension Label {
    fileprivate var canonicalText: String { entries.map { " label \($0.language.quoted) \($0.text.quoted)" }.joined() }
}

extension [String] {
    fileprivate var canonicalText: String { map { " action \($0.quoted)" }.joined() }
}

extension String {
    /// In quotes, with quotes, backslashes and line feeds escaped: no text can look like the end of a line.
    fileprivate var quoted: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
