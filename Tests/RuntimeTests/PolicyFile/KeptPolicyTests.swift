import Foundation
import Runtime
import Scoring
import TestSupport
import Testing

/// What is kept of a policy gives the same policy again.
struct KeptPolicyTests {
    private static func shipped() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: SchemaFile.folder.appending(path: "policies").path).sorted()
    }

    private static func load(_ name: String) throws -> Policy {
        try PolicyFile.load(path: SchemaFile.folder.appending(path: "policies/\(name)").path)
    }

    @Test func `every shipped policy is made again from its text, with its hash, without its file`() throws {
        for name in try Self.shipped() {
            let policy = try Self.load(name)
            let kept = KeptPolicy(policy)
            let again = try KeptPolicy(text: kept.text, hash: PolicyHash(of: policy))
            #expect(kept.hash == PolicyHash(of: policy), "\(name)")
            #expect(again.policy.canonicalText == policy.canonicalText, "\(name)")
            #expect(again.policy.measures == policy.measures && again.policy.terms == policy.terms, "\(name)")
            #expect(again.policy.tiers == policy.tiers && again.policy.churn.levels == policy.churn.levels, "\(name)")
            #expect(again.policy.calendar.transitions == policy.calendar.transitions, "\(name)")
        }
    }

    @Test(arguments: 0..<100) func `so is any policy`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let policy = RandomPolicy.draw(&random)
        let kept = KeptPolicy(policy)
        #expect(kept.text == policy.canonicalText)
        #expect(try KeptPolicy(text: kept.text, hash: kept.hash).policy.canonicalText == kept.text)
    }

    @Test func `a policy that says everything it may comes back whole`() throws {
        let policy = try SamplePolicy.policy()
        let kept = KeptPolicy(policy)
        #expect(kept.hash.text == policy.hash && kept.policy.canonicalText == policy.canonicalText)
        #expect(kept.policy.changeActions == policy.changeActions && kept.policy.tags == policy.tags)
        #expect(kept.policy.tiers == policy.tiers && kept.policy.measures == policy.measures)
    }

    @Test func `profiles come back with every threshold`() throws {
        var policy = try Self.load("retail.yaml")
        var limits = DimensionThresholds()
        limits.value.high = 7_777.5
        limits.interestViews = 3
        let rfm = RFMRule(recency: [1, 2, 3, 4.5], frequency: [1, 1, 2, 3], monetary: [5, 50, 500, 5_000])
        for catchUp in [nil, TimeSpan.days(3)] {
            policy.profiles = ProfileRule(
                throttle: .minutes(7), browsingDelay: .days(2), silence: .days(3), catchUp: catchUp, thresholds: limits,
                rfm: rfm)
            #expect(KeptPolicy(policy).policy.profiles == policy.profiles)
        }
    }

    @Test func `texts in quotes come back as they were`() throws {
        var policy = try Self.load("retail.yaml")
        policy.name = "a \"b\" \\ c\n(d) 黄金"
        policy.tiers[1].actions = ["\\n", "", "enter ( label"]
        let kept = KeptPolicy(policy)
        #expect(kept.policy.name == policy.name && kept.policy.tiers[1].actions == policy.tiers[1].actions)
    }

    @Test func `a text that is not that of its hash is refused`() throws {
        let kept = KeptPolicy(try Self.load("retail.yaml"))
        let text = kept.text.replacing("downgrade", with: "upgrade")
        #expect(throws: KeptPolicyError.otherHash) { try KeptPolicy(text: text, hash: kept.hash) }
    }

    private static func error(_ text: String) throws -> KeptPolicyError? {
        let hash = try #require(PolicyHash(SHA256.hexDigest(of: text)))
        do throws(KeptPolicyError) {
            _ = try KeptPolicy(text: text, hash: hash)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a text with the right hash that says something else is refused, whatever it says`() throws {
        let text = KeptPolicy(try Self.load("retail.yaml")).text
        let lines = text.split(separator: "\n").map(String.init)
        #expect(try Self.error(text.replacing("tierd policy 2", with: "tierd policy 1")) == .unknownForm)
        #expect(try Self.error(text + "gift 3\n") == .unreadable(line: lines.count + 1))
        #expect(try Self.error(text + "version 1\n") == .notCanonical)
        #expect(try Self.error(String(repeating: "x", count: KeptPolicy.longestText + 1)) != nil)
        for index in lines.indices.dropFirst() {
            var fewer = lines
            fewer.remove(at: index)
            let kind = lines[index].prefix { $0 != " " }
            let optional = [
                "offset", "rate", "term", "tier", "level", "value", "approaching_upgrade", "approaching_expiry",
                "change_actions",
            ]
            let mayGo = optional.contains(String(kind))
            #expect(try Self.error(fewer.joined(separator: "\n") + "\n") != nil || mayGo, "\(lines[index])")
            var cut = lines
            cut[index] = String(lines[index].dropLast())
            _ = try Self.error(cut.joined(separator: "\n") + "\n")
        }
    }

    @Test func `conditions nested without end are refused`() throws {
        let text = KeptPolicy(try Self.load("retail.yaml")).text
        let deep =
            String(repeating: "not(", count: 100_000) + "score(below 1.0)" + String(repeating: ")", count: 100_000)
        #expect(try Self.error("tierd policy 2\ntier \"a\" enter \(deep)\n") != nil)
        #expect(try Self.error(text) == nil)
    }
}
