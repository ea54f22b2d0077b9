import Scoring

/// Turns a policy document into a `Policy` and collects what no schema can see.
///
/// It bears any document: what the schema refuses is read as absent, so that one pass finds everything that is wrong.
struct PolicyCompiler {
    var problems: [FileProblem] = []
    /// Each once, in the order of first use.
    var measures: [Measure] = []
    /// The first use of a measure over the qualification period.
    var periodUse: Cursor?
    /// The first use of the longest window over each input.
    var longestUse: [InputKind: MeasureUse] = [:]
    /// For how many days points count; nil where none are earned.
    var pointsDays: Int?
    /// The fields that measures need and the policy has.
    var needsMet: Set<Measure.Quantity.Need> = []

    struct MeasureUse {
        let path: String
        let name: String
        let days: Int
    }

    mutating func compile(_ root: Cursor) -> Policy {
        pointsDays = root["points"].map { Self.pointsDays($0) }
        needsMet = Set(Measure.Quantity.Need.allCases.filter { root[$0.rawValue] != nil })
        let terms = compileTerms(root["score"]?["terms"])
        let tiers = compileTiers(root["tiers"])
        let tags = compileTags(root["tags"])
        let points = compilePoints(root["points"], tiers)
        let currency = root["currency"]?.text.flatMap { CurrencyCode($0) } ?? CurrencyCode(packed: 0)
        // Both before the history, which must reach as far.
        let qualification = compileQualification(root["qualification"])
        let validity = compileValidity(root["validity"])
        return Policy(
            name: root["policy"]?.text ?? "",
            version: root["version"]?.integer ?? 0,
            hash: "",
            calendar: compileCalendar(root["time_zone"]),
            currency: currency,
            exchangeRates: compileRates(root["exchange_rates"], into: currency),
            countFrom: compileStage(root["count_orders_from"]),
            maxFutureSkew: span(root["max_future_skew"]) ?? .minutes(5),
            history: compileHistory(root["history"], validity),
            spendHalfLife: span(root["spend_half_life"]) ?? .days(90),
            measures: measures,
            terms: terms,
            tiers: tiers,
            downgrade: compileDowngrade(root["downgrade"], validity: root["validity"]),
            qualification: qualification,
            validity: validity,
            notices: compileNotices(root["notices"]),
            changeActions: compileChangeActions(root["change_actions"]),
            churn: compileChurn(root["churn"]), value: compileValue(root["value"]),
            profiles: compileProfiles(root), points: points, tags: tags,
            quietBeyond: span(root["catch_up"]?["quiet_beyond"]))
    }

    mutating func span(_ cursor: Cursor?) -> TimeSpan? { cursor?.span(&problems) }

    private mutating func compileCalendar(_ cursor: Cursor?) -> ZoneCalendar {
        guard let cursor, let name = cursor.text else { return .utc }
        guard let calendar = ZoneCalendar(host: name) else {
            let nearest = Suggestion.nearest(to: name, among: ZoneCalendar.hostZones)
            problems.append(cursor.problem("unknown time zone \(cursor.node.rendered)", suggestion: nearest))
            return .utc
        }
        return calendar
    }

    private mutating func compileRates(_ cursor: Cursor?, into currency: CurrencyCode) -> [CurrencyCode: ExchangeRate] {
        var rates: [CurrencyCode: ExchangeRate] = [:]
        for (key, value) in cursor?.fields ?? [] {
            guard let code = CurrencyCode(key) else {
                problems.append(value.problem("\"\(key)\"", expected: "a currency code such as \"USD\""))
                continue
            }
            if code == currency { problems.append(value.problem("\(key) is the policy's own currency, worth 1")) }
            guard let text = value.text, let rate = ExchangeRate(text: text) else { continue }
            if rate.billionths == 0 { problems.append(value.mismatch(expected: "more than 0")) }
            rates[code] = rate
        }
        return rates
    }

    private func compileStage(_ cursor: Cursor?) -> OrderType {
        OrderType.allCases.first { "\($0.name)" == cursor?.text } ?? .completed
    }

    /// What the policy says, else the longest window over each input and no less than a year, or a month of browsing. With
    /// terms the orders of one more: a refund or a late event asks what the tier was given for.
    private mutating func compileHistory(_ cursor: Cursor?, _ validity: Validity?) -> History {
        let orders = max(longestUse[.orders]?.days ?? 0, 365) + (validity?.maximumDays ?? 0)
        return History(
            orderDays: historyDays(cursor?["orders"], of: .orders, atLeast: min(orders, Measure.maximumWindowDays)),
            browseDays: historyDays(cursor?["browse"], of: .browse, atLeast: 30),
            feedbackDays: historyDays(cursor?["feedback"], of: .feedback, atLeast: 365))
    }

    private mutating func historyDays(_ cursor: Cursor?, of input: InputKind, atLeast least: Int) -> Int {
        let use = longestUse[input]
        guard let cursor, let text = cursor.text, let days = Int(text.dropLast()) else {
            return max(use?.days ?? 0, least)
        }
        if let use, days < use.days {
            let reason = "at least \(use.days)d, because \(use.path) is \(use.name)"
            problems.append(cursor.problem(text, expected: reason))
        }
        if days > Measure.maximumWindowDays {
            problems.append(cursor.problem(text, expected: "at most \(Measure.maximumWindowDays)d"))
        }
        return days
    }

    /// Complains about names that stand in the list before.
    mutating func checkNames(_ cursors: [Cursor]) {
        var owners: [String: String] = [:]
        for cursor in cursors {
            guard let name = cursor["name"], let text = name.text else { continue }
            if let owner = owners[text] {
                problems.append(name.problem("the name \"\(text)\" is taken by \(owner)"))
            } else {
                owners[text] = cursor.path
            }
        }
    }
}

extension ExchangeRate {
    /// Reads a decimal of up to nine digits before and after the point, exactly.
    init?(text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : ""
        guard parts[0].count <= 9, fraction.count <= 9 else { return nil }
        let digits = parts[0] + fraction + String(repeating: "0", count: 9 - fraction.count)
        guard !parts[0].isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let billionths = Int64(digits)
        else {
            return nil
        }
        self.init(billionths: billionths)
    }
}
