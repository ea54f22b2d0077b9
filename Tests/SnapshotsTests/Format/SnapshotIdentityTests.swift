import Scoring
import Snapshots
import Testing

@Suite struct SnapshotIdentityTests {
    private func refusal(_ identity: SnapshotIdentity) -> SnapshotError? {
        SnapshotFixture.refusal(SnapshotFixture.snapshot(identity: identity))
    }

    @Test func `a foreign snapshot is refused with what it is and what was expected`() {
        #expect(refusal(SnapshotFixture.identity()) == nil)
        #expect(
            refusal(SnapshotFixture.identity(application: "other"))
                == .foreign(.application, found: "other", expected: "shop"))
        #expect(refusal(SnapshotFixture.identity(shard: 4)) == .foreign(.shard, found: "4", expected: "3"))
        #expect(
            refusal(SnapshotFixture.identity(partitionCount: 16))
                == .foreign(.partitionCount, found: "16", expected: "8"))
        #expect(
            refusal(SnapshotFixture.identity(topics: [SnapshotTopic(.orders, "orders")]))
                == .foreign(.topics, found: "orders", expected: "orders, clicks"))
    }

    @Test func `a snapshot under a policy that nobody knows is whole, but gives no state`() {
        let other = String(SnapshotFixture.hash.reversed())
        #expect(refusal(SnapshotFixture.identity(policy: other)) == nil)
        let bytes = SnapshotFixture.snapshot(identity: SnapshotFixture.identity(policy: other))
        #expect(throws: SnapshotError.foreign(.policy, found: other, expected: SnapshotFixture.hash)) {
            _ = try SnapshotFixture.restore(bytes)
        }
    }

    @Test func `tools may look at anybody's snapshot`() {
        let bytes = SnapshotFixture.snapshot(identity: SnapshotFixture.identity(application: "other"))
        #expect(SnapshotFixture.refusal(bytes, expecting: nil) == nil)
    }

    @Test func `a policy's hash is 64 hexadecimal digits`() throws {
        #expect(try #require(PolicyHash(SnapshotFixture.hash)).text == SnapshotFixture.hash)
        #expect(PolicyHash("") == nil && PolicyHash(String(SnapshotFixture.hash.dropLast())) == nil)
        #expect(PolicyHash(String(repeating: "g", count: 64)) == nil)
    }

    @Test func `topics and positions are in the order of their ranks`() {
        let identity = SnapshotFixture.identity(topics: [
            SnapshotTopic(.feedback, "said"), SnapshotTopic(.orders, "bought"),
        ])
        #expect(identity.topics.map(\.name) == ["bought", "said"])
    }
}
