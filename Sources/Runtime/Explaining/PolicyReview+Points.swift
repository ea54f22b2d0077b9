import Scoring

extension PolicyReview {
    var points: [PolicyFinding] {
        guard let rule = policy.points else { return [] }
        return use(of: rule) + inactivity(rule)
    }

    private func use(of rule: PointsRule) -> [PolicyFinding] {
        let balance = policy.measures.firstIndex(of: rule.measure)
        let conditions = policy.tiers.compactMap(\.entry) + policy.tags.map(\.condition)
        let compared = conditions.flatMap(\.comparisons).contains {
            $0.subject == balance.map { Comparison.Subject.measure($0) }
        }
        guard !compared, !policy.terms.contains(where: { $0.measure == balance }) else { return [] }
        return [.note("points", "they decide nothing: nothing asks for the measure points, look-ups show it")]
    }

    private func inactivity(_ rule: PointsRule) -> [PolicyFinding] {
        guard let days = rule.expiresWhenInactiveDays else { return [] }
        let (path, lowest) = ("points.expire_when_inactive", policy.tiers[0].name)
        if days >= rule.expiresAfterDays {
            let age = rule.expiresAfterDays.counted("day")
            return [.warning(path, "it has no effect: after \(age) all points have expired by age")]
        }
        if rule.lowestRate == .none { return [.warning(path, "it has no effect: \(lowest) earns no points")] }
        let alike = policy.tiers.indices.dropFirst().filter { rule.rate(inTier: $0) == rule.lowestRate }
        guard !alike.isEmpty else { return [] }
        let names = alike.map { policy.tiers[$0].name }.joined(separator: ", ")
        return [.note(path, "it holds for what \(names) earns too: at the same rate as \(lowest)")]
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
