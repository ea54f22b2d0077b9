import Runtime
import Testing

/// Each row changes the sample policy in one place and names the whole message.
struct PolicyMessageTests {
    private static let rows: [(old: String, new: String, message: String)] = [
        (
            "{standard: 1.25}", "{standrd: 1.25}",
            #"36: points.multipliers.standrd: no tier is called "standrd"; did you mean "standard"?"#
        ),
        ("per_unit: 1.5", "per_unit: 1.5001", "36: points.per_unit: found 1.5001, expected at most three decimals"),
        (
            "inactive: 95d", "inactive: 4000d",
            #"36: points.expire_when_inactive: found "4000d", expected at most 3653d"#
        ),
        (
            "expire_after: 200d", "expire_after: 500d",
            "8: history.orders: found 400d, expected at least 500d, because points.expire_after is 500d"
        ),
        (
            "{tag: vip}", "{tag: european}",
            #"38: tags[0].when.all[1].tag: the tag "european" is given by a rule; only what commands set can be asked "#
                + "for"
        ),
        ("name: european", "name: vip_at_risk", #"39: tags[1].name: the name "vip_at_risk" is taken by tags[0]"#),
        ("weight: 50", "weigth: 50", #"12: score.terms[0].weigth: unknown field "weigth"; did you mean "weight"?"#),
        ("score: 25", "score: high", #"21: tiers[1].enter.score: found "high", expected a number"#),
        ("weight: 20\n", "weight:\n", "16: score.terms[2].weight: found nothing, expected a number"),
        ("      weight: 20\n", "", #"14: score.terms[2]: the field "weight" is missing"#),
        ("version: 3", "version: 3.5", "2: version: found 3.5, expected an integer"),
        (
            "time_zone: UTC", "time_zone: Europe/Berlyn",
            #"3: time_zone: unknown time zone "Europe/Berlyn"; did you mean "Europe/Berlin"?"#
        ),
        ("time_zone: UTC", "time_zone: GMT+3", #"3: time_zone: unknown time zone "GMT+3"; did you mean "GMT"?"#),
        ("currency: EUR", "currency: €", #"4: currency: found "€", expected text such as "EUR", matching ^[A-Z]{3}$"#),
        ("USD:", "EUR:", "5: exchange_rates.EUR: EUR is the policy's own currency, worth 1"),
        ("USD:", "usd:", #"5: exchange_rates.usd: found "usd", expected a currency code such as "USD""#),
        ("0.92", "0.00", #"5: exchange_rates.USD: found "0.00", expected more than 0"#),
        (
            "\"0.92\"", "0.92",
            "5: exchange_rates.USD: found 0.92, expected text in quotes, matching ^[0-9]{1,9}([.][0-9]{1,9})?$"
        ),
        (
            "count_orders_from: paid", "count_orders_from: payed",
            #"6: count_orders_from: found "payed", expected "placed", "paid" or "completed"; did you mean "#
                + #""paid"?"#
        ),
        (
            "max_future_skew: 10m", "max_future_skew: 10 min",
            #"7: max_future_skew: found "10 min", expected a length of time, such as 90d"#
        ),
        (
            "orders: 400d", "orders: 90d",
            "8: history.orders: found 90d, expected at least 365d, because score.terms[1].measure is "
                + "orders_365d"
        ),
        ("orders: 400d", "orders: 4000d", "8: history.orders: found 4000d, expected at most 3653d"),
        (
            "orders_365d", "order_365d",
            #"13: score.terms[1].measure: unknown measure "order_365d"; did you mean "orders_365d"?"#
        ),
        (
            "orders_90d", "order_90d",
            #"26: tiers[2].enter.all[1].any[0].measure: unknown measure "order_90d"; did you mean "orders_90d"?"#
        ),
        (
            "orders_365d", "orders",
            #"13: score.terms[1].measure: the measure "orders" needs a window; did you mean "orders_365d"?"#
        ),
        (
            "spend_ewma", "spend_ewma_90d",
            #"12: score.terms[0].measure: the measure "spend_ewma" takes no window, found "spend_ewma_90d"; did "#
                + #"you mean "spend_ewma"?"#
        ),
        (
            "orders_365d", "orders_0d",
            #"13: score.terms[1].measure: found "orders_0d", expected a window of 1 to 3653 days; did you mean "#
                + #""orders_1d"?"#
        ),
        ("orders_365d", "weather", #"13: score.terms[1].measure: unknown measure "weather""#),
        (
            "name: frequency", "name: spending",
            #"13: score.terms[1].name: the name "spending" is taken by score.terms[0]"#
        ),
        (
            "linear: [0, 12]", "linear: [12, 12]",
            "13: score.terms[1].curve.linear: found 12 twice, expected two different numbers"
        ),
        ("linear: [0, 12]", "linear: 12", "13: score.terms[1].curve.linear: found 12, expected a list such as [0, 12]"),
        (
            "[60, 0.3]", "[0, 0.3]",
            "17: score.terms[2].curve.points[1][0]: found 0, expected more than 0, where the point before lies"
        ),
        (
            "name: standard,", "name: standard, enter: {score: 1},",
            #"20: tiers[0].enter: the first tier must have no "enter": everyone is at least there"#
        ),
        (
            "silver, enter: {score: 25}", "silver",
            #"21: tiers[1]: the field "enter" is missing: only the first tier has none"#
        ),
        ("name: silver", "name: gold", #"22: tiers[2].name: the name "gold" is taken by tiers[1]"#),
        (
            "- {score: 50}", "- {scores: 50}",
            #"25: tiers[2].enter.all[0].scores: unknown field "scores"; did you mean "score"?"#
        ),
        ("- {score: 50}", "- 50", "25: tiers[2].enter.all[0]: found 50, expected a mapping such as {score: 50}"),
        (
            "orders_90d, at_least: 3}", "orders_90d}",
            #"26: tiers[2].enter.all[1].any[0]: found the field "measure", expected a measure at_least a value "#
                + #"or a measure below a value"#
        ),
        (
            "margin: 16.7%", "margin: 0.167",
            #"29: downgrade.margin: found 0.167, expected text such as "20%", matching "#
                + #"^[0-9]{1,2}([.][0-9]{1,4})?%$"#
        ),
        ("grace: 14d", "grace: 99999999d", #"29: downgrade.grace: found "99999999d", expected at most 36525d"#),
        (
            "mode: one_step", "mode: onestep",
            #"29: downgrade.mode: found "onestep", expected "immediate" or "one_step"; did you mean "one_step"?"#
        ),
        ("alpha: 40, ", "", #"33: churn.parameters: the field "alpha" is missing"#),
        (
            "{name: low}", "{name: low, from: 0.1}",
            "34: churn.levels[0].from: found 0.1, expected 0, where the first level starts"
        ),
        (
            "from: 0.85", "from: 0.5",
            "34: churn.levels[2].from: found 0.5, expected more than 0.6, where the level before starts"
        ),
        (
            "{name: medium, from: 0.6}", "{name: medium}",
            #"34: churn.levels[1]: the field "from" is missing: only the first level starts at 0"#
        ),
        (
            "actions: [call]", "actions: [call, call]",
            #"34: churn.levels[2].actions[1]: "call" stands in the list already"#
        ),
    ]

    @Test(arguments: rows)
    func `a mistake is named with its line, its place and what belongs there`(
        _ old: String, _ new: String, _ message: String
    ) {
        #expect(Self.message(old, new) == message)
    }

    @Test func `tiers of plain scores rise`() {
        let text = SamplePolicy.shortest.replacing(
            "[{name: standard}]", with: "[{name: a}, {name: b, enter: {score: 50}}, {name: c, enter: {score: 50}}]")
        let error = #expect(throws: PolicyError.self) { try PolicyFile.parse(text: text, file: "f.yaml") }
        #expect(
            error?.description
                == "f.yaml:6: tiers[2].enter.score: found 50, expected more than 50, the score of tiers[1]")
    }

    @Test func `everything that is wrong is said at once`() {
        let text = SamplePolicy.replacing("weight: 50", with: "weigth: 50")
            .replacing("orders_365d", with: "order_365d").replacing("time_zone: UTC", with: "time_zone: Mars")
            .replacing("mode: one_step", with: "mode: slow").replacing("name: medium", with: "name: low")
        let error = #expect(throws: PolicyError.self) { try PolicyFile.parse(text: text, file: "f.yaml") }
        #expect(
            error?.description == """
                f.yaml:3: time_zone: unknown time zone "Mars"
                f.yaml:12: score.terms[0].weigth: unknown field "weigth"; did you mean "weight"?
                f.yaml:13: score.terms[1].measure: unknown measure "order_365d"; did you mean "orders_365d"?
                f.yaml:29: downgrade.mode: found "slow", expected "immediate" or "one_step"
                f.yaml:34: churn.levels[1].name: the name "low" is taken by churn.levels[0]
                """)
    }

    private static func message(_ old: String, _ new: String) -> String {
        do {
            _ = try PolicyFile.parse(text: SamplePolicy.replacing(old, with: new), file: "sample.yaml")
            return ""
        } catch {
            return error.description.replacing("sample.yaml:", with: "")
        }
    }
}
