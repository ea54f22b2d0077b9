import Scoring

extension Policy {
    var churnFacts: [PolicyFact] {
        let (rule, model) = (churn, churn.model)
        func parameter(_ name: String, _ value: Double) -> PolicyFact {
            .number("churn.parameters.\(name)", value, rise: "risks are others", fall: "risks are others")
        }
        return [
            .text("churn.model", model.kind.rawValue, "risks are others"), parameter("r", model.r),
            parameter("alpha", model.alpha), parameter("a", model.a), parameter("b", model.b),
            .text(
                "churn.calibrated", rule.isCalibrated ? "yes" : "no",
                rule.isCalibrated ? "outputs can say normal confidence" : "outputs say low confidence"),
            .days(
                "churn.horizon", rule.horizonDays, rise: "risks are lower: there is more time for an order",
                fall: "risks are higher: there is less time for an order"),
            .days(
                "churn.ewma_half_life", rule.scoring.ewmaHalfLifeDays, rise: "risks are others",
                fall: "risks are others"),
            .text("churn.score", rule.scoring.score.name, "risks are computed otherwise"),
        ] + rule.scoring.score.facts + adjustmentFacts
    }

    private var adjustmentFacts: [PolicyFact] {
        let rule = churn.adjustment
        func weight(_ name: String, _ value: Double) -> PolicyFact {
            .number("churn.adjustment.\(name)", value, rise: "moves the risk up more", fall: "moves the risk up less")
        }
        return [
            weight("open_complaint", rule.perOpenComplaint), weight("dissatisfaction", rule.dissatisfaction),
            weight("browse_drop", rule.browseDrop),
            .number(
                "churn.adjustment.limit", rule.limit, rise: "the risk can be moved further",
                fall: "the risk can be moved less far"),
        ]
    }

    var levelFacts: [PolicyFact] {
        let margin = PolicyFact.number(
            "churn.margin", churn.margin, rise: "levels are left later", fall: "levels are left earlier")
        let names = PolicyFact.text(
            "churn.levels", churn.levels.map(\.name).joined(separator: ", "), "the levels are others")
        return [margin, names]
            + churn.levels.flatMap { level -> [PolicyFact] in
                let path = "churn.levels.\(level.name)"
                let from = PolicyFact.number(
                    "\(path).from", level.from, rise: "reached by fewer, and later",
                    fall: "reached by more, and earlier")
                return [from] + rungFacts(path, level.label, level.actions)
            }
    }

    var valueFacts: [PolicyFact] {
        guard let value else { return [] }
        func parameter(_ name: String, _ number: Double) -> PolicyFact {
            .number(
                "value.gamma_gamma.\(name)", number, rise: "expected values are others",
                fall: "expected values are others")
        }
        return [
            parameter("p", value.amounts.p)
                .with(added: "outputs say what customers are worth", removed: "outputs say no values"),
            parameter("q", value.amounts.q), parameter("v", value.amounts.v),
            .number(
                "value.months", Double(value.months), rise: "lifetime values look further ahead",
                fall: "lifetime values look less far ahead"),
            .percent(
                "value.discount_per_month", value.discountPerMonth, rise: "lifetime values are lower",
                fall: "lifetime values are higher"),
        ]
    }
}

extension ChurnModel.Score {
    fileprivate var facts: [PolicyFact] {
        func weight(_ name: String, _ value: Double) -> PolicyFact {
            .number("churn.coefficients.\(name)", value, rise: "risks are others", fall: "risks are others")
        }
        switch self {
        case .p0: return []
        case .combined(let score):
            return [weight("p0", score.p0), weight("ewma", score.ewma), weight("constant", score.constant)]
        case .logistic(let score):
            return [
                weight("intercept", score.intercept), weight("recency", score.recency),
                weight("frequency", score.frequency), weight("monetary", score.monetary), weight("age", score.age),
                weight("ewma", score.ewma),
            ]
        }
    }
}
