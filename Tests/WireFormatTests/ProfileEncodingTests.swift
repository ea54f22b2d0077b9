import Foundation
import Scoring
import TestSupport
import Testing
import WireFormat

struct ProfileEncodingTests {
    private let outputs = OutputEncoderTests()

    private func encode(
        _ evidence: ProfileEvidence, churn: Profile.Churn? = nil, _ fill: (inout Profile, inout OutputBuffer) -> Void
    ) throws -> OutputEncoderTests.Decoded {
        var buffer = OutputBuffer()
        let customer = buffer.append(text: "c-1")
        var profile = Profile(
            cause: .deadline(.portrait), effectiveAt: EventTime(milliseconds: 1_772_359_509_007), tier: 1,
            tierSince: EventTime(milliseconds: 1_760_000_000_000), validUntil: nil, score: 61.5, churn: churn)
        profile.evidence = evidence
        fill(&profile, &buffer)
        buffer.profiles.append(profile)
        buffer.outputs.append(
            .profile(ProfileUpdate(customer: customer, effectiveAt: profile.effectiveAt, profile: 0)))
        return try #require(try outputs.encode(buffer).first)
    }

    private func part(_ decoded: OutputEncoderTests.Decoded, _ dimension: String) throws -> [String: Any] {
        let dimensions = try #require(decoded.json["dimensions"] as? [String: Any])
        return try #require(dimensions[dimension] as? [String: Any])
    }

