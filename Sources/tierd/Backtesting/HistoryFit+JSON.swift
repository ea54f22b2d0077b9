import Calibration
import Runtime

extension HistoryFit {
    /// One line of JSON, its numbers at full precision.
    func json(_ tiers: TierThresholds?) -> JSONText {
        var json = JSONText()
        json.object { json in
            json.field("until", settings.until.date)
            json.field("customers", customers)
            json.field("horizon_days", settings.horizonDays)
            write(to: &json)
            json.array("spend_quantiles") { list in
                for quantile in spendQuantiles {
                    list.object { one in
                        one.field("top_share", quantile.topShare)
                        one.field("value", quantile.value)
                    }
                }
            }
            if let tiers { Self.write(tiers, &json) }
        }
        json.endLine()
        return json
    }

    private static func write(_ tiers: TierThresholds, _ json: inout JSONText) {
        json.array("tiers") { list in
            for (tier, rung) in zip(tiers.policy.tiers.dropFirst(), tiers.rungs) {
                list.object { one in
                    one.field("name", tier.name)
                    one.field("subject", rung.subject)
                    one.field("top_share", rung.topShare)
                    one.field("at_least", rung.threshold ?? .nan)
                    one.field("met_share", rung.metShare)
                    one.field("former_share", rung.formerShare)
                }
            }
        }
    }

    /// The fields that `fit` and `backtest` share.
    func write(to json: inout JSONText) {
        json.field("repeat_buyers", repeatBuyers)
        json.field("model", settings.kind.rawValue)
        json.field("ewma_half_life_days", settings.ewmaHalfLifeDays)
        Self.write("bg_nbd", bgNBD.parameters, bgNBD.quality, &json)
        Self.write("mbg_nbd", mbgNBD.parameters, mbgNBD.quality, &json)
        Self.write("gamma_gamma", orderValue.parameters, orderValue.quality, &json)
        if let logistic { Self.write("logistic", logistic.parameters, logistic.quality, &json) }
        json.field("churn_constant", churnConstant)
        json.object("rfm") { thresholds in
            thresholds.array("recency") { list in rfm.recency.forEach { list.element($0) } }
            thresholds.array("frequency") { list in rfm.frequency.forEach { list.element($0) } }
            thresholds.array("monetary") { list in rfm.monetary.forEach { list.element($0) } }
        }
    }

    private static func write(
        _ name: StaticString, _ parameters: [FittedParameter], _ quality: FitQuality, _ json: inout JSONText
    ) {
        json.object(name) { fit in
            fit.array("parameters") { list in
                for parameter in parameters {
                    list.object { one in
                        one.field("name", parameter.name)
                        one.field("value", parameter.value)
                        one.field("standard_error", parameter.standardError ?? .nan)
                    }
                }
            }
            fit.field("log_likelihood", quality.logLikelihood)
            fit.field("converged", quality.isConverged)
            fit.field("customers", quality.customers)
        }
    }
}
