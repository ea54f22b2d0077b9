import Scoring

/// Terms, tiers and what they ask for.
extension CanonicalPolicyReader {
    /// No file nests conditions deeper: a text that does was not written by tierd.
    private static let deepestCondition = 64

    mutating func term(_ line: inout CanonicalLine) -> Term? {
        guard let name = line.text(), let measure = line.word().flatMap({ index(ofMeasure: $0) }),
            let weight = line.number(), let curve = Self.curve(&line), let whenUnknown = line.number()
        else { return nil }
        return Term(name: name, measure: measure, weight: weight, curve: curve, whenUnknown: whenUnknown)
    }

    private mutating func index(ofMeasure name: String) -> Int? { Measure(name: name).map { index(of: $0) } }

    private mutating func index(of measure: Measure) -> Int {
        if let index = measures.firstIndex(of: measure) { return index }
        measures.append(measure)
        return measures.count - 1
    }

    /// Numbers up to the closing parenthesis.
    private static func numbers(_ line: inout CanonicalLine) -> [Double]? {
        guard line.opens() else { return nil }
        var numbers: [Double] = []
        while !line.closes() {
            guard let number = line.number() else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    static func score(_ line: inout CanonicalLine) -> ChurnModel.Score? {
        guard let kind = line.word() else { return nil }
        if kind == "p0" { return .p0 }
        guard let numbers = numbers(&line) else { return nil }
        switch (kind, numbers.count) {
        case ("combined", 3):
            return .combined(CombinedChurnScore(p0: numbers[0], ewma: numbers[1], constant: numbers[2]))
        case ("logistic", 6):
            return .logistic(
                LogisticChurnScore(
                    intercept: numbers[0], recency: numbers[1], frequency: numbers[2], monetary: numbers[3],
                    age: numbers[4], ewma: numbers[5]))
        default: return nil
        }
    }

    static func adjustment(_ line: inout CanonicalLine) -> ChurnAdjustment? {
        guard let complaint = line.number(), let dissatisfaction = line.number(), let browseDrop = line.number(),
            let limit = line.number()
        else { return nil }
        return ChurnAdjustment(
            perOpenComplaint: complaint, dissatisfaction: dissatisfaction, browseDrop: browseDrop, limit: limit)
    }

    static func value(_ line: inout CanonicalLine) -> ValueRule? {
        guard let p = line.number(), let q = line.number(), let v = line.number(), let months = line.integer(Int.self),
            let discount = line.number()
        else { return nil }
        return ValueRule(amounts: OrderValueModel(p: p, q: q, v: v), months: months, discountPerMonth: discount)
    }

    private static func curve(_ line: inout CanonicalLine) -> Curve? {
        guard let kind = line.word(), let numbers = numbers(&line) else { return nil }
        switch (kind, numbers.count) {
        case ("saturating", 1): return .saturating(halfAt: numbers[0])
        case ("linear", 2): return .linear(from: numbers[0], to: numbers[1])
        case ("points", 2...) where numbers.count.isMultiple(of: 2):
            return .points(
                stride(from: 0, to: numbers.count, by: 2).map { Curve.Point(x: numbers[$0], y: numbers[$0 + 1]) })
        default: return nil
        }
    }

    mutating func tier(_ line: inout CanonicalLine) -> Tier? {
        guard let name = line.text() else { return nil }
        var tier = Tier(name: name, entry: nil)
        while let word = line.word() {
            switch word {
            case "enter":
                guard let entry = condition(&line, depth: 0) else { return nil }
                tier.entry = entry
            case "label": guard Self.add(&line, to: &tier.label) else { return nil }
            case "benefit": guard Self.add(&line, to: &tier.benefits) else { return nil }
            case "action": guard Self.add(&line, to: &tier.actions) else { return nil }
            default: return nil
            }
        }
        return tier
    }

    private mutating func condition(_ line: inout CanonicalLine, depth: Int) -> Condition? {
        guard depth < Self.deepestCondition, let head = line.word(), line.opens() else { return nil }
        switch head {
        case "all": return conditions(&line, depth).map { .all($0) }
        case "any": return conditions(&line, depth).map { .any($0) }
        case "not":
            guard let part = condition(&line, depth: depth + 1), line.closes() else { return nil }
            return .not(part)
        default: return comparison(head, &line).map { .comparison($0) }
        }
    }

    private mutating func conditions(_ line: inout CanonicalLine, _ depth: Int) -> [Condition]? {
        var parts: [Condition] = []
        while !line.closes() {
            guard let part = condition(&line, depth: depth + 1) else { return nil }
            parts.append(part)
        }
        return parts
    }

    static func points(_ line: inout CanonicalLine) -> PointsRule? {
        guard let perUnit = line.integer(Int64.self), let days = line.integer(Int.self),
            (0...PointsRule.highestPerUnit).contains(perUnit), (1...Measure.maximumWindowDays).contains(days)
        else { return nil }
        var multipliers: [Int64] = []
        while let multiplier = line.integer(Int64.self) {
            guard (0...PointsRule.highestMultiplier).contains(multiplier) else { return nil }
            multipliers.append(multiplier)
        }
        return PointsRule(perUnit: perUnit, multipliers: multipliers, expiresAfterDays: days)
    }

    /// The rule of the line before, with what this one says of inactivity.
    static func points(_ rule: PointsRule?, inactive line: inout CanonicalLine) -> PointsRule? {
        guard var rule, let days = line.integer(Int.self), (1...Measure.maximumWindowDays).contains(days) else {
            return nil
        }
        rule.expiresWhenInactiveDays = days
        return rule
    }

    mutating func tag(_ line: inout CanonicalLine) -> TagRule? {
        guard let name = line.text(), let condition = condition(&line, depth: 0), let actions = Self.actions(&line)
        else { return nil }
        return TagRule(name: name, when: condition, actions: actions)
    }

    private mutating func comparison(_ subject: String, _ line: inout CanonicalLine) -> Comparison? {
        if subject == "tag" || subject == "attribute" { return given(subject, &line) }
        let attribute = subject == "attribute_number" ? line.text() : nil
        guard let relation = line.word().flatMap({ Comparison.Relation(rawValue: $0) }), let threshold = line.number(),
            line.closes()
        else { return nil }
        if let attribute {
            return Comparison(.measure(index(of: Measure(.attributeNumber(attribute)))), relation, threshold)
        }
        if subject == "score" { return Comparison(.score, relation, threshold) }
        return index(ofMeasure: subject).map { Comparison(.measure($0), relation, threshold) }
    }

    /// What commands give customers.
    private mutating func given(_ subject: String, _ line: inout CanonicalLine) -> Comparison? {
        guard let name = line.text() else { return nil }
        guard subject == "attribute" else { return line.closes() ? .given(index(of: Measure(.tag(name)))) : nil }
        guard let text = line.text(), line.closes() else { return nil }
        return .given(index(of: Measure(.attribute(name: name, text: text))))
    }
}
