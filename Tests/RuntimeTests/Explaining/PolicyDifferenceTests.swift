import Runtime
import Scoring
import Testing

struct PolicyDifferenceTests {
    private func difference(replacing old: String, with new: String) throws -> PolicyDifference {
        PolicyDifference(
            from: try SamplePolicy.policy(), to: try SamplePolicy.policy(replacing: old, with: new))
    }

    @Test func `a threshold says in which direction the tier moves`() throws {
        let lines = try difference(replacing: "enter: {score: 25}", with: "enter: {score: 30}").lines
        let line = try #require(lines.first)
        #expect(line.path == "tiers.silver.enter.score" && line.old == "25" && line.new == "30")
        #expect(line.meaning == "harder to reach and to keep")
        let under = try difference(replacing: "complaints_open, at_least: 2", with: "complaints_open, at_least: 3")
            .lines
        #expect(under.first?.path == "tiers.gold.enter.all[2].not.complaints_open.at_least")
        #expect(under.first?.meaning == "easier to reach and to keep")
    }

    @Test func `the same rules in another form are the same`() throws {
        let difference = try difference(replacing: "spend_half_life: 60d", with: "# by half\nspend_half_life: 1440h")
        #expect(difference.isSame && difference.lines.isEmpty)
        #expect(difference.text.contains("The hashes are equal: both decide and say the same."))
    }

    /// One change of each kind: what is covered by the hash must be seen by the comparison.
    @Test(arguments: [
        ("policy: sample", "policy: other", "policy"), ("version: 3", "version: 4", "version"),
        ("time_zone: UTC", "time_zone: Asia/Shanghai", "time_zone.offsets"),
        ("currency: EUR", "currency: GBP", "currency"),
        ("USD: \"0.92\"", "USD: \"0.93\"", "exchange_rates.USD"),
        ("count_orders_from: paid", "count_orders_from: placed", "count_orders_from"),
        ("max_future_skew: 10m", "max_future_skew: 11m", "max_future_skew"),
        ("orders: 400d", "orders: 401d", "history.orders"), ("browse: 90d", "browse: 91d", "history.browse"),
        ("feedback: 500d", "feedback: 501d", "history.feedback"),
        ("spend_half_life: 60d", "spend_half_life: 61d", "spend_half_life"),
        ("weight: 50", "weight: 51", "score.terms.spending.weight"),
        ("measure: orders_365d", "measure: orders_364d", "score.terms.frequency.measure"),
        ("half_at: 200", "half_at: 201", "score.terms.spending.curve.saturating.half_at"),
        ("linear: [0, 12]", "linear: [0, 13]", "score.terms.frequency.curve.linear"),
        ("[60, 0.3]", "[60, 0.4]", "score.terms.satisfaction.curve.points"),
        ("when_unknown: 0.5", "when_unknown: 0.4", "score.terms.satisfaction.when_unknown"),
        ("per_unit: 1.5", "per_unit: 2", "points.per_unit"),
        ("expire_after: 200d", "expire_after: 100d", "points.expire_after"),
        ("inactive: 95d", "inactive: 96d", "points.expire_when_inactive"),
        (", expire_when_inactive: 95d", "", "points.expire_when_inactive"),
        ("{standard: 1.25}", "{gold: 1.25}", "points.multipliers.gold"),
        (
            "contribution_365d, at_least: 500", "contribution_365d, at_least: 400",
            "tags.vip_at_risk.when.all[0].contribution_365d.at_least"
        ),
        ("{tag: vip}", "{tag: vips}", "tags.vip_at_risk.when.all[1].tag:vips.at_least"),
        ("name: silver", "name: bronze", "tiers"), ("zh: 普通", "zh: 大众", "tiers.standard.label.zh"),
        ("actions: [welcome]", "actions: [greet]", "tiers.standard.actions"),
        ("benefits: [newsletter]", "benefits: [paper]", "tiers.standard.benefits"),
        ("upgrade: [congratulate]", "upgrade: [praise]", "change_actions.upgrade"),
        ("upgrade: [congratulate], ", "", "change_actions.upgrade"),
        ("actions: [ring]", "actions: [write]", "tags.vip_at_risk.actions"),
        ("holdings, at_least: 1000", "holdings, at_least: 900", "tags.rich.when.attribute:holdings.at_least"),
        ("orders_90d, at_least: 3", "orders_90d, at_least: 4", "tiers.gold.enter.all[1].any[0].orders_90d.at_least"),
        ("margin: 16.7%", "margin: 20%", "downgrade.margin"),
        ("minimum_dwell: 30d", "minimum_dwell: 31d", "downgrade.minimum_dwell"),
        ("grace: 14d", "grace: 15d", "downgrade.grace"), ("mode: one_step", "mode: immediate", "downgrade.mode"),
        ("mode: one_step}", "mode: one_step, refunds: as_any_loss}", "downgrade.refunds"),
        ("downgrade: {", "validity: {months: 6}\ndowngrade: {", "validity.months"),
        ("downgrade: {", "qualification: {period: anniversary}\ndowngrade: {", "qualification.period"),
        ("downgrade: {", "notices: {approaching_upgrade: {}}\ndowngrade: {", "notices.approaching_upgrade.within"),
        ("downgrade: {", "notices: {approaching_expiry: {}}\ndowngrade: {", "notices.approaching_expiry.before"),
        ("model: mbg_nbd", "model: bg_nbd", "churn.model"), ("horizon: 60d", "horizon: 61d", "churn.horizon"),
        ("r: 0.5", "r: 0.6", "churn.parameters.r"), ("alpha: 40", "alpha: 41", "churn.parameters.alpha"),
        ("a: 0.8", "a: 0.9", "churn.parameters.a"), ("b: 2.5", "b: 2.6", "churn.parameters.b"),
        ("  margin: 0.03", "  ewma_half_life: 50d\n  margin: 0.03", "churn.ewma_half_life"),
        ("  margin: 0.03", "  coefficients: {constant: 1}\n  margin: 0.03", "churn.coefficients.constant"),
        ("  margin: 0.03", "  adjustment: {dissatisfaction: 1}\n  margin: 0.03", "churn.adjustment.dissatisfaction"),
        ("from: 0.6", "from: 0.5", "churn.levels.medium.from"), ("margin: 0.03", "margin: 0.04", "churn.margin"),
        ("actions: [call]", "actions: [visit]", "churn.levels.high.actions"),
        ("churn:", "value: {gamma_gamma: {p: 6, q: 3, v: 15}}\nchurn:", "value.gamma_gamma.p"),
        ("churn:", "profiles: {throttle: 2h}\nchurn:", "profiles.throttle"),
        ("quiet_beyond: 3d", "quiet_beyond: 30d", "catch_up.quiet_beyond"),
    ])
    func `every kind of change is seen, with what it means`(_ old: String, _ new: String, _ path: String) throws {
        let difference = try difference(replacing: old, with: new)
        #expect(!difference.isSame)
        let line = try #require(difference.lines.first { $0.path == path })
        #expect(line.old != line.new && !line.meaning.isEmpty)
    }

