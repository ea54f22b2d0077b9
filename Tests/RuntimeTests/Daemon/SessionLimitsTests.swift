import Runtime
import Testing

struct SessionLimitsTests {
    private static let told = SessionLimits([
        "group.min.session.timeout.ms": "10000", "group.max.session.timeout.ms": "300000",
    ])

    @Test func `a session within the broker's limits needs no warning`() {
        for session: Int64 in [10_000, 45_000, 300_000] { #expect(Self.told.warnings(of: session) == []) }
    }

    @Test func `a longer or shorter one is warned of with the broker's limit and the remedy`() throws {
        let long = try #require(Self.told.warnings(of: 300_001).first)
        #expect(
            long.hasPrefix(
                "session.timeout.ms is 300001, longer than the broker's group.max.session.timeout.ms of 300000: "))
        #expect(long.contains("set it to at most 300000 in `kafka.settings`"))
        let short = try #require(Self.told.warnings(of: 9_999).first)
        #expect(short.contains("shorter than the broker's group.min.session.timeout.ms of 10000"))
        #expect(short.contains("set it to at least 10000"))
    }

    @Test func `of a broker that does not tell, Kafka's own limits are taken, and it is said that they are`() throws {
        let untold = SessionLimits([:])
        #expect(untold.warnings(of: 1_800_000) == [] && untold.warnings(of: 6_000) == [])
        let long = try #require(untold.warnings(of: 3_600_000).first)
        #expect(long.contains("the usual (this broker does not tell its own) group.max.session.timeout.ms of 1800000"))
    }

    @Test func `a broker is asked about what is out of the ordinary alone`() {
        for session: Int64 in [6_000, 30_000, 45_000] { #expect(!SessionLimits.isUnusual(session)) }
        for session: Int64 in [5_999, 45_001] { #expect(SessionLimits.isUnusual(session)) }
    }
}
