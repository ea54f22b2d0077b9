/// The versioned rules that turn measures into a score, a tier and a churn-risk level, compiled: names are resolved to
/// indices and time-zone transitions are part of it, so that neither scoring nor a replay depends on the host.
package struct Policy: Sendable {
    package var name: String
    package var version: Int
    /// Hex SHA-256 of everything that decides, the time-zone transitions included.
    package var hash: String
    package var calendar: ZoneCalendar
    package var currency: CurrencyCode
    /// What one unit of another currency is worth in `currency`.
    package var exchangeRates: [CurrencyCode: ExchangeRate]
    /// An order counts from this stage on.
    package var countFrom: OrderType
    /// Events further ahead than this of both clocks are rejected.
    package var maxFutureSkew: TimeSpan
    /// Days of individual history kept per input; at least the longest window over it.
    package var history: History
    package var spendHalfLife: TimeSpan
    /// Every measure that a term or a condition uses, each once.
    package var measures: [Measure]
    package var terms: [Term]
    /// From the lowest to the highest; the first has no entry condition.
    package var tiers: [Tier]
    package var downgrade: DowngradeRule
    /// Of `_period` measures; there is one if such a measure is used.
    package var qualification: QualificationPeriod?
    /// For how long a tier is given; nil for as long as its requirement is met.
    package var validity: Validity?
    package var notices: NoticeRule
    package var changeActions: ChangeActions
    package var churn: ChurnRule
    /// What customers are worth; nil where no amounts have been fitted.
    package var value: ValueRule?
    /// Nil where no profiles are published.
    package var profiles: ProfileRule?
    /// Nil where orders earn no points. With it `measures` has the balance, whether or not anything asks for it.
    package var points: PointsRule?
    /// What customers are tagged with as long as something holds, in the order of the file.
    package var tags: [TagRule]
    /// What took effect further in the past than this, as the journalled wall clock has it, moves the state and is not told;
    /// nil: everything is.
    package var quietBeyond: TimeSpan?

    package init(
        name: String, version: Int, hash: String, calendar: ZoneCalendar, currency: CurrencyCode,
        exchangeRates: [CurrencyCode: ExchangeRate] = [:], countFrom: OrderType = .completed,
        maxFutureSkew: TimeSpan = .minutes(5), history: History, spendHalfLife: TimeSpan = .days(90),
        measures: [Measure], terms: [Term], tiers: [Tier], downgrade: DowngradeRule,
        qualification: QualificationPeriod? = nil, validity: Validity? = nil, notices: NoticeRule = NoticeRule(),
        changeActions: ChangeActions = ChangeActions(), churn: ChurnRule, value: ValueRule? = nil,
        profiles: ProfileRule? = nil, points: PointsRule? = nil, tags: [TagRule] = [], quietBeyond: TimeSpan? = nil
    ) {
        self.name = name
        self.version = version
        self.hash = hash
        self.calendar = calendar
        self.currency = currency
        self.exchangeRates = exchangeRates
        self.countFrom = countFrom
        self.maxFutureSkew = maxFutureSkew
        self.history = history
        self.spendHalfLife = spendHalfLife
        self.measures = measures
        self.terms = terms
        self.tiers = tiers
        self.downgrade = downgrade
        self.qualification = qualification
        self.validity = validity
        self.notices = notices
        self.changeActions = changeActions
        self.churn = churn
        self.value = value
        self.profiles = profiles
        self.points = points
        self.tags = tags
        self.quietBeyond = quietBeyond
    }

    /// Whether orders keep their costs.
    package var needsCosts: Bool { measures.contains { $0.quantity.needsCosts } }
}

extension Policy {
    /// The first instant after the term of a tier that is given at `time`; nil where tiers have none, as the lowest never has.
    package func termEnd(ofTier tier: Int, from time: EventTime) -> EventTime? {
        termRule?.end(ofTier: tier, from: time)
    }

    /// Nil where tiers have no term.
    package var termRule: TermRule? {
        validity.map { TermRule($0, calendar, firstMonth: qualification?.firstMonth ?? 1) }
    }
}

