import Foundation
import Runtime
import Scoring
import TestSupport
import Testing

struct DecisionAuditTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let cdnow = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fixtures/cdnow/orders.jsonl.gz").standardizedFileURL.path

    private func differences(_ records: [DecisionRecord], _ policy: Policy) throws -> [String] {
        try records.flatMap { record in
            try DecisionAudit(record, policy).differences.map { "\($0.subject): \($0.said) | \($0.found)" }
        }
    }

    @Test(arguments: ["retail", "stars", "wealth", "value-bands"])
    func `every record of a replay agrees with the policy that decided`(_ name: String) throws {
        let policy = try Replayed.smallPolicy(name)
        let records = try Replayed.records(policy, try Replayed.files(policy, in: folder), until: "2031-01-01")
        #expect(records.count > 150)
        #expect(try differences(records, policy) == [])
        let kinds = Set(try records.map { try DecisionAudit($0, policy).kind })
        #expect(kinds.isSuperset(of: ["entry", "upgrade", "downgrade", "churn"]))
        if policy.notices.expiry != nil { #expect(kinds.contains("notice")) }
        if policy.validity != nil { #expect(kinds.contains("renewal")) }
    }

    @Test(arguments: ["retail", "stars"])
    func `every record of a real shop's history agrees`(_ name: String) throws {
        let policy = try Replayed.policy(name)
        let records = try Replayed.records(policy, [EventFile(.orders, path: Self.cdnow)], until: "1999-01-01")
        #expect(records.count > 5_000)
        #expect(try differences(records, policy) == [])
    }

    @Test(arguments: ScenarioTests.scenarios)
    func `every record of every scenario agrees`(_ scenario: Scenario) throws {
        let policy = try PolicyFile.parse(text: scenario.policy, file: scenario.id)
        var run = try ScenarioRun(scenario)
        try run.run()
        let records = try run.records.map { try DecisionRecord(json: JSONSerialization.data(withJSONObject: $0)) }
        #expect(try differences(records, policy) == [])
    }

    @Test(arguments: [
        ("pins-14", "requirement_met", 60_000.0), ("pins-15", "late_event", 54_000),
        ("terms-05", "term_renewed", 54_000),
    ])
    func `a renewal lists the thresholds that decided it`(_ id: String, _ reason: String, _ threshold: Double) throws {
        var run = try ScenarioRun(try #require(ScenarioTests.scenarios.first { $0.id == id }))
        try run.run()
        let renewal = try #require(run.records.first { $0["direction"] as? String == "renewal" })
        #expect(renewal["reasons"] as? [String] == [reason])
        let criteria = try #require(renewal["criteria"] as? [[String: Any]])
        #expect(criteria.map { $0["threshold"] as? Double } == [threshold])
    }

    @Test func `a change under a pin names it, and without it the decision could not be told`() throws {
        let scenario = try #require(ScenarioTests.scenarios.first { $0.id == "pins-03" })
        let policy = try PolicyFile.parse(text: scenario.policy, file: scenario.id)
        var run = try ScenarioRun(scenario)
        try run.run()
        let records = run.records
        var upgrade = try #require(records.first { $0["direction"] as? String == "upgrade" })
        let pin = try #require(upgrade["pin"] as? [String: Any])
        #expect(pin["ceiling"] as? String == "silver" && pin["floor"] is NSNull && pin["until"] is NSNull)
        #expect(pin["by"] as? String == "anna")
        func found(_ record: [String: Any]) throws -> [String] {
            let json = try JSONSerialization.data(withJSONObject: record)
            return try DecisionAudit(DecisionRecord(json: json), policy).differences.map(\.subject)
        }
        #expect(try found(upgrade) == [])
        upgrade["pin"] = pin.merging(["reason": "a promise"] as [String: Any]) { $1 }
        let told = try DecisionRecord(json: JSONSerialization.data(withJSONObject: upgrade))
        #expect(
            try DecisionAudit(told, policy).lines.first { $0.subject == "pin" }?.said
                == "at most silver, by anna, because: a promise")
        upgrade["pin"] = ["floor": NSNull(), "ceiling": "gold", "until": NSNull(), "by": "anna"] as [String: Any]
        #expect(try found(upgrade) == ["tier"])
        upgrade["pin"] = nil
        #expect(try found(upgrade) == ["tier"])
        // Nobody is pinned before and after.
        #expect(records.filter { $0["direction"] as? String != "upgrade" }.allSatisfy { $0["pin"] == nil })
    }

    @Test func `combined scores and adjusted risks agree`() throws {
        let retail = try SchemaFile.text("policies/retail.yaml").replacing(
            "  levels:",
            with:
                "  coefficients: {constant: -0.6}\n  adjustment: {open_complaint: 0.4, dissatisfaction: 0.8}\n  levels:"
        )
        let policy = try PolicyFile.parse(text: retail, file: "f")
        let records = try Replayed.records(policy, try Replayed.files(policy, in: folder), until: "2028-01-01")
        let adjusted = records.count { record in
            if case .churnRisk(let change) = record { change.drivers.logOdds.adjustment != 0 } else { false }
        }
        #expect(adjusted > 0)
        #expect(try differences(records, policy) == [])
    }

    @Test func `a refund, a late order and their corrections agree`() throws {
        let refund =
            #"{"order_id":"o-2","customer_id":"c-1","type":"refunded","occurred_at":"2026-01-07T10:00:00Z","#
            + #""currency":"USD","total":900.00}"#
        let lines = [
            EventLines.order("o-1", at: "2026-01-05T10:00:00Z", total: "20.00"),
            EventLines.order("o-2", at: "2026-01-06T10:00:00Z", total: "900.00"), refund,
            EventLines.order("o-9", customer: "c-2", at: "2027-03-20T10:00:00Z", total: "900.00"),
        ]
        let policy = try Replayed.policy("stars")
        let file = EventFile(.orders, path: try folder.file("orders.jsonl", lines.joined(separator: "\n") + "\n"))
        let records = try Replayed.records(policy, [file])
        #expect(try differences(records, policy) == [])
        #expect(try records.contains { try DecisionAudit($0, policy).kind == "correction" })
    }

    // MARK: - Tampering

    /// An upgrade to gold and a first churn level, as their topics carry them.
    private func jsonOf(_ kind: String, _ policy: Policy) throws -> [UInt8] {
        let lines = (1...6).map { EventLines.order("o-\($0)", at: "2026-01-0\($0)T10:00:00Z", total: "150.00") }
        let file = EventFile(.orders, path: try folder.file("orders.jsonl", lines.joined(separator: "\n") + "\n"))
        let replay = CustomerReplay(
            policy: policy, history: try EventHistory(files: [file]), customer: "c-1",
            at: try #require(EventTime(argument: "2026-02-01")))
        let entries = try #require(try replay.run()).timeline.entries
        return try #require(entries.first { try DecisionAudit($0.record, policy).kind == kind }).json
    }

    @Test func `whatever is altered in a tier change is found`() throws {
        let policy = try Replayed.policy("retail")
        let json = try jsonOf("upgrade", policy)
        #expect(try DecisionAudit(DecisionRecord(json: json), policy).agrees)
        func found(_ old: some RegexComponent, _ new: String) throws -> [String] {
            try DecisionAudit(Replayed.tampered(json, old, with: new), policy).differences.map(\.subject)
        }
        #expect(try found(/"score":[0-9.]+/, "\"score\":41.5").contains("score"))
        #expect(try found(/"points":[0-9.]+/, "\"points\":1.5") == ["spending"])
        #expect(try found(/"value":[0-9.]+/, "\"value\":1.5").contains("spending"))
        #expect(try found(/"weight":55.0/, "\"weight\":56.0") == ["spending"])
        #expect(try found(/"threshold":[0-9.]+/, "\"threshold\":1.5") == ["needs score"])
        #expect(try found(/"met":true/, "\"met\":false") == ["needs score"])
        #expect(try found(/"to":"[a-z]+"/, "\"to\":\"platinum\"").contains("tier"))
        #expect(try found(/"to":"[a-z]+"/, "\"to\":\"bronze\"") == ["tier"])
        #expect(try found(/"fraction":[0-9.]+/, "\"fraction\":0.123").contains { $0.hasPrefix("progress") })
        #expect(try found(/"valid_until":null/, "\"valid_until\":\"2026-01-01T00:00:00.000Z\"") == ["valid until"])
        #expect(try found(/"actions":\["[a-z_]+"/, "\"actions\":[\"a_gift\"") == ["actions"])
        #expect(try found(/"direction":"upgrade"/, "\"direction\":\"downgrade\"").contains("tier"))
        #expect(try found(/"hash":"./, "\"hash\":\"x") == ["policy"])
    }

    @Test func `whatever is altered in a churn-risk change is found`() throws {
        let policy = try Replayed.policy("retail")
        let json = try jsonOf("churn", policy)
        func found(_ old: some RegexComponent, _ new: String) throws -> [String] {
            try DecisionAudit(Replayed.tampered(json, old, with: new), policy).differences.map(\.subject)
        }
        #expect(try found(/"probability":[0-9.]+/, "\"probability\":0.95").contains("probability"))
        #expect(try found(/"p_alive":[0-9.]+/, "\"p_alive\":0.95") == ["P(alive)"])
        #expect(try found(/"purchase_days":[0-9.]+/, "\"purchase_days\":7.0").contains("habit, log-odds"))
        #expect(try found(/"habit":-?[0-9.]+/, "\"habit\":0.5").contains("their sum as a probability"))
        #expect(try found(/"adjustment":0.0/, "\"adjustment\":0.1").contains("adjustment, log-odds"))
        #expect(try found(/"to":"[a-z]+"/, "\"to\":\"high\"").contains("level"))
        #expect(try found(/"expected_orders":[0-9.]+/, "\"expected_orders\":9.5").contains("expected orders"))
        #expect(try found(/"value_at_risk":[0-9.]+/, "\"value_at_risk\":9.5").contains("expected value"))
        #expect(try found(/"lifetime_value":[0-9.]+/, "\"lifetime_value\":9.5") == ["lifetime value"])
        #expect(try found(/"expected_at":"20/, "\"expected_at\":\"21") == ["next order, 50%"])
        #expect(try found(/"confidence":"low"/, "\"confidence\":\"normal\"") == ["confidence"])
    }

    @Test
    func
        `a record without freshness and benefits is one of an older tierd, which told every change the tier's actions`()
        throws
    {
        let policy = try Replayed.policy("retail")
        let json = try jsonOf("upgrade", policy)
        let old = try Replayed.tampered(
            json, /"freshness".*"actions":\[[^\]]*\]/, with: #""actions":["present_benefits","ask_for_review"]"#)
        let (before, now) = (try DecisionAudit(old, policy), try DecisionAudit(DecisionRecord(json: json), policy))
        #expect(before.agrees && now.agrees)
        #expect(now.record.freshness?.lagMs == nil && now.record.freshness?.watermark != nil)
        #expect(now.lines.contains { $0.subject == "freshness" && $0.verdict == .untold })
        #expect(now.lines.contains { $0.subject == "benefits" && $0.verdict == .agrees })
        #expect(!before.lines.contains { $0.subject == "freshness" || $0.subject == "benefits" })
        let wrong = try Replayed.tampered(json, /"benefits":\["[a-z_]+"/, with: "\"benefits\":[\"a_yacht\"")
        #expect(try DecisionAudit(wrong, policy).differences.map(\.subject) == ["benefits"])
    }

    @Test func `a record of another policy is compared all the same, and the mismatch said`() throws {
        let policy = try Replayed.policy("retail")
        let record = try DecisionRecord(json: try jsonOf("upgrade", policy))
        let text = try SchemaFile.text("policies/retail.yaml").replacing("weight: 55", with: "weight: 50")
            .replacing("version: 1", with: "version: 2")
        let audit = try DecisionAudit(record, try PolicyFile.parse(text: text, file: "f"))
        #expect(!audit.agrees && !audit.isOfThisPolicy)
        #expect(audit.differences.map(\.subject).prefix(3) == ["policy", "spending", "score"])
        #expect(audit.text.contains("decided by another policy"))
        #expect(audit.json.string.contains(#""agrees":false"#))
    }

    @Test func `what is no decision is refused in one sentence`() {
        for (text, error) in [
            ("not json", DecisionRecordError.notJSON), ("{}", .noDecision), ("[]", .wrongType("")),
            (#"{"direction":"entry"}"#, .missingField("customerId")),
        ] {
            #expect(throws: error) { try DecisionRecord(json: Data(text.utf8)) }
        }
    }
}

extension DecisionAudit {
    /// The direction of a tier change, `churn` or `notice`.
    fileprivate var kind: String {
        switch record {
        case .tierChange(let change): change.direction
        case .churnRisk: "churn"
        case .notice: "notice"
        }
    }
}
