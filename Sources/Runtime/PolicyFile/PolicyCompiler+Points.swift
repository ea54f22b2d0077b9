import Scoring

extension PolicyCompiler {
    private static let defaultPointsDays = 365

    static func pointsDays(_ cursor: Cursor) -> Int {
        days(cursor["expire_after"]) ?? defaultPointsDays
    }

    private static func days(_ cursor: Cursor?) -> Int? { cursor?.text.flatMap { Int($0.dropLast()) } }

    /// The balance joins the measures, so that look-ups show it whether or not anything asks for it.
    mutating func compilePoints(_ cursor: Cursor?, _ tiers: [Tier]) -> PointsRule? {
        guard let cursor else { return nil }
        let days = Self.pointsDays(cursor)
        for expiry in [cursor["expire_after"], cursor["expire_when_inactive"]].compactMap({ $0 })
        where Self.days(expiry) ?? 0 > Measure.maximumWindowDays {
            problems.append(expiry.mismatch(expected: "at most \(Measure.maximumWindowDays)d"))
        }
        let rule = PointsRule(
            perUnit: thousandths(cursor["per_unit"]) ?? 1_000,
            multipliers: compileMultipliers(cursor["multipliers"], tiers), expiresAfterDays: days,
            expiresWhenInactiveDays: Self.days(cursor["expire_when_inactive"]))
        let place = cursor["expire_after"] ?? cursor
        if days > longestUse[.orders]?.days ?? 0 {
            longestUse[.orders] = MeasureUse(path: place.path, name: "\(days)d", days: days)
        }
        _ = index(of: rule.measure)
        return rule
    }

    private mutating func compileMultipliers(_ cursor: Cursor?, _ tiers: [Tier]) -> [Int64] {
        var multipliers = Array(repeating: Int64(1_000), count: tiers.count)
        for (name, value) in cursor?.fields ?? [] {
            guard let tier = tiers.firstIndex(where: { $0.name == name }) else {
                let nearest = Suggestion.nearest(to: name, among: tiers.map(\.name))
                problems.append(value.problem("no tier is called \"\(name)\"", suggestion: nearest))
                continue
            }
            multipliers[tier] = thousandths(value) ?? multipliers[tier]
        }
        return multipliers
    }

    /// Exactly; rates are kept with each order as whole numbers.
    private mutating func thousandths(_ cursor: Cursor?) -> Int64? {
        guard let cursor, let number = cursor.number, number >= 0, number <= 1_000 else { return nil }
        let whole = (number * 1_000).rounded()
        if abs(number * 1_000 - whole) > 1e-6 { problems.append(cursor.mismatch(expected: "at most three decimals")) }
        return Int64(whole)
    }
}

// MARK: - Tags

extension PolicyCompiler {
    mutating func compileTags(_ cursor: Cursor?) -> [TagRule] {
        let cursors = cursor?.elements ?? []
        checkNames(cursors)
        var tags: [TagRule] = []
        for cursor in cursors {
            guard let when = cursor["when"] else { continue }
            tags.append(
                TagRule(
                    name: cursor["name"]?.text ?? "", when: compileCondition(when), actions: cursor["actions"].texts))
        }
        for cursor in cursors { refuseOwnTags(cursor["when"], tags.map(\.name)) }
        return tags
    }

    /// A condition asks for the tags that commands set: one that a rule gives would be asked for while it is being worked out.
    private mutating func refuseOwnTags(_ cursor: Cursor?, _ names: [String]) {
        guard let cursor else { return }
        if let tag = cursor["tag"], let name = tag.text, names.contains(name) {
            problems.append(
                tag.problem("the tag \"\(name)\" is given by a rule; only what commands set can be asked for"))
        }
        for part in (cursor["all"]?.elements ?? []) + (cursor["any"]?.elements ?? []) { refuseOwnTags(part, names) }
        refuseOwnTags(cursor["not"], names)
    }

    /// An attribute that is compared as a number; nil for another condition.
    mutating func attributeNumber(_ cursor: Cursor) -> Int? {
        cursor["attribute"]?.text.map { index(of: Measure(.attributeNumber($0))) }
    }

    /// A tag or an attribute that commands set, letter by letter; nil for another condition.
    mutating func compileGiven(_ cursor: Cursor) -> Condition? {
        let measure: Measure
        if let tag = cursor["tag"]?.text {
            measure = Measure(.tag(tag))
        } else if let name = cursor["attribute"]?.text, let text = cursor["is"]?.textOrFlag {
            measure = Measure(.attribute(name: name, text: text))
        } else {
            return nil
        }
        return .comparison(.given(index(of: measure)))
    }
}

extension Cursor {
    /// A text, or `true` or `false`.
    fileprivate var textOrFlag: String? {
        if case .boolean(let flag) = node.scalar?.kind { return flag ? "true" : "false" }
        return text
    }
}
