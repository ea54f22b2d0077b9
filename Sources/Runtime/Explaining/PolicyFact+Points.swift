import Scoring

extension Policy {
    var pointsFacts: [PolicyFact] {
        guard let points else { return [] }
        let perUnit = PolicyFact.number(
            "points.per_unit", Double(points.perUnit) / 1_000, rise: "orders to come earn more points",
            fall: "orders to come earn fewer points"
        ).with(added: "orders to come earn points", removed: "orders to come earn no points")
        let multipliers = zip(tiers, points.multipliers).map { tier, multiplier in
            PolicyFact.number(
                "points.multipliers.\(tier.name)", Double(multiplier) / 1_000,
                rise: "orders to come earn more points in this tier",
                fall: "orders to come earn fewer points in this tier")
        }
        let expiry = PolicyFact.days(
            "points.expire_after", Double(points.expiresAfterDays), rise: "points expire later",
            fall: "points expire earlier")
        let inactivity = points.expiresWhenInactiveDays.map {
            PolicyFact.days(
                "points.expire_when_inactive", Double($0), rise: "points of the lowest tier outlast a longer silence",
                fall: "points of the lowest tier expire after a shorter silence"
            ).with(
                added: "points of the lowest tier expire by silence",
                removed: "no points expire by silence, only by age")
        }
        return [perUnit] + multipliers + [expiry] + [inactivity].compactMap { $0 }
    }

    var tagFacts: [PolicyFact] { tags.flatMap { facts($0) } }

    private func facts(_ tag: TagRule) -> [PolicyFact] {
        let change = "other customers have the tag"
        return facts(tag.condition, "tags.\(tag.name).when", isNegated: false).map {
            var fact = $0
            fact.meaning = PolicyFact.Meaning(
                rise: change, fall: change, change: change, added: change, removed: change)
            return fact
        } + actionFacts("tags.\(tag.name).actions", tag.actions)
    }
}
