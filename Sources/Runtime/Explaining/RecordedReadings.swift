import Scoring

/// The numbers that a record holds of its customer. What it does not hold may be anything.
struct RecordedReadings {
    private let policy: Policy
    private var score: Double?
    /// By measure; NaN for what the record says is unknown.
    private var values: [Int: Double] = [:]
    /// Comparisons that a record would list if they were not met.
    private var known: Set<Comparison> = []
    /// Measures of which the record holds two different values.
    private(set) var contradictions: [String] = []

    init(_ policy: Policy, score: Double? = nil) {
        self.policy = policy
        self.score = score
    }

    mutating func add(_ name: String, _ value: Double?) {
        if name == "score" {
            if let score, let value, !DecisionAudit.isNear(score, value) { contradictions.append(name) }
            score = score ?? value
            return
        }
        guard let index = policy.measures.firstIndex(where: { $0.name == name }) else { return }
        let number = value ?? .nan
        if let before = values[index], !(before.isNaN && number.isNaN), !DecisionAudit.isNear(before, number) {
            contradictions.append(name)
        }
        values[index] = values[index] ?? number
    }

    mutating func add(_ criteria: [CriterionRecord]) {
        for criterion in criteria { add(criterion.subject, criterion.value) }
    }

    /// The comparisons of `condition` that are not among those listed as unmet are met.
    mutating func addMet(of condition: Condition, except unmet: [CriterionRecord]) {
        for comparison in condition.comparisons where !unmet.contains(where: { $0.says(comparison, policy) }) {
            known.insert(comparison)
        }
    }

    /// Nil where the record does not hold it.
    func value(of subject: Comparison.Subject) -> Double? {
        switch subject {
        case .score: score
        case .measure(let index): values[index]
        }
    }

    /// Whether it holds; nil where that cannot be told.
    func holds(_ condition: Condition?) -> Bool? {
        switch condition {
        case nil: return true
        case .comparison(let comparison):
            return value(of: comparison.subject).map(comparison.isMet) ?? (known.contains(comparison) ? true : nil)
        case .not(let part): return holds(part).map { !$0 }
        case .all(let parts):
            let all = parts.map { holds($0) }
            return all.contains(false) ? false : all.contains(nil) ? nil : true
        case .any(let parts):
            let all = parts.map { holds($0) }
            return all.contains(true) ? true : all.contains(nil) ? nil : false
        }
    }

    /// How near it is to being met, as the engine counts it; nil where that cannot be told.
    func progress(_ condition: Condition) -> Double? {
        switch condition {
        case .comparison(let comparison):
            return value(of: comparison.subject).map(comparison.progress) ?? (known.contains(comparison) ? 1 : nil)
        case .not: return holds(condition).map { $0 ? 1 : 0 }
        case .all(let parts): return fold(parts) { $0.min() ?? 1 }
        case .any(let parts): return fold(parts) { $0.max() ?? 0 }
        }
    }

    private func fold(_ parts: [Condition], _ choose: ([Double]) -> Double) -> Double? {
        let all = parts.map { progress($0) }
        return all.contains(nil) ? nil : choose(all.compactMap { $0 })
    }

    /// The highest tier up to `limit` whose requirement holds: between the highest of which that is certain and the highest
    /// of which it is possible.
    func highest(upTo limit: Int, easedBy margin: Double? = nil) -> ClosedRange<Int> {
        var (least, most) = (0, 0)
        for index in 0...limit {
            let entry = policy.tiers[index].entry
            let holds = index == 0 ? true : holds(margin.map { margin in entry?.eased(by: margin) } ?? entry)
            if holds == true { least = index }
            if holds != false { most = index }
        }
        return least...most
    }
}

extension CriterionRecord {
    /// Whether it is about the same subject, relation and threshold.
    func says(_ comparison: Comparison, _ policy: Policy) -> Bool {
        subject == comparison.subjectName(policy) && relation == comparison.relation.rawValue
            && DecisionAudit.isNear(threshold, comparison.threshold)
    }
}
