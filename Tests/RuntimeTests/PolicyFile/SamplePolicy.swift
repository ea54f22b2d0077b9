import Foundation
import Runtime
import Scoring

/// A policy that says everything it may, for tests that change one thing.
enum SamplePolicy {
    static let text = """
        policy: sample
        version: 3
        time_zone: UTC
        currency: EUR
        exchange_rates: {USD: "0.92", JPY: "0.006"}
        count_orders_from: paid
        max_future_skew: 10m
        history: {orders: 400d, browse: 90d, feedback: 500d}
        spend_half_life: 60d
        score:
          terms:
            - {name: spending, measure: spend_ewma, weight: 50, curve: {saturating: {half_at: 200}}}
            - {name: frequency, measure: orders_365d, weight: 30, curve: {linear: [0, 12]}}
            - name: satisfaction
              measure: csat_mean_365d
              weight: 20
              curve: {points: [[0, 0], [60, 0.3], [100, 1]]}
              when_unknown: 0.5
        tiers:
          - {name: standard, label: {en: Standard, zh: 普通}, benefits: [newsletter], actions: [welcome]}
          - {name: silver, enter: {score: 25}}
          - name: gold
            enter:
              all:
                - {score: 50}
                - any: [{measure: orders_90d, at_least: 3}, {measure: spend_lifetime, at_least: 900}]
                - {not: {measure: complaints_open, at_least: 2}}
                - {measure: days_since_last_order, below: 180}
        downgrade: {margin: 16.7%, minimum_dwell: 30d, grace: 14d, mode: one_step}
        churn:
          model: mbg_nbd
          horizon: 60d
          parameters: {r: 0.5, alpha: 40, a: 0.8, b: 2.5}
          levels: [{name: low}, {name: medium, from: 0.6}, {name: high, from: 0.85, label: {en: High}, actions: [call]}]
          margin: 0.03
        points: {per_unit: 1.5, multipliers: {standard: 1.25}, expire_after: 200d, expire_when_inactive: 95d}
        tags:
          - {name: vip_at_risk, when: {all: [{measure: contribution_365d, at_least: 500}, {tag: vip}]}, actions: [ring]}
          - {name: european, when: {any: [{attribute: region, is: EU}, {attribute: club, is: true}]}}
          - {name: rich, when: {attribute: holdings, at_least: 1000}}
        change_actions: {upgrade: [congratulate], downgrade: [console]}
        catch_up: {quiet_beyond: 3d}

        """

    /// The policy with the first occurrence of `old` replaced.
    static func replacing(_ old: String, with new: String) -> String {
        guard let range = text.range(of: old) else { return "the sample does not contain \(old)" }
        return text.replacingCharacters(in: range, with: new)
    }

    static func policy(replacing old: String = "", with new: String = "") throws -> Policy {
        try PolicyFile.parse(text: old.isEmpty ? text : replacing(old, with: new), file: "sample.yaml")
    }

    /// Only what must be said.
    static let shortest = """
        policy: shortest
        version: 1
        time_zone: UTC
        currency: USD
        score: {terms: [{name: spending, measure: spend_30d, weight: 100, curve: {linear: [0, 100]}}]}
        tiers: [{name: standard}]
        churn: {levels: [{name: low}]}

        """
}
