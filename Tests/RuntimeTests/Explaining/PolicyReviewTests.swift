import Runtime
import Scoring
import Testing

struct PolicyReviewTests {
    private func findings(_ text: String) throws -> [PolicyFinding] {
        PolicyReview(try PolicyFile.parse(text: text, file: "policy.yaml")).findings
    }

    private func warnings(replacing old: String, with new: String) throws -> [String] {
        try findings(SamplePolicy.replacing(old, with: new)).filter { $0.severity == .warning }
            .map { "\($0.path): \($0.message)" }
    }

    @Test(arguments: try SchemaFile.yamlFiles(in: "policies"))
    func `no published policy gives a warning`(_ path: String) throws {
        let findings = PolicyReview(try PolicyFile.load(path: path)).findings
        #expect(findings.filter { $0.severity == .warning } == [])
        // The shops that they are for do not exist, so nothing can be fitted to them.
        #expect(findings.map(\.path) == ["churn.parameters"])
    }

    @Test func `a tier beyond the highest score is named with both numbers`() throws {
        let found = try warnings(replacing: "enter: {score: 25}", with: "enter: {score: 100}")
        #expect(
            found.contains(
                "tiers.silver.enter: nobody can reach it: it asks for a score of 100, and the terms add up to less than 100"
            ))
    }

    @Test func `a requirement that contradicts itself is found in every form`() throws {
        let contradictions = [
            "{all: [{measure: orders_90d, at_least: 3}, {measure: orders_90d, below: 3}]}",
            "{not: {any: [{measure: orders_90d, below: 3}, {measure: orders_90d, at_least: 3}]}}",
            "{all: [{measure: orders_90d, at_least: 2.1}, {measure: orders_90d, below: 3}]}",
            "{measure: csat_mean_365d, at_least: 101}",
            "{all: [{score: 61}, {measure: spend_ewma, below: 50}]}",
        ]
        for contradiction in contradictions {
            let found = try warnings(replacing: "enter: {score: 25}", with: "enter: \(contradiction)")
            #expect(found.contains { $0.hasPrefix("tiers.silver.enter: nobody can reach it") }, "\(contradiction)")
        }
    }

    @Test func `tags that nobody or everybody has are found, and points that decide nothing`() throws {
        let rules =
            "tags: [{name: none, when: {all: [{tag: a}, {not: {tag: a}}]}}, {name: all, when: {measure: spend_30d, at_least: 0}}, {name: fine, when: {attribute: a, is: b}}]\n"
        let found = try findings(SamplePolicy.shortest + rules + "points: {}\n")
        #expect(found.contains { $0.path == "points" && $0.severity == .note })
        #expect(found.filter { $0.path.hasPrefix("tags") }.map(\.path) == ["tags.none.when", "tags.all.when", "tags"])
        let asked = SamplePolicy.shortest.replacing("spend_30d", with: "points") + "points: {}\n"
        #expect(try !findings(asked).contains { $0.path == "points" })
    }

    @Test func `actions that no record will carry are found`() throws {
        let rules =
            "change_actions: {upgrade: [a], renewal: [b], approaching_upgrade: [c], approaching_expiry: [d]}\n"
            + "tags: [{name: big, when: {measure: spend_30d, at_least: 9}, actions: [e]}]\n"
        let found = try findings(SamplePolicy.shortest + rules).filter { $0.severity == .warning }.map(\.path)
        #expect(
            found.filter { $0.contains("actions") } == [
                "change_actions.renewal", "change_actions.approaching_upgrade", "change_actions.approaching_expiry",
                "tags.big.actions",
            ])
        let heard =
            "validity: {months: 6}\nnotices: {approaching_upgrade: {}, approaching_expiry: {}}\nprofiles: {}\n"
        #expect(try !findings(SamplePolicy.shortest + rules + heard).contains { $0.path.contains("actions") })
    }

    @Test func `inactivity that ends no points is found, and tiers that earn as the lowest does`() throws {
        let written = "per_unit: 1.5, multipliers: {standard: 1.25}, expire_after: 200d, expire_when_inactive: 95d"
        func found(_ points: String) throws -> [String] {
            try findings(SamplePolicy.replacing(written, with: points))
                .filter { $0.path == "points.expire_when_inactive" }.map(\.message)
        }
        #expect(try found("expire_after: 200d").isEmpty)
        #expect(
            try found("expire_after: 200d, expire_when_inactive: 200d")
                == ["it has no effect: after 200 days all points have expired by age"])
        #expect(
            try found("multipliers: {standard: 0}, expire_after: 200d, expire_when_inactive: 90d")
                == ["it has no effect: standard earns no points"])
        #expect(
            try found("multipliers: {gold: 2}, expire_after: 200d, expire_when_inactive: 90d")
                == ["it holds for what silver earns too: at the same rate as standard"])
        #expect(
            try found("multipliers: {silver: 1.5, gold: 2}, expire_after: 200d, expire_when_inactive: 90d").isEmpty)
    }

    @Test func `what can be met is not called impossible`() throws {
        let requirements = [
            "{not: {any: [{measure: csat_mean_365d, below: 30}, {measure: csat_mean_365d, at_least: 30}]}}",
            "{all: [{measure: orders_90d, at_least: 2.1}, {measure: orders_90d, below: 3.1}]}",
            "{any: [{score: 100}, {measure: spend_ewma, at_least: 1}]}",
        ]
        for requirement in requirements {
            let found = try warnings(replacing: "enter: {score: 25}", with: "enter: \(requirement)")
            #expect(!found.contains { $0.contains("nobody can reach it") }, "\(requirement)")
        }
    }

    @Test func `a tier that everybody has or nobody stays in is found`() throws {
        let all = try warnings(replacing: "enter: {score: 25}", with: "enter: {measure: tenure_days, at_least: 0}")
        #expect(
            all.contains("tiers.silver.enter: everybody meets it from the first event on: nobody is ever in standard"))
        func ladder(_ second: String, _ third: String) throws -> [String] {
            try findings(
                SamplePolicy.shortest.replacing(
                    "[{name: standard}]", with: "[{name: a}, {name: b, enter: \(second)}, {name: c, enter: \(third)}]")
            ).filter { $0.path.hasPrefix("tiers") }.map(\.message)
        }
        let passed = "whoever meets it meets a higher tier's as well: nobody rises to b"
        #expect(try ladder("{measure: spend_30d, at_least: 50}", "{score: 60}") == [])
        #expect(try ladder("{measure: spend_30d, at_least: 50}", "{score: 50}") == [passed])
        #expect(
            try ladder("{all: [{score: 50}, {measure: spend_30d, at_least: 5}]}", "{measure: spend_30d, at_least: 5}")
                == [passed])
    }

    @Test func `a label that lacks a language is found`() throws {
        let found = try findings(SamplePolicy.text).filter { $0.path.hasSuffix(".label") }
        #expect(
            found.map(\.path) == ["silver", "gold"].map { "tiers.\($0).label" }
                + ["low", "medium", "high"].map { "churn.levels.\($0).label" })
        #expect(found.last?.message == "it lacks what others have: zh")
    }

    @Test(arguments: [
        ("weight: 20", "weight: 10", "score.terms"),
        ("weight: 20", "weight: 0", "score.terms.satisfaction"),
        ("orders: 400d", "orders: 800d", "history.orders"),
        ("browse: 90d", "browse: 91d", "history.browse"),
        ("from: 0.85", "from: 1", "churn.levels.high.from"),
        ("from: 0.6", "from: 0.02", "churn.levels.medium.from"),
        ("from: 0.85", "from: 0.61", "churn.margin"),
        ("downgrade: {margin: 16.7%, minimum_dwell: 30d, grace: 14d", "downgrade: {margin: 0%, grace: 0d", "downgrade"),
        ("downgrade: {", "validity: {months: 12}\ndowngrade: {", "downgrade.minimum_dwell"),
        ("downgrade: {", "qualification: {period: calendar_year}\ndowngrade: {", "qualification"),
        ("margin: 0.03", "margin: 0.03\n  adjustment: {open_complaint: 1, limit: 0}", "churn.adjustment.limit"),
        (
            "minimum_dwell: 30d, grace: 14d, mode: one_step}",
            "grace: 0d}\nnotices: {approaching_expiry: {before: 30d}}", "notices.approaching_expiry"
        ),
    ])
    func `what is hardly meant is named where it stands`(_ old: String, _ new: String, _ path: String) throws {
        let base = try findings(SamplePolicy.text).filter { $0.severity == .warning }.map(\.message)
        let found = try findings(SamplePolicy.replacing(old, with: new)).filter { $0.severity == .warning }
        #expect(found.contains { $0.path == path })
        #expect(found.map(\.message) != base)
    }

    @Test func `browsing is kept as long as its drop is looked for`() throws {
        let text = SamplePolicy.replacing("browse: 90d", with: "browse: 45d")
            .replacing("margin: 0.03", with: "margin: 0.03\n  adjustment: {browse_drop: 0.5}")
        #expect(
            try findings(text).contains {
                $0.path == "churn.adjustment.browse_drop" && $0.message.contains("45 are kept")
            })
    }

    @Test func `a term without notices is a note, not a warning`() throws {
        let text = SamplePolicy.replacing("minimum_dwell: 30d, ", with: "")
            .replacing("downgrade: {", with: "validity: {months: 12}\ndowngrade: {")
        let found = try findings(text).filter { $0.path == "notices.approaching_expiry" }
        #expect(found.map(\.severity) == [.note])
    }

    @Test func `the summary names version, hash, tiers with labels, and findings`() throws {
        let policy = try Replayed.policy("retail")
        let text = PolicySummary(policy, path: "retail.yaml").text
        #expect(text.hasPrefix("✓ retail v1  retail.yaml\n"))
        #expect(text.contains(policy.hash))
        #expect(text.contains("gold (Gold / 黄金): a score of at least 40, and at least 3 orders in 365 days"))
        #expect(text.contains("· note: churn.parameters: they are another shop's"))
        #expect(!PolicySummary(policy, path: "retail.yaml").hasWarnings)
    }
}