    @Test func `a customer of whom nothing is known has ten unknown levels`() throws {
        let profile = try encode(ProfileEvidence(tenureDays: 0)) { _, _ in }
        let dimensions = try #require(profile.json["dimensions"] as? [String: [String: Any]])
        #expect(dimensions.count == 10)
        #expect(dimensions.values.allSatisfy { $0["level"] as? String == "unknown" })
        let rfm = try #require(profile.json["rfm"] as? [String: Any])
        #expect(rfm["group"] as? String == "prospects" && rfm["recency"] is NSNull)
        #expect(profile.json["churn"] is NSNull)
        #expect(
            profile.text.hasPrefix(
                """
                {"customer_id":"c-1","effective_at":"2026-03-01T10:05:09.007Z","tier":{"name":"gold",\
                "label":{"en":"Gold","zh":"黄金"},"since":"2025-10-09T08:53:20.000Z","valid_until":null,"score":61.5000},"tenure_days":0,\
                "dimensions":{"value":{"level":"unknown","spend":null,
                """))
    }

    @Test func `what is known is said to four places`() throws {
        var evidence = ProfileEvidence(tenureDays: 400)
        var purchases = PurchaseEvidence()
        (purchases.orders, purchases.purchaseDays, purchases.purchaseDaysInYear) = (5, 5, 5)
        (purchases.spend, purchases.spendInYear, purchases.ordersInYear) = (1_234.56, 1_000, 5)
        (purchases.daysSinceFirst, purchases.daysSinceLast, purchases.meanGap) = (300, 12.345678, 72)
        (purchases.gapDeviation, purchases.lastGap) = (1.0 / 3, 71)
        evidence.purchases = purchases
        let churn = Profile.Churn(
            level: 0, risk: 0.25,
            evidence: ChurnEvidence(
                history: PurchaseHistory(repeats: 4, ageAtLast: 288, age: 300), ewmaAtLast: 2, monetary: 1_234.56),
            meanAmount: 246.9)
        let profile = try encode(evidence, churn: churn) { _, _ in }
        #expect(try part(profile, "value")["level"] as? String == "high")
        #expect(try part(profile, "purchase")["level"] as? String == "frequent")
        #expect(profile.text.contains(#""days_since_last_order":12.3457,"#))
        #expect(profile.text.contains(#""gap_deviation_days":0.3333,"#))
        #expect(profile.text.contains(#""spend":1234.5600,"spend_365d":1000,"#))
        #expect(
            profile.text.contains(
                #""rfm":{"group":"champions","recency":5,"frequency":4,"monetary":5},"churn":{"level":"low","#))
        #expect((profile.json["churn"] as? [String: Any])?["confidence"] as? String == "normal")
    }

    @Test func `loyalty is said with its parts, psychology with the concentration, value with the contribution`() throws
    {
        var evidence = ProfileEvidence(tenureDays: 400)
        var purchases = PurchaseEvidence()
        (purchases.orders, purchases.purchaseDays, purchases.spend) = (4, 4, 200)
        (purchases.daysSinceFirst, purchases.daysSinceLast) = (200, 17.5)
        (purchases.meanGap, purchases.gapDeviation, purchases.lastGap) = (60, 15, 60)
        evidence.purchases = purchases
        evidence.preferences = PreferenceEvidence()
        (evidence.preferences.concentration, evidence.preferences.categoriesBought) = (0.625, 2)
        (evidence.habits.contribution, evidence.habits.margin) = (80.5, 0.4025)
        let profile = try encode(evidence) { profile, _ in profile.points = 1_250 }
        #expect(
            profile.text.contains(
                #""loyalty":{"level":"medium","score":0.5667,"repeats":0.6000,"tenure":0.5000,"cadence":0.8000,"breadth":0.3333}"#
            ))
        #expect(profile.text.contains(#""hours_to_order":null,"concentration":0.6250}"#))
        #expect(profile.text.contains(#""contribution":80.5000,"margin":0.4025,"#))
        #expect(profile.text.contains(#","churn":null,"points":1250,"attributes":{}"#))
        let unknown = try part(try encode(ProfileEvidence(tenureDays: 0)) { _, _ in }, "loyalty")
        #expect(unknown["repeats"] is NSNull && unknown["breadth"] is NSNull)
    }

    @Test func `churn says when the next order is expected, as a change of its level does`() throws {
        let evidence = ChurnEvidence(
            history: PurchaseHistory(repeats: 4, ageAtLast: 288, age: 300), ewmaAtLast: 2, monetary: 1_234.56)
        let churn = Profile.Churn(level: 1, risk: 0.25, evidence: evidence, meanAmount: 246.9)
        let profile = try encode(ProfileEvidence(tenureDays: 1), churn: churn) { _, _ in }
        var buffer = OutputBuffer()
        let customer = buffer.append(text: "c-1")
        buffer.outputs.append(
            .churnRisk(
                ChurnRiskChange(
                    customer: customer, from: nil, to: 1, cause: .deadline(.portrait),
                    effectiveAt: EventTime(milliseconds: 1_772_359_509_007), sequence: 1, probability: 0.25,
                    evidence: evidence, meanAmount: 246.9, daysSinceLastOrder: 12)))
        let change = try #require(try outputs.encode(buffer).first)
        let forecast = try #require(change.json["forecast"] as? [String: Any])
        let told = try #require((profile.json["churn"] as? [String: Any])?["next_order"] as? [String: String])
        #expect(told == forecast["next_order"] as? [String: String])
        #expect(Set(told.keys) == ["expected_at", "earliest", "latest"])
        #expect(told["expected_at"]?.hasPrefix("2026-0") == true)
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (7, "7"), (0.000_049_99, "0"), (0.000_05, "0.0001"), (-0.000_05, "-0.0001"),
        (-0.000_049, "0"), (0.999_949, "0.9999"), (0.999_95, "1"), (-12.345_678, "-12.3457"), (10.05, "10.0500"),
        (9.999_95, "10"), (9_998.999_96, "9999"), (-9_998.999_99, "-9999"), (9_999.000_06, "9999.0001"),
        (99_999_999_999.25, "99999999999.2500"), (100_000_000_000.25, "100000000000.25"), (1e300, "1e+300"),
        (.nan, "null"), (-.infinity, "null"),
    ])
    func `numbers are rounded half away from zero and written without a sign that means nothing`(
        number: Double, text: String
    ) throws {
        let profile = try encode(ProfileEvidence(tenureDays: number)) { _, _ in }
        #expect(profile.text.contains(#","tenure_days":\#(text),"#))
    }

    @Test(arguments: 0..<200) func `rounded numbers are those of the arithmetic of the C library`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed) &+ 77_000)
        let number = random.double(-1...1) * pow(10, Double(random.below(12)))
        let profile = try encode(ProfileEvidence(tenureDays: number)) { _, _ in }
        let rounded = (number * 10_000).rounded() / 10_000
        let expected = rounded == rounded.rounded() ? String(Int(rounded)) : String(format: "%.4f", rounded)
        #expect(profile.text.contains(",\"tenure_days\":\(expected),"))
    }

    @Test func `preferences carry their names`() throws {
        let profile = try encode(ProfileEvidence(tenureDays: 1)) { profile, buffer in
            buffer.preferences = [
                Preference(
                    name: buffer.append(text: "鞋\""), kind: .category, share: 0.75, answered: 0.5),
                Preference(name: buffer.append(text: "mail"), kind: .marketing, share: 1, answered: 0.25),
                Preference(name: buffer.append(text: "app"), kind: .sales, share: 1, answered: 0),
                Preference(name: buffer.append(text: "hats"), kind: .category, share: 0.25, answered: 0),
            ]
            profile.categories = EvidenceSpan(0..<1)
            profile.channels = EvidenceSpan(1..<3)
            profile.interests = EvidenceSpan(3..<4)
            profile.acquisitionChannel = buffer.append(text: "ads")
        }
        #expect(
            profile.text.contains(
                #""preference":{"level":"known","categories":[{"name":"鞋\"","share":0.7500,"bought":0.5000}],"#
                    + #""channels":[{"name":"mail","kind":"marketing","share":1,"answered":0.2500},"#
                    + #"{"name":"app","kind":"sales","share":1}],"interest_without_purchase":["hats"],"#
                    + #""acquisition_channel":"ads"},"#))
    }

    @Test func `headers name the profile by its second`() throws {
        let profile = try encode(ProfileEvidence(tenureDays: 0)) { _, _ in }
        #expect(profile.destination == .customerProfiles)
        #expect(profile.header("ce_id") == "customer-profile:c-1:1772359509")
        #expect(profile.header("ce_type") == "tierd.customer-profile.v1")
        #expect(profile.header("ce_time") == "2026-03-01T10:05:09.007Z")
        #expect(profile.header("tierd_sequence") == "1772359509")
    }

    @Test(arguments: [-0.00004, 1e12, .infinity, .nan, -12.34567])
    func `odd numbers make valid JSON`(_ number: Double) throws {
        var evidence = ProfileEvidence(tenureDays: 1)
        evidence.purchases = PurchaseEvidence()
        evidence.purchases?.spend = number
        let value = try part(try encode(evidence) { _, _ in }, "value")["spend"]
        if number.isFinite {
            let read = try #require(value as? Double)
            #expect(abs(read - number) <= 0.00005)
        } else {
            #expect(value is NSNull)
        }
    }
}
