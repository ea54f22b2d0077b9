import Foundation
import Scoring
import Testing
import WireFormat

@Suite struct OutputEncoderTests {
    static let policy = Policy(
        name: "retail", version: 3, hash: String(repeating: "ab", count: 32), calendar: .utc,
        currency: CurrencyCode(packed: 0x555344), history: History(orderDays: 365, browseDays: 90, feedbackDays: 365),
        measures: [Measure(.spendEWMA), Measure(.orders, windowDays: 365)],
        terms: [
            Term(name: "spending", measure: 0, weight: 50, curve: .saturating(halfAt: 200), whenUnknown: 0),
            Term(name: "fre\"quency", measure: 1, weight: -2.5, curve: .linear(from: 0, to: 12), whenUnknown: 0),
        ],
        tiers: [
            Tier(name: "standard", entry: nil),
            Tier(
                name: "gold",
                label: Label([.init(language: "en", text: "Gold"), .init(language: "zh", text: "黄金")]),
                entry: .comparison(Comparison(.score, .atLeast, 50)), actions: ["send \"gift\"", "礼物"]),
        ],
        downgrade: DowngradeRule(margin: 0.2, minimumDwell: .zero, grace: .days(28), mode: .immediate),
        churn: ChurnRule(
            model: .defaultBGNBD, horizonDays: 90,
            levels: [
                .init(name: "low", from: 0), .init(name: "high", label: Label(), from: 0.85, actions: ["call"]),
            ], margin: 0.02, isCalibrated: true))

    let encoder = OutputEncoder(policy: policy, source: "/shop/tierd") { input in "shop.\(input)" }

    /// An encoded output taken apart again.
    struct Decoded {
        var destination: OutputDestination
        var key: String
        var headers: [(String, String)]
        var json: [String: Any]
        var text: String