    @Test func `what is added and removed is told as such`() throws {
        let added = try difference(replacing: "churn:", with: "value: {gamma_gamma: {p: 6, q: 3, v: 15}}\nchurn:")
        #expect(added.lines.first?.old == nil && added.lines.first?.meaning == "outputs say what customers are worth")
        let removed = try difference(replacing: ", actions: [call]", with: "").lines.first
        #expect(removed?.path == "churn.levels.high.actions" && removed?.new == nil)
    }

    @Test func `rules that change under the same version are complained of`() throws {
        let lines = try difference(replacing: "grace: 14d", with: "grace: 15d").lines
        #expect(lines.last?.path == "version" && lines.last?.meaning.hasPrefix("raise it") == true)
        let raised = try PolicyDifference(
            from: SamplePolicy.policy(),
            to: PolicyFile.parse(
                text: SamplePolicy.replacing("grace: 14d", with: "grace: 15d").replacing(
                    "version: 3", with: "version: 4"),
                file: "f"))
        #expect(raised.lines.map(\.path) == ["version", "downgrade.grace"])
        #expect(raised.lines.map(\.meaning) == ["outputs name the new version", "customers fall later"])
    }

    @Test func `the comparison is JSON as well`() throws {
        let json = try difference(replacing: "grace: 14d", with: "grace: 15d").json.string
        #expect(
            json.contains(
                #"{"path":"downgrade.grace","old":"14 days","new":"15 days","meaning":"customers fall later"}"#))
        #expect(json.contains(#""same":false"#))
    }
}
