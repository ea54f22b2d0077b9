import Scoring

/// A policy's measures turned into the fewest passes over a customer's history: one per input, windows in rising order.
struct MeasurePlan {
    /// Distinct windows in days, rising, per history.
    var orderWindows: ContiguousArray<Int> = []
    var browseWindows: ContiguousArray<Int> = []
    var feedbackWindows: ContiguousArray<Int> = []
    /// How each measure of the policy is got, in the policy's order.
    var steps: ContiguousArray<Step> = []
    /// The browse measures among them.
    var browseSums: ContiguousArray<BrowseSum> = []
    var needsOrderPass = false
    var needsLifetimeOrders = false
    var needsPeriodOrders = false
    /// Whether costs or points are asked for.
    var needsAccounts = false
    /// Of points that end with inactivity, before the first order.
    var spell: ActiveSpell?
    /// What the annex is looked through for.
    var annexTests: ContiguousArray<AnnexTest> = []
    var needsFeedbackPass = false
    var needsPurchaseHistory = false
    var needsEngagement = false
    /// What is drawn for measures of the dimensions, as for a profile.
    var drawing = Drawing()

    /// Indices are into the window sums of the measure's history; the lifetime is one past the last window, the
    /// qualification period two.
    enum Step {
        case orders(Int)
        case spend(Int)
        case averageOrderValue(Int)
        case contribution(Int)
        case margin(Int)
        case points(Int)
        /// An index into `annexTests`.
        case annex(Int)
        case spendEWMA
        case daysSinceLastOrder
        case tenureDays
        /// An index into `browseSums`; the unit is divided by this.
        case browse(Int, divisor: Double)
        case csatLatest
        case csatMean(Int)
        case npsLatest
        case npsMean(Int)
        case complaints(Int)
        case complaintsOpen
        case pAlive
        case p0
        case churnRisk
        case engagement
        case sentimentMean(Int)
        /// Windows of the days that are compared with those before, and of both together.
        case spendGrowth(recent: Int, both: Int)
        case orderGrowth(recent: Int, both: Int)
        case drawn(DrawnMeasure)
    }

    /// Passes that only some measures need.
    struct Drawing {
        var needsTally = false
        var needsPortrait = false
        var needsForecast = false

        var isNeeded: Bool { needsTally || needsPortrait || needsForecast }
    }

    /// What one browse measure adds up over the days of its window.
    struct BrowseSum {
        enum Part {
            case allTypes
            /// A bit of the bucket's mask below the dwell's.
            case count(Int)
            case dwell
        }
        var part: Part
        var windowDays: Int
    }

    init(_ policy: Policy) {
        orderWindows = Self.windows(policy.measures, .orders)
        browseWindows = Self.windows(policy.measures, .browse)
        feedbackWindows = Self.windows(policy.measures, .feedback, and: policy.history.feedbackDays)
        spell = ActiveSpell(policy.points)
        for measure in policy.measures { steps.append(step(for: measure)) }
    }

    /// `more` is the window of measures without one of their own.
    private static func windows(
        _ measures: [Measure], _ history: InputKind, and more: Int? = nil
    ) -> ContiguousArray<Int> {
        let days = measures.filter { $0.quantity.history == history }.flatMap { windows(of: $0, and: more) }
        return ContiguousArray(days.sorted().reduce(into: []) { if $0.last != $1 { $0.append($1) } })
    }

    private static func windows(of measure: Measure, and more: Int?) -> [Int] {
        switch measure.quantity {
        case .spendGrowth, .orderGrowth: [PurchaseEvidence.recentDays, PurchaseEvidence.earlierDays]
        // Faded by the days' ages, in a pass of its own.
        case .engagement: []
        default: (measure.windowDays ?? more).map { [$0] } ?? []
        }
    }

