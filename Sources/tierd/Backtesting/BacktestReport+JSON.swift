import Calibration
import Runtime

extension BacktestReport {
    /// One line of JSON, its numbers at full precision; the shape stands in `BacktestCommand`.
    var json: JSONText {
        var json = JSONText()
        json.object { json in
            json.field("until", until.date)
            json.field("holdout_days", holdoutDays)
            json.field("currency", currency.text)
            json.field("customers", customers)
            json.field("churned", churned)
            json.field("revenue", Double(revenue) / minorPerMajor)
            json.object("fit") { fit.write(to: &$0) }
            json.array("churn_scores") { list in churnScores.forEach { write($0, &list) } }
            json.array("value_scores") { list in valueScores.forEach { write($0, &list) } }
            json.array("policies") { list in policies.forEach { write($0, &list) } }
            json.array("moves") { list in moves.forEach { write($0, &list) } }
        }
        json.endLine()
        return json
    }

    private func write(_ score: ChurnScoreResult, _ json: inout JSONText) {
        json.object { json in
            json.field("name", score.name)
            json.field("auc", score.areaUnderCurve ?? .nan)
            if let reliability = score.reliability { write(reliability, &json) }
        }
    }

    private func write(_ reliability: Reliability, _ json: inout JSONText) {
        json.field("brier", reliability.brier)
        json.field("calibration_error", reliability.error)
        json.array("bins") { bins in
            for bin in reliability.bins {
                bins.object { one in
                    one.field("customers", bin.customers)
                    one.field("predicted", bin.predicted ?? .nan)
                    one.field("observed", bin.observed ?? .nan)
                }
            }
        }
    }

    private func write(_ churn: PolicyChurnResult, _ json: inout JSONText) {
        json.object("churn") { json in
            json.field("score", churn.score.rawValue)
            json.field("model", churn.model.rawValue)
            json.field("calibrated", churn.isCalibrated)
            json.field("horizon_days", churn.horizonDays)
            guard let judged = churn.judgement else { return }
            json.field("customers", judged.customers)
            json.field("churned", judged.churned)
            json.field("auc", judged.areaUnderCurve ?? .nan)
            write(judged.reliability, &json)
        }
    }

    private func write(_ score: ValueScoreResult, _ json: inout JSONText) {
        json.object { json in
            json.field("name", score.name)
            json.field("gini_ratio", score.giniRatio ?? .nan)
            json.field("captured_by_best_tenth", score.capturedByTenth)
            json.field("captured_by_best_fifth", score.capturedByFifth)
        }
    }

    private func write(_ policy: PolicyResult, _ json: inout JSONText) {
        json.object { json in
            json.field("name", policy.name)
            json.field("version", policy.version)
            json.field("hash", policy.hash)
            json.field("gini_ratio", policy.giniRatio ?? .nan)
            json.array("tiers") { list in
                for tier in policy.tiers {
                    list.object { one in
                        one.field("name", tier.name)
                        one.field("customers", tier.customers)
                        one.field("revenue", Double(tier.revenue) / minorPerMajor)
                    }
                }
            }
            json.field("upgrades", policy.movement.upgrades)
            json.field("downgrades", policy.movement.downgrades)
            json.field("corrections", policy.movement.corrections)
            json.field("reversals", policy.movement.reversals)
            json.field("customer_quarters", policy.movement.customerQuarters)
            json.field("changes_per_customer_quarter", policy.movement.rate)
            write(policy.churn, &json)
        }
    }

    private func write(_ moves: PolicyMoves, _ json: inout JSONText) {
        json.object { json in
            json.field("from", moves.from)
            json.field("to", moves.to)
            json.array("cells") { cells in
                for (from, row) in moves.customers.enumerated() {
                    for (to, count) in row.enumerated() where count > 0 {
                        cells.object { cell in
                            cell.field("from_tier", moves.fromTiers[from])
                            cell.field("to_tier", moves.toTiers[to])
                            cell.field("customers", count)
                            cell.field("revenue", Double(moves.revenue[from][to]) / minorPerMajor)
                        }
                    }
                }
            }
        }
    }
}
