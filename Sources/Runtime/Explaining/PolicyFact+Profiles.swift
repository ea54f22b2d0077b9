import Scoring

extension Policy {
    var profileFacts: [PolicyFact] {
        guard let profiles else { return [] }
        let (limits, rfm) = (profiles.thresholds, profiles.rfm)
        return [
            PolicyFact.span(
                "profiles.throttle", profiles.throttle, rise: "profiles come less often",
                fall: "profiles come more often"
            ).with(added: "profiles are published", removed: "no profiles are published"),
            .span(
                "profiles.browsing", profiles.browsingDelay, rise: "browsing is told later",
                fall: "browsing is told earlier"),
            .span(
                "profiles.silence", profiles.silence, rise: "what silence changes is told less often",
                fall: "what silence changes is told more often"),
            .text(
                "profiles.catch_up", profiles.catchUp?.words ?? "none",
                "profiles wait otherwise while a shard catches up"),
        ] + steps("value", limits.value) + steps("interaction", limits.interaction) + steps("loyalty", limits.loyalty)
            + steps("satisfaction", limits.satisfaction) + [
                level("purchase.frequent_days", limits.frequentPurchaseDays),
                level("purchase.lapsed_after", limits.lapsedAfterDays), level("lifecycle.new_for", limits.newForDays),
                level("lifecycle.won_back_after", limits.wonBackAfterDays),
                level("lifecycle.churned_after", limits.churnedAfterDays),
                level("interest_views", limits.interestViews),
                fifths("recency", rfm.recency), fifths("frequency", rfm.frequency), fifths("monetary", rfm.monetary),
            ]
    }

    private func steps(_ name: String, _ steps: DimensionThresholds.Steps) -> [PolicyFact] {
        [level("\(name).medium", steps.medium), level("\(name).high", steps.high)]
    }

    private func level(_ name: String, _ number: Double) -> PolicyFact {
        .number(
            "dimensions.\(name)", number, rise: "profiles show the level later", fall: "profiles show the level earlier"
        )
    }

    private func fifths(_ name: String, _ numbers: [Double]) -> PolicyFact {
        .text("rfm.\(name)", "[" + numbers.map(\.plain).joined(separator: ", ") + "]", "profiles show other RFM scores")
    }
}
