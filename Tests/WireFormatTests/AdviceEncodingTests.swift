import Foundation
import Scoring
import Testing
import WireFormat

/// Benefits and actions in every kind of output.
@Suite struct AdviceEncodingTests {
    private static var policy: Policy {
        var policy = OutputEncoderTests.policy
        policy.tiers[0].actions = ["learn"]
        policy.tiers[0].benefits = ["newsletter"]
        policy.tiers[1].actions = ["call"]
        policy.tiers[1].benefits = ["free \"shipping\"", "礼物"]
        policy.changeActions[.upgrade] = ["praise"]
        policy.changeActions[.downgrade] = ["console"]
        policy.changeActions[.approachingUpgrade] = ["nudge"]
        policy.tags = [
            TagRule(name: "quiet", when: .comparison(Comparison(.score, .below, 1))),
            TagRule(name: "vip", when: .comparison(Comparison(.score, .atLeast, 1)), actions: ["visit", "call"]),
        ]
        return policy
    }

    private static func encode(_ buffer: OutputBuffer) throws -> [String: Any] {
        var encoder = OutputEncoder(policy: policy, source: "/shop/tierd") { "\($0)" }
        var encoded = EncodedOutputs()
        for output in buffer.outputs { encoder.encode(output, in: buffer, into: &encoded) }
        let value = encoded.string(try #require(encoded.records.first).value)
        return try #require(try JSONSerialization.jsonObject(with: Data(value.utf8)) as? [String: Any])
    }

    private static func change(_ direction: TierChange.Direction, from: Int?, to: Int) throws -> [String: Any] {
        var buffer = OutputEncoderTests().tierChange(from: from)
        guard case .tierChange(var change) = buffer.outputs[0] else { return [:] }
        (change.direction, change.to) = (direction, to)
        buffer.outputs[0] = .tierChange(change)
        return try encode(buffer)
    }

    @Test func `a rise tells the benefits of the tier reached and both lists of actions`() throws {
        let json = try Self.change(.upgrade, from: 0, to: 1)
        #expect(json["benefits"] as? [String] == ["free \"shipping\"", "礼物"])
        #expect(json["actions"] as? [String] == ["praise", "call"])
    }

    @Test func `a fall tells what remains, and recommends nothing that is meant for newcomers`() throws {
        let json = try Self.change(.downgrade, from: 1, to: 0)
        #expect(json["benefits"] as? [String] == ["newsletter"])
        #expect(json["actions"] as? [String] == ["console"])
        #expect(try Self.change(.correction, from: 1, to: 0)["actions"] as? [String] == [])
    }

    @Test(arguments: TierChange.Direction.allCases)
    func `what is written is what the policy says`(_ direction: TierChange.Direction) throws {
        for (from, to) in [(nil, 0), (nil, 1), (0, 0), (0, 1), (1, 0), (1, 1)] as [(Int?, Int)] {
            let json = try Self.change(direction, from: from, to: to)
            #expect(json["actions"] as? [String] == Self.policy.actions(of: direction, from: from, to: to))
        }
    }

    @Test(arguments: [(TierNotice.Kind.approachingUpgrade, ["nudge"]), (.approachingExpiry, [])])
    func `a notice tells its own actions and none of the tier's`(_ kind: TierNotice.Kind, _ actions: [String]) throws {
        var buffer = OutputBuffer()
        let customer = buffer.append(text: "c-1")
        buffer.outputs = [
            .notice(
                TierNotice(
                    customer: customer, kind: kind, tier: 0, cause: .deadline(.notice), effectiveAt: .earliest,
                    expiresAt: nil, criteria: EvidenceSpan(0..<0), progress: nil))
        ]
        let json = try Self.encode(buffer)
        #expect(json["tier"] as? String == "standard")
        #expect(json["actions"] as? [String] == actions)
        #expect(json["benefits"] == nil)
    }

    private static func profile(tagged tags: [String]) throws -> [String: Any] {
        var buffer = OutputBuffer()
        let customer = buffer.append(text: "c-1")
        var profile = Profile(
            cause: .deadline(.portrait), effectiveAt: .earliest, tier: 1, tierSince: .earliest, validUntil: nil,
            score: 60, churn: nil)
        for tag in tags { buffer.tags.append(buffer.append(text: tag)) }
        profile.tags = EvidenceSpan(0..<tags.count)
        buffer.profiles.append(profile)
        buffer.outputs = [.profile(ProfileUpdate(customer: customer, effectiveAt: .earliest, profile: 0))]
        return try encode(buffer)
    }

    @Test func `a profile tells the tier's benefits, and the actions of a tag while the customer has it`() throws {
        let tagged = try Self.profile(tagged: ["a", "vip"])
        #expect(tagged["benefits"] as? [String] == ["free \"shipping\"", "礼物"])
        #expect(tagged["actions"] as? [String] == ["call", "visit"])
        for tags in [[], ["quiet"], ["vi"], ["vips"]] {
            #expect(try Self.profile(tagged: tags)["actions"] as? [String] == ["call"])
        }
    }
}