/// Calendar days of history, today included.
package struct History: Hashable, Sendable {
    package var orderDays: Int
    package var browseDays: Int
    package var feedbackDays: Int

    package init(orderDays: Int, browseDays: Int, feedbackDays: Int) {
        self.orderDays = orderDays
        self.browseDays = browseDays
        self.feedbackDays = feedbackDays
    }
}

/// A weighted measure: `weight · curve(measure)` points, or `weight · whenUnknown` without evidence.
package struct Term: Hashable, Sendable {
    package var name: String
    /// An index into `Policy.measures`.
    package var measure: Int
    package var weight: Double
    package var curve: Curve
    package var whenUnknown: Double

    package init(name: String, measure: Int, weight: Double, curve: Curve, whenUnknown: Double) {
        self.name = name
        self.measure = measure
        self.weight = weight
        self.curve = curve
        self.whenUnknown = whenUnknown
    }
}

/// A text in several languages, in the file's order.
package struct Label: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        /// A BCP 47 tag such as `en` or `zh-Hans`.
        package var language: String
        package var text: String
        package init(language: String, text: String) {
            self.language = language
            self.text = text
        }
    }
    package var entries: [Entry]
    package init(_ entries: [Entry] = []) { self.entries = entries }
}

/// A tag that a rule gives: shown with those that commands set, for as long as its condition holds.
package struct TagRule: Hashable, Sendable {
    package var name: String
    package var condition: Condition
    /// Recommended for whoever has the tag, also by a command; told in profiles.
    package var actions: [String]

    package init(name: String, when condition: Condition, actions: [String] = []) {
        self.name = name
        self.condition = condition
        self.actions = actions
    }
}

/// A rung of the ladder.
package struct Tier: Hashable, Sendable {
    package var name: String
    package var label: Label
    /// What must hold to be raised into it; nil for the lowest.
    package var entry: Condition?
    /// What its members are entitled to, passed through to the outputs.
    package var benefits: [String]
    /// Recommended for whoever reaches or keeps it, passed through to the outputs.
    package var actions: [String]

    package init(
        name: String, label: Label = Label(), entry: Condition?, benefits: [String] = [], actions: [String] = []
    ) {
        self.name = name
        self.label = label
        self.entry = entry
        self.benefits = benefits
        self.actions = actions
    }
}

/// When and how far a customer falls.
package struct DowngradeRule: Hashable, Sendable {
    /// The part of each threshold by which it is eased for those who hold the tier: 0.2 = a fifth.
    package var margin: Double
    /// Least time in a tier before falling out of it.
    package var minimumDwell: TimeSpan
    /// Time between failing the requirement and falling; recovery within it cancels the fall.
    package var grace: TimeSpan
    package var mode: Mode
    package var timing: Timing
    /// Whether a refund or cancellation takes back at once what the order had earned, without grace.
    package var withdrawsOnRefund: Bool

    /// Whether a tier falls at the very instant at which its requirement is no longer met.
    package var isUndelayed: Bool { timing == .atOnce && grace == .zero }

    /// When the requirement is looked at. Raw values are the names in policies.
    package enum Timing: String, Hashable, Sendable {
        case atOnce = "at_once"
        /// At the end of the term that `Validity` gives; until then the tier is safe.
        case endOfTerm = "end_of_term"
    }

    package enum Mode: String, Hashable, Sendable {
        /// To the highest tier that is still retained.
        case immediate
        /// One rung at a time; dwell and grace start again on each.
        case oneStep = "one_step"
    }

    package init(
        margin: Double, minimumDwell: TimeSpan, grace: TimeSpan, mode: Mode, timing: Timing = .atOnce,
        withdrawsOnRefund: Bool = true
    ) {
        self.margin = margin
        self.minimumDwell = minimumDwell
        self.grace = grace
        self.mode = mode
        self.timing = timing
        self.withdrawsOnRefund = withdrawsOnRefund
    }
}
