import Scoring

extension PolicyCompiler {
    mutating func compileTiers(_ cursor: Cursor?) -> [Tier] {
        let cursors = cursor?.elements ?? []
        checkNames(cursors)
        checkEntries(cursors)
        checkScores(cursors)
        var tiers: [Tier] = []
        for cursor in cursors {
            tiers.append(
                Tier(
                    name: cursor["name"]?.text ?? "", label: Label(cursor["label"]),
                    entry: cursor["enter"].flatMap { compileCondition($0) }, benefits: cursor["benefits"].texts,
                    actions: cursor["actions"].texts))
        }
        return tiers
    }

    mutating func compileDowngrade(_ cursor: Cursor?, validity: Cursor?) -> DowngradeRule {
        let timing = cursor?["when"]?.text.flatMap(DowngradeRule.Timing.init)
        if timing == .endOfTerm, validity == nil, let cursor = cursor?["when"] {
            problems.append(cursor.problem("the end of which term? The field \"validity\" says how long a tier lasts"))
        }
        return DowngradeRule(
            margin: cursor?["margin"]?.text.flatMap { Double(percent: $0) } ?? 0.2,
            minimumDwell: span(cursor?["minimum_dwell"]) ?? .zero,
            grace: span(cursor?["grace"]) ?? .days(28),
            mode: cursor?["mode"]?.text.flatMap(DowngradeRule.Mode.init) ?? .immediate,
            timing: timing ?? (validity == nil ? .atOnce : .endOfTerm),
            withdrawsOnRefund: cursor?["refunds"]?.text != "as_any_loss")
    }

    private mutating func checkEntries(_ cursors: [Cursor]) {
        if let entry = cursors.first?["enter"] {
            problems.append(entry.problem("the first tier must have no \"enter\": everyone is at least there"))
        }
        for cursor in cursors.dropFirst() where cursor["enter"] == nil && !cursor.node.entries.isEmpty {
            problems.append(cursor.problem("the field \"enter\" is missing: only the first tier has none"))
        }
    }

    /// A tier that takes no higher score than the one below would leave that one empty.
    private mutating func checkScores(_ cursors: [Cursor]) {
        var last: (score: Double, path: String)?
        for cursor in cursors.dropFirst() {
            guard let score = cursor["enter"]?["score"], let number = score.number else { continue }
            if let last, number <= last.score {
                problems.append(score.mismatch(expected: "more than \(last.score.plain), the score of \(last.path)"))
            }
            last = (number, cursor.path)
        }
    }

    mutating func compileCondition(_ cursor: Cursor) -> Condition {
        if let score = cursor["score"]?.number { return .comparison(Comparison(.score, .atLeast, score)) }
        if let parts = cursor["all"] { return .all(compileConditions(parts)) }
        if let parts = cursor["any"] { return .any(compileConditions(parts)) }
        if let part = cursor["not"] { return .not(compileCondition(part)) }
        if let given = compileGiven(cursor) { return given }
        let measure = attributeNumber(cursor) ?? compileMeasure(cursor["measure"]) ?? 0
        if let least = cursor["at_least"]?.number { return .comparison(Comparison(.measure(measure), .atLeast, least)) }
        return .comparison(Comparison(.measure(measure), .below, cursor["below"]?.number ?? 0))
    }

    private mutating func compileConditions(_ cursor: Cursor) -> [Condition] {
        var conditions: [Condition] = []
        for element in cursor.elements { conditions.append(compileCondition(element)) }
        return conditions
    }
}

extension Label {
    init(_ cursor: Cursor?) {
        self.init((cursor?.fields ?? []).map { Entry(language: $0.key, text: $0.value.text ?? "") })
    }
}

extension Cursor? {
    /// The texts of a list.
    var texts: [String] { self?.elements.compactMap(\.text) ?? [] }
}

extension Double {
    /// Reads `16.7%` as the double nearest to 0.167, which dividing by a hundred would miss.
    init?(percent text: String) {
        guard text.last == "%" else { return nil }
        self.init("\(text.dropLast())e-2")
    }
}
