import Runtime
import Scoring
import Testing

struct ProfilePolicyTests {
    private func policy(_ block: String) throws -> Policy {
        try PolicyFile.parse(text: SamplePolicy.shortest + "\n" + block, file: "f")
    }

    private func problem(_ block: String) -> String {
        do {
            _ = try policy(block)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func `without the block nothing is published, and thresholds alone change nothing`() throws {
        let plain = try policy("")
        #expect(plain.profiles == nil)
        let unused = try policy("rfm: {recency: [1, 2, 3, 4]}")
        #expect(unused.profiles == nil && unused.hash == plain.hash)
    }

    @Test func `defaults are the documented ones`() throws {
        let rule = try #require(try policy("profiles: {}").profiles)
        #expect(rule == ProfileRule())
        #expect(rule.throttle == .minutes(60) && rule.browsingDelay == .days(1) && rule.catchUp == .days(1))
    }

    @Test func `every field is read`() throws {
        let text = """
            profiles: {throttle: 30m, browsing: 0s, silence: 2d, catch_up: none}
            dimensions:
              value: {medium: 10, high: 20}
              interaction: {medium: 1, high: 2}
              loyalty: {medium: 0.1, high: 0.2}
              satisfaction: {medium: 50, high: 70}
              purchase: {frequent_days: 6, lapsed_after: 90d}
              lifecycle: {new_for: 30d, won_back_after: 60d, churned_after: 200d}
              interest_views: 2
            rfm: {recency: [1, 2, 3, 4], frequency: [1, 2, 3, 5], monetary: [10, 20, 30.5, 40]}
            """
        let rule = try #require(try policy(text).profiles)
        #expect(rule.throttle == .minutes(30) && rule.browsingDelay == .zero && rule.catchUp == nil)
        #expect(rule.silence == .days(2))
        #expect(rule.rfm == RFMRule(recency: [1, 2, 3, 4], frequency: [1, 2, 3, 5], monetary: [10, 20, 30.5, 40]))
        var expected = DimensionThresholds()
        expected.value = .init(medium: 10, high: 20)
        expected.interaction = .init(medium: 1, high: 2)
        expected.loyalty = .init(medium: 0.1, high: 0.2)
        expected.satisfaction = .init(medium: 50, high: 70)
        (expected.frequentPurchaseDays, expected.lapsedAfterDays, expected.interestViews) = (6, 90, 2)
        (expected.newForDays, expected.wonBackAfterDays, expected.churnedAfterDays) = (30, 60, 200)
        #expect(rule.thresholds == expected)
        let (kept, plain) = (KeptPolicy(try policy(text)), KeptPolicy(try policy("profiles: {}")))
        #expect(kept.policy.profiles == rule, "a kept policy is read back from its text")
        #expect(plain.policy.profiles == ProfileRule())
    }

    @Test func `whatever a profile follows from changes the hash`() throws {
        let variants = [
            "", "profiles: {}", "profiles: {throttle: 2h}", "profiles: {browsing: 2d}", "profiles: {silence: 2d}",
            "profiles: {catch_up: none}",
            "profiles: {}\ndimensions: {value: {high: 900}}", "profiles: {}\ndimensions: {interest_views: 6}",
            "profiles: {}\ndimensions: {lifecycle: {new_for: 60d}}", "profiles: {}\nrfm: {frequency: [1, 2, 4, 9]}",
        ]
        #expect(Set(try variants.map { try policy($0).hash }).count == variants.count)
    }

    private func asking(for measure: String, _ block: String) -> String {
        do {
            let text = SamplePolicy.shortest.replacing("measure: spend_30d", with: "measure: \(measure)")
            _ = try PolicyFile.parse(text: text + "\n" + block, file: "f")
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func `a measure that needs another part of the policy says so`() {
        for quantity in Measure.Quantity.all {
            guard let need = quantity.need else { continue }
            let name = Measure(quantity).name
            #expect(asking(for: name, "").contains("the field \"\(need.rawValue)\" is missing"), "\(name)")
            let block = need == .profiles ? "profiles: {}" : "value: {gamma_gamma: {p: 6, q: 3, v: 15}}"
            #expect(asking(for: name, block) == "", "\(name)")
        }
    }

    @Test func `what is compared with days before must be kept as long`() {
        #expect(asking(for: "spend_growth", "history: {orders: 100d}").contains("at least 180d"))
        #expect(asking(for: "engagement", "history: {browse: 10d}").contains("at least 30d"))
        #expect(asking(for: "order_growth", "history: {orders: 180d}") == "")
    }

    @Test func `thresholds that do not rise are refused`() {
        #expect(problem("rfm: {recency: [1, 3, 2, 4]}").contains("rfm.recency[2]"))
        #expect(
            problem("rfm: {frequency: [1.0, 1.0, 2.0, 4.0]}").contains(
                "rfm.frequency[1]: found 1.0, expected more than 1, the threshold before"))
        #expect(problem("dimensions: {value: {medium: 2000}}").contains("dimensions.value"))
        #expect(problem("rfm: {recency: [1, 2, 3]}").contains("rfm.recency"))
        #expect(problem("profiles: {throttle: 0h}").contains("profiles.throttle"))
        #expect(problem("profiles: {catch_up: never}").contains("profiles.catch_up"))
    }
}