        func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }
    }

    func encode(_ outputs: OutputBuffer) throws -> [Decoded] {
        var (encoder, encoded) = (encoder, EncodedOutputs())
        for output in outputs.outputs { encoder.encode(output, in: outputs, into: &encoded) }
        return try encoded.records.map { record in
            let text = encoded.string(record.value)
            return Decoded(
                destination: record.destination, key: encoded.string(record.key),
                headers: encoded.headers[record.headers].map { ("\($0.name)", encoded.string($0.value)) },
                json: try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]),
                text: text)
        }
    }

    func tierChange(
        customer: String = "c-1", from: Int? = 0, cause: Cause = .deadline(.graceEnd), score: Double = 61.5,
        fraction: Double? = nil
    ) -> OutputBuffer {
        var buffer = OutputBuffer()
        let span = buffer.append(text: customer)
        buffer.terms = [
            TermEvidence(term: 0, value: 312.5, points: 30.125), TermEvidence(term: 1, value: .nan, points: 0),
        ]
        buffer.criteria = [
            CriterionEvidence(comparison: Comparison(.score, .atLeast, 40), value: score, isMet: true),
            CriterionEvidence(comparison: Comparison(.measure(1), .below, 1e-7), value: .nan, isMet: false),
        ]
        buffer.outputs = [
            .tierChange(
                TierChange(
                    customer: span, from: from, to: 1, direction: .upgrade, reason: .requirementMet, cause: cause,
                    effectiveAt: EventTime(milliseconds: 1_772_359_509_007), sequence: 12, score: score,
                    terms: EvidenceSpan(0..<2), criteria: EvidenceSpan(0..<2),
                    validUntil: EventTime(milliseconds: 1_798_761_600_000),
                    progress: fraction.map { Progress(tier: 1, fraction: $0, unmet: EvidenceSpan(1..<2)) }))
        ]
        return buffer
    }

    func churnRisk(repeats: Double = 3, to: Int = 1) -> OutputBuffer {
        var buffer = OutputBuffer()
        let span = buffer.append(text: "c-2")
        let id = buffer.append(text: "o-\u{1}\n9")
        buffer.outputs = [
            .churnRisk(
                ChurnRiskChange(
                    customer: span, from: nil, to: to,
                    cause: .event(SourcePosition(input: .orders, partition: 7, offset: 1 << 40, timestamp: -1), id: id),
                    effectiveAt: .earliest, sequence: 1, probability: 0.875,
                    evidence: ChurnEvidence(
                        history: PurchaseHistory(repeats: repeats, ageAtLast: 80.5, age: 200.25), ewmaAtLast: 2),
                    meanAmount: 50, daysSinceLastOrder: 119.75))
        ]
        return buffer
    }

    @Test func `a tier change is written as its schema says`() throws {
        let record = try #require(try encode(tierChange(fraction: 0.75)).first)
        let expected = """
            {"customer_id":"c-1","sequence":12,"from":"standard","to":"gold","to_label":{"en":"Gold","zh":"黄金"},\
            "direction":"upgrade","reasons":["requirement_met"],"effective_at":"2026-03-01T10:05:09.007Z","score":61.5,\
            "terms":[{"name":"spending","measure":"spend_ewma","value":312.5,"points":30.125,"weight":50.0},\
            {"name":"fre\\"quency","measure":"orders_365d","value":null,"points":0.0,"weight":-2.5}],\
            "criteria":[{"subject":"score","relation":"at_least","threshold":40.0,"value":61.5,"met":true},\
            {"subject":"orders_365d","relation":"below","threshold":1e-07,"value":null,"met":false}],\
            "cause":{"type":"deadline","deadline":"grace_end"},\
            "valid_until":"2027-01-01T00:00:00.000Z","progress":{"next_tier":"gold","fraction":0.75,"unmet":[\
            {"subject":"orders_365d","relation":"below","threshold":1e-07,"value":null,"met":false}]},"benefits":[],"actions":["send \\"gift\\"","礼物"],\
            "policy":{"name":"retail","version":3,"hash":"\(String(repeating: "ab", count: 32))"}}
            """
        #expect(record.text == expected)
        #expect(record.destination == .tierChanges)
        #expect(record.key == "c-1")
    }

    @Test func `a tier change under a pin names it before its actions`() throws {
        var buffer = tierChange()
        guard case .tierChange(var change) = buffer.outputs[0] else {
            Issue.record("no tier change")
            return
        }
        let by = buffer.append(text: "an\"na")
        change.pin = PinEvidence(
            floor: nil, ceiling: 1, until: EventTime(milliseconds: 1_798_761_600_000), by: by, reason: nil)
        buffer.outputs[0] = .tierChange(change)
        let record = try #require(try encode(buffer).first)
        #expect(
            record.text.contains(
                #""progress":null,"pin":{"floor":null,"ceiling":"gold","until":"2027-01-01T00:00:00.000Z","by":"an\"na","reason":null},"benefits""#
            ))
        change.pin?.reason = buffer.append(text: "a \"promise\"")
        buffer.outputs[0] = .tierChange(change)
        #expect(try encode(buffer).first?.text.contains(#""by":"an\"na","reason":"a \"promise\""},"#) == true)
    }

    @Test func `a churn-risk change is written as its schema says`() throws {
        let record = try #require(try encode(churnRisk()).first)
        let model = Self.policy.churn.model
        let evidence = ChurnEvidence(history: PurchaseHistory(repeats: 3, ageAtLast: 80.5, age: 200.25), ewmaAtLast: 2)
        let (history, drivers) = (evidence.history, ChurnDrivers(evidence, Self.policy.churn.scoring))
        let logOdds = drivers.habit + drivers.silence
        #expect(abs(logOdds - Self.policy.churn.scoring.logOdds(evidence)) < 1e-12)
        func instant(_ quantile: Double) -> String {
            let days = model.daysUntilPurchaseIfAlive(history, quantile: quantile) ?? .infinity
            // Half a millisecond more: the formatter cuts off what the division may have lost.
            return Date(timeIntervalSince1970: (Double(Int64(days * 86_400_000)) + 0.5) / 1000).formatted(
                Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        }
        let expected = """
            {"customer_id":"c-2","sequence":1,"from":null,"to":"high","effective_at":"1970-01-01T00:00:00.000Z",\
            "probability":0.875,"p_alive":\(model.pAlive(history)),"horizon_days":90.0,"model":"bg_nbd","score":"p0",\
            "drivers":{"days_since_last_order":119.75,"purchase_days":4.0,"age_days":200.25,"recent_purchases":\(Self.policy.churn.scoring.purchaseEWMA(evidence)),\
            "log_odds":{"habit":\(drivers.habit),"silence":\(drivers.silence),"adjustment":0.0}},\
            "forecast":{"expected_orders":\(model.expectedPurchases(history, horizon: 90)),"expected_value":null,\
            "value_at_risk":null,"lifetime_value":null,"next_order":{"expected_at":"\(instant(0.5))",\
            "earliest":"\(instant(0.1))","latest":"\(instant(0.9))"}},\
            "confidence":"normal","cause":{"type":"event","topic":"shop.orders","partition":7,"offset":1099511627776,"timestamp":-1,"id":"o-\\u0001\\n9"},"actions":["call"],\
            "policy":{"name":"retail","version":3,"hash":"\(String(repeating: "ab", count: 32))"}}
            """
        #expect(record.text == expected)
        #expect(record.destination == .churnRisk)
    }

    @Test func `headers are those of CloudEvents in binary mode`() throws {
        let record = try #require(try encode(tierChange()).first)
        #expect(
            record.headers.map(\.0) == [
                "ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_subject", "content-type",
                "tierd_sequence",
            ])
        #expect(record.header("ce_specversion") == "1.0")
        #expect(record.header("ce_id") == "tier-change:c-1:12")
        #expect(record.header("ce_type") == "tierd.tier-change.v1")
        #expect(record.header("ce_source") == "/shop/tierd")
        #expect(record.header("ce_time") == "2026-03-01T10:05:09.007Z")
        #expect(record.header("ce_subject") == "c-1")
        #expect(record.header("content-type") == "application/json")
        #expect(record.header("tierd_sequence") == "12")
        let churn = try #require(try encode(churnRisk()).first)
        #expect(churn.header("ce_id") == "churn-risk:c-2:1")
        #expect(churn.header("ce_type") == "tierd.churn-risk.v1")
    }

    @Test(arguments: ["客户-😀", "a\"b\\c/d", "\u{1}\u{8}\t\n\u{C}\r\u{1F}\u{7F}", "", "é\u{2028}"])
    func `any customer id makes valid JSON`(customer: String) throws {
        let record = try #require(try encode(tierChange(customer: customer)).first)
        #expect(record.json["customer_id"] as? String == customer)
        #expect(record.key == customer)
        #expect(record.header("ce_subject") == customer)
    }

    @Test func `a first tier comes from null and has no label of its own`() throws {
        let record = try #require(try encode(tierChange(from: nil)).first)
        #expect(record.json["from"] is NSNull)
        #expect(record.json["from_label"] == nil)
        #expect(record.json["progress"] is NSNull)
    }

    @Test(arguments: [
        0, 0.1, -0.0, 1.0 / 3, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 123_456_789.123456789, 1e16, 0.1 + 0.2,
    ])
    func `numbers read back as they were`(score: Double) throws {
        let record = try #require(try encode(tierChange(score: score)).first)
        let digits = try #require(record.text.firstMatch(of: /"score":([^,]+),/)?.1)
        #expect(Double(digits) == score)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity]) func `what is no number is null`(score: Double) throws {
        let record = try #require(try encode(tierChange(score: score, fraction: .nan)).first)
        #expect(record.json["score"] is NSNull)
        #expect((record.json["progress"] as? [String: Any])?["fraction"] is NSNull)
    }

    @Test func `confidence is low for one-time buyers and under borrowed parameters`() throws {
        #expect(try encode(churnRisk(repeats: 0)).first?.json["confidence"] as? String == "low")
        var policy = Self.policy
        policy.churn.isCalibrated = false
        var uncalibrated = OutputEncoder(policy: policy, source: "s") { "\($0)" }
        var encoded = EncodedOutputs()
        let buffer = churnRisk()
        uncalibrated.encode(buffer.outputs[0], in: buffer, into: &encoded)
        #expect(encoded.string(encoded.records[0].value).contains("\"confidence\":\"low\""))
    }

    @Test(arguments: DeadlineKind.allCases) func `a deadline is named`(kind: DeadlineKind) throws {
        let record = try #require(try encode(tierChange(cause: .deadline(kind))).first)
        let cause = try #require(record.json["cause"] as? [String: Any])
        #expect(cause["deadline"] as? String == "\(kind.name)")
    }

    @Test func `numbers have the shortest digits that read back`() throws {
        var numbers: [Double] = [
            0, 1, -1, 0.1, 0.5, 1e-5, 123_456.789, 1e15, 0x1p53, -0x1p53, 1e16, 1e300, .leastNonzeroMagnitude,
        ]
        numbers += [9_007_199_254_740_991, 1 / 3, 100, 99.999_999_999_999_99, .pi, .ulpOfOne]
        var state: UInt64 = 9
        for _ in 0..<2_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            numbers.append(Double(bitPattern: state))
            numbers.append(Double(state >> 40) / 1_000)
        }
        for number in numbers {
            let text = try #require(try encode(tierChange(score: number)).first).text
            let expected = number.isFinite ? "\(number)" : "null"
            if !text.contains("\"score\":\(expected),") { Issue.record("\(number) is not written as itself") }
        }
        #expect(try #require(try encode(tierChange(score: -0.0)).first).text.contains("\"score\":0.0,"))
    }

    @Test func `outputs longer than any before come out whole`() throws {
        var policy = Self.policy
        policy.tiers[1].actions = (0..<400).map { "action-\($0)-" + String(repeating: "x\"", count: 20) }
        var wordy = OutputEncoder(policy: policy, source: String(repeating: "s", count: 5_000)) { "\($0)" }
        var encoded = EncodedOutputs()
        let customer = String(repeating: "\u{1}", count: 256)
        for buffer in [tierChange(), tierChange(customer: customer), churnRisk()] {
            wordy.encode(buffer.outputs[0], in: buffer, into: &encoded)
        }
        #expect(encoded.records.count == 3)
        let values = try encoded.records.map {
            try #require(
                try JSONSerialization.jsonObject(with: Data(encoded.string($0.value).utf8)) as? [String: Any])
        }
        #expect(values[0]["actions"] as? [String] == policy.tiers[1].actions)
        #expect(values[1]["actions"] as? [String] == policy.tiers[1].actions)
        #expect(values[1]["customer_id"] as? String == customer)
        #expect(encoded.string(encoded.records[1].key) == customer)
        let source = encoded.headers[encoded.records[2].headers].first { "\($0.name)" == "ce_source" }
        #expect(source.map { encoded.string($0.value) } == String(repeating: "s", count: 5_000))
    }

    @Test func `outputs of a batch follow one another and give the same bytes again`() throws {
        var first = EncodedOutputs()
        var second = EncodedOutputs()
        var encoder = encoder
        let (tier, churn) = (tierChange(), churnRisk())
        for _ in 0..<3 {
            first.removeAll()
            encoder.encode(tier.outputs[0], in: tier, into: &first)
            encoder.encode(churn.outputs[0], in: churn, into: &first)
        }
        encoder.encode(tier.outputs[0], in: tier, into: &second)
        encoder.encode(churn.outputs[0], in: churn, into: &second)
        #expect(first.bytes == second.bytes)
        #expect(first.records.map(\.destination) == [.tierChanges, .churnRisk])
        #expect(first.records[0].headers == 0..<8 && first.records[1].headers == 8..<16)
    }
}

extension OutputBuffer {
    mutating func append(text: String) -> TextSpan {
        var text = text
        return text.withUTF8 { append(text: UnsafeRawBufferPointer($0)) }
    }
}
