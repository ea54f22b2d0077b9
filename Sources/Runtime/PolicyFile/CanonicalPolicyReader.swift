import Scoring

/// Makes a policy from its canonical text: the inverse of `Policy.canonicalText`, line for line.
///
/// It is generous with order and repeats; `KeptPolicy` compares what comes out with the text.
struct CanonicalPolicyReader {
    private var name = ""
    private var version = 0
    private var transitions: [ZoneCalendar.Transition] = []
    private var currency: CurrencyCode?
    private var rates: [CurrencyCode: ExchangeRate] = [:]
    private var countFrom: OrderType?
    private var maxFutureSkew: TimeSpan?
    private var history: History?
    private var spendHalfLife: TimeSpan?
    /// Each once, in the order of first use, as a file's are.
    var measures: [Measure] = []
    private var terms: [Term] = []
    private var tiers: [Tier] = []
    private var downgrade: DowngradeRule?
    private var qualification: QualificationPeriod?
    private var validity: Validity?
    private var notices = NoticeRule()
    private var changeActions = ChangeActions()
    private var model: (PurchaseModel, isCalibrated: Bool)?
    private var churn: (horizonDays: Double, margin: Double, ewmaHalfLifeDays: Double, score: ChurnModel.Score)?
    private var adjustment = ChurnAdjustment.none
    private var value: ValueRule?
    var profiles: ProfileRule?
    private var points: PointsRule?
    private var tags: [TagRule] = []
    private var quietBeyond: TimeSpan?
    private var levels: [ChurnRule.Level] = []

