import Scoring

extension PolicyReview {
    var points: [PolicyFinding] {
        guard let rule = policy.points else { return [] }
        let balance = policy.measures.firstIndex(of: rule.measure)
        let conditions = policy.tiers.compactMap(\.entry) + policy.tags.map(\.condition)
        let compared = conditions.flatMap(\.comparisons).contains {
            $0.subject == balance.map { Comparison.Subject.measure($0) }
        }
        guard !compared, !policy.terms.contains(where: { $0.measure == balance }) else { return [] }
        return [.note("points", "they decide nothing: nothing asks for the measure points, look-ups show it")]
    }

    var tags: [PolicyFinding] {
        var findings: [PolicyFinding] = policy.tags.compactMap { tag in
            let path = "tags.\(tag.name).when"
            if !attainability.canHold(tag.condition) {
                return .warning(path, "nobody ever has the tag: it contradicts itself")
            }
            return attainability.canHold(.not(tag.condition)) ? nil : .warning(path, "everybody has the tag")
        }
        if !policy.tags.isEmpty, policy.profiles == nil {
            findings.append(.note("tags", "only look-ups show them: no profiles are published"))
        }
        return findings
    }
}