    private mutating func step(for measure: Measure) -> Step {
        switch measure.quantity {
        case .orders: return .orders(orderWindow(measure))
        case .spend: return .spend(orderWindow(measure))
        case .averageOrderValue: return .averageOrderValue(orderWindow(measure))
        case .contribution: return .contribution(accountWindow(measure))
        case .margin: return .margin(accountWindow(measure))
        case .points: return .points(accountWindow(measure))
        case .tag(let tag): return annex(.tag(Array(tag.utf8)))
        case .attribute(let name, let text): return annex(.attribute(name: Array(name.utf8), text: Array(text.utf8)))
        case .attributeNumber(let name): return annex(.number(name: Array(name.utf8)))
        case .spendEWMA: return .spendEWMA
        case .daysSinceLastOrder: return .daysSinceLastOrder
        case .tenureDays: return .tenureDays
        case .browse(let type):
            return browse(type.map { .count(Int($0.rawValue)) } ?? .allTypes, measure, divisor: 1)
        case .sessions: return browse(.count(BrowseBucket.sessionsBit), measure, divisor: 1)
        case .dwellSeconds: return browse(.dwell, measure, divisor: 1000)
        case .csatLatest, .csatMean, .npsLatest, .npsMean, .complaints, .complaintsOpen, .sentimentMean:
            return feedbackStep(measure)
        case .pAlive, .p0, .churnRisk: return purchaseStep(measure)
        case .engagement:
            needsEngagement = true
            return .engagement
        case .spendGrowth: return .spendGrowth(recent: recentWindow, both: comparedWindow)
        case .orderGrowth: return .orderGrowth(recent: recentWindow, both: comparedWindow)
        case .repeatRate, .regularity, .loyalty, .recencyScore, .frequencyScore, .monetaryScore, .discountedShare,
            .categoryBreadth, .topCategoryShare, .referrals, .referralsConverted, .expectedOrders, .lifetimeValue:
            return drawnStep(measure)
        }
    }

    private mutating func purchaseStep(_ measure: Measure) -> Step {
        needsPurchaseHistory = true
        switch measure.quantity {
        case .pAlive: return .pAlive
        case .p0: return .p0
        default: return .churnRisk
        }
    }

    private var recentWindow: Int {
        mutating get { orderWindow(Measure(.orders, windowDays: PurchaseEvidence.recentDays)) }
    }

    private var comparedWindow: Int {
        mutating get { orderWindow(Measure(.orders, windowDays: PurchaseEvidence.earlierDays)) }
    }

    private mutating func drawnStep(_ measure: Measure) -> Step {
        guard let drawn = DrawnMeasure(measure.quantity) else { preconditionFailure("\(measure.name) is drawn") }
        switch drawn {
        case .repeatRate, .regularity, .recencyScore, .frequencyScore, .monetaryScore: drawing.needsTally = true
        case .loyalty: (drawing.needsTally, drawing.needsPortrait) = (true, true)
        case .discountedShare, .categoryBreadth, .topCategoryShare, .referrals, .referralsConverted:
            drawing.needsPortrait = true
        case .expectedOrders, .lifetimeValue: (drawing.needsForecast, needsPurchaseHistory) = (true, true)
        }
        return .drawn(drawn)
    }

    private mutating func feedbackStep(_ measure: Measure) -> Step {
        needsFeedbackPass = true
        let window = feedbackWindows.firstIndex(of: measure.windowDays ?? -1) ?? feedbackWindows.count - 1
        switch measure.quantity {
        case .csatLatest: return .csatLatest
        case .csatMean: return .csatMean(window)
        case .npsLatest: return .npsLatest
        case .npsMean: return .npsMean(window)
        case .complaints: return .complaints(window)
        case .sentimentMean: return .sentimentMean(window)
        default: return .complaintsOpen
        }
    }

    private mutating func orderWindow(_ measure: Measure) -> Int {
        needsOrderPass = true
        switch measure.window {
        case .days(let days): return orderWindows.firstIndex(of: days) ?? 0
        case .lifetime:
            needsLifetimeOrders = true
            return orderWindows.count
        case .period:
            needsPeriodOrders = true
            return orderWindows.count + 1
        }
    }

    private mutating func accountWindow(_ measure: Measure) -> Int {
        needsAccounts = true
        return orderWindow(measure)
    }

    private mutating func annex(_ test: AnnexTest) -> Step {
        annexTests.append(test)
        return .annex(annexTests.count - 1)
    }

    private mutating func browse(_ part: BrowseSum.Part, _ measure: Measure, divisor: Double) -> Step {
        browseSums.append(BrowseSum(part: part, windowDays: measure.windowDays ?? 1))
        return .browse(browseSums.count - 1, divisor: divisor)
    }
}