    static func read(_ text: String) throws(KeptPolicyError) -> Policy {
        var reader = CanonicalPolicyReader()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.first == "tierd policy 2" else { throw .unknownForm }
        for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            guard var words = CanonicalLine(line), reader.take(&words), words.isAtEnd else {
                throw .unreadable(line: index + 1)
            }
        }
        guard let policy = reader.policy else { throw .unreadable(line: lines.count) }
        return policy
    }

    /// Nil while something is missing.
    private var policy: Policy? {
        guard let currency, let countFrom, let maxFutureSkew, let history, let spendHalfLife, let downgrade, let model,
            let churn, !transitions.isEmpty, !tiers.isEmpty, !levels.isEmpty, let measures = completeMeasures
        else { return nil }
        return Policy(
            name: name, version: version, hash: "", calendar: ZoneCalendar(zone: "", transitions: transitions),
            currency: currency, exchangeRates: rates, countFrom: countFrom, maxFutureSkew: maxFutureSkew,
            history: history, spendHalfLife: spendHalfLife, measures: measures, terms: terms, tiers: tiers,
            downgrade: downgrade, qualification: qualification, validity: validity, notices: notices,
            changeActions: changeActions,
            churn: ChurnRule(
                scoring: ChurnModel(
                    purchases: model.0, horizonDays: churn.horizonDays, ewmaHalfLifeDays: churn.ewmaHalfLifeDays,
                    score: churn.score),
                adjustment: adjustment, levels: levels, margin: churn.margin, isCalibrated: model.isCalibrated),
            value: value, profiles: profiles, points: points, tags: tags, quietBeyond: quietBeyond)
    }

    /// The balance of points with its expiry, there wherever points are earned; nil if it is asked for where none are.
    private var completeMeasures: [Measure]? {
        guard let points else { return measures.contains { $0.quantity == .points } ? nil : measures }
        guard points.multipliers.count == tiers.count else { return nil }
        let complete = measures.map { $0.quantity == .points ? points.measure : $0 }
        return complete.contains(points.measure) ? complete : complete + [points.measure]
    }

    /// Takes up one line; false if it is not understood.
    private mutating func take(_ line: inout CanonicalLine) -> Bool {
        switch line.word() {
        case "policy": set(\.name, line.text())
        case "version": set(\.version, line.integer())
        case "offset": add(to: \.transitions, Self.transition(&line, after: transitions.last))
        case "currency": set(\.currency, line.word().flatMap { CurrencyCode($0) })
        case "rate": takeRate(&line)
        case "count_from": set(\.countFrom, line.word().flatMap(Self.stage))
        case "max_future_skew": set(\.maxFutureSkew, Self.span(&line))
        case "history": set(\.history, Self.history(&line))
        case "spend_half_life": set(\.spendHalfLife, Self.span(&line))
        case "term": add(to: \.terms, term(&line))
        case "tier": add(to: \.tiers, tier(&line))
        case "downgrade": set(\.downgrade, Self.downgrade(&line))
        case "qualification": set(\.qualification, Self.qualification(&line))
        case "validity": set(\.validity, Self.validity(&line))
        case "approaching_upgrade": set(\.notices.upgrade, Self.upgradeNotice(&line))
        case "approaching_expiry": set(\.notices.expiry, Self.expiryNotice(&line))
        case "change_actions": takeChangeActions(&line)
        case "model": set(\.model, Self.model(&line))
        case "churn": takeChurn(&line)
        case "adjustment": set(\.adjustment, Self.adjustment(&line))
        case "value": set(\.value, Self.value(&line))
        case "profiles": takeProfiles(&line)
        case "dimensions": takeDimensions(&line)
        case "rfm": takeRFM(&line)
        case "points": set(\.points, Self.points(&line))
        case "points_inactive": set(\.points, Self.points(points, inactive: &line))
        case "tag": add(to: \.tags, tag(&line))
        case "quiet_beyond": set(\.quietBeyond, Self.span(&line))
        case "level": add(to: \.levels, Self.level(&line))
        default: false
        }
    }

    private mutating func set<Value>(_ field: WritableKeyPath<Self, Value>, _ value: Value?) -> Bool {
        guard let value else { return false }
        self[keyPath: field] = value
        return true
    }

    private mutating func set<Value>(_ field: WritableKeyPath<Self, Value?>, _ value: Value?) -> Bool {
        self[keyPath: field] = value
        return value != nil
    }

    private mutating func add<Value>(to list: WritableKeyPath<Self, [Value]>, _ value: Value?) -> Bool {
        guard let value else { return false }
        self[keyPath: list].append(value)
        return true
    }

    // MARK: - Lines

    private static func transition(
        _ line: inout CanonicalLine, after last: ZoneCalendar.Transition?
    ) -> ZoneCalendar.Transition? {
        guard let from = line.integer(Int64.self), let offset = line.integer(Int32.self) else { return nil }
        if let last, from <= last.from.milliseconds { return nil }
        return ZoneCalendar.Transition(from: EventTime(milliseconds: from), offsetSeconds: offset)
    }

    private mutating func takeRate(_ line: inout CanonicalLine) -> Bool {
        guard let code = line.word().flatMap({ CurrencyCode($0) }), let billionths = line.integer(Int64.self) else {
            return false
        }
        rates[code] = ExchangeRate(billionths: billionths)
        return true
    }

    private static func stage(_ name: String) -> OrderType? { OrderType.allCases.first { "\($0.name)" == name } }

    private static func span(_ line: inout CanonicalLine) -> TimeSpan? {
        line.integer().map { TimeSpan(milliseconds: $0) }
    }

    private static func history(_ line: inout CanonicalLine) -> History? {
        guard let orders = line.integer(Int.self), let browse = line.integer(Int.self),
            let feedback = line.integer(Int.self)
        else { return nil }
        return History(orderDays: orders, browseDays: browse, feedbackDays: feedback)
    }

    private static func downgrade(_ line: inout CanonicalLine) -> DowngradeRule? {
        guard let margin = line.number(), let dwell = span(&line), let grace = span(&line),
            let mode = line.word().flatMap({ DowngradeRule.Mode(rawValue: $0) }),
            let timing = line.word().flatMap({ DowngradeRule.Timing(rawValue: $0) }),
            let withdraws = line.word().flatMap({ Bool($0) })
        else { return nil }
        return DowngradeRule(
            margin: margin, minimumDwell: dwell, grace: grace, mode: mode, timing: timing, withdrawsOnRefund: withdraws)
    }

    private static func qualification(_ line: inout CanonicalLine) -> QualificationPeriod? {
        guard let kind = line.word().flatMap({ QualificationPeriod.Kind(rawValue: $0) }),
            let month = line.integer(Int.self), (1...12).contains(month)
        else { return nil }
        return QualificationPeriod(kind, firstMonth: month)
    }

    private static func validity(_ line: inout CanonicalLine) -> Validity? {
        guard let months = line.integer(Int.self),
            let rounding = line.word().flatMap({ Validity.Rounding(rawValue: $0) })
        else { return nil }
        return Validity(months: months, rounding: rounding)
    }

    private static func upgradeNotice(_ line: inout CanonicalLine) -> NoticeRule.Upgrade? {
        guard let within = line.number(), let coolDown = span(&line) else { return nil }
        return NoticeRule.Upgrade(within: within, coolDown: coolDown)
    }

    private static func expiryNotice(_ line: inout CanonicalLine) -> NoticeRule.Expiry? {
        guard let before = span(&line), let coolDown = span(&line) else { return nil }
        return NoticeRule.Expiry(before: before, coolDown: coolDown)
    }

    private mutating func takeChangeActions(_ line: inout CanonicalLine) -> Bool {
        guard let kind = line.word().flatMap({ ChangeActions.Kind(rawValue: $0) }), let actions = Self.actions(&line)
        else { return false }
        changeActions[kind] = actions
        return true
    }

    /// All up to the end of the line.
    static func actions(_ line: inout CanonicalLine) -> [String]? {
        var actions: [String] = []
        while let word = line.word() {
            guard word == "action", add(&line, to: &actions) else { return nil }
        }
        return actions
    }

    private static func model(_ line: inout CanonicalLine) -> (PurchaseModel, isCalibrated: Bool)? {
        guard let kind = line.word().flatMap({ PurchaseModel.Kind(rawValue: $0) }), let r = line.number(),
            let alpha = line.number(), let a = line.number(), let b = line.number(), line.word() == "calibrated",
            let isCalibrated = line.word().flatMap({ Bool($0) })
        else { return nil }
        return (PurchaseModel(kind: kind, r: r, alpha: alpha, a: a, b: b), isCalibrated)
    }

    private mutating func takeChurn(_ line: inout CanonicalLine) -> Bool {
        guard let horizonDays = line.number(), let margin = line.number(), let halfLife = line.number(),
            let score = Self.score(&line)
        else { return false }
        churn = (horizonDays, margin, halfLife, score)
        return true
    }

    private static func level(_ line: inout CanonicalLine) -> ChurnRule.Level? {
        guard let name = line.text(), let from = line.number() else { return nil }
        var level = ChurnRule.Level(name: name, from: from)
        while let word = line.word() {
            switch word {
            case "label": guard add(&line, to: &level.label) else { return nil }
            case "action": guard add(&line, to: &level.actions) else { return nil }
            default: return nil
            }
        }
        return level
    }

    static func add(_ line: inout CanonicalLine, to label: inout Label) -> Bool {
        guard let language = line.text(), let text = line.text() else { return false }
        label.entries.append(Label.Entry(language: language, text: text))
        return true
    }

    static func add(_ line: inout CanonicalLine, to actions: inout [String]) -> Bool {
        guard let action = line.text() else { return false }
        actions.append(action)
        return true
    }
}
