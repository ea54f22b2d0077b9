import Runtime
import Scoring
import Testing

struct RetentionWarningTests {
    private static let rules = SnapshotRules(interval: 300)

    @Test func `a topic that is kept for ever, or four intervals, needs no warning`() {
        #expect(RetentionWarning("orders", .input, nil, Self.rules).sentences == [])
        #expect(RetentionWarning("orders", .input, nil, nil).sentences == [])
        #expect(RetentionWarning("orders", .input, .minutes(20), Self.rules).sentences == [])
    }

    @Test func `a shorter one is warned of with the remedy`() throws {
        let sentence = try #require(RetentionWarning("orders", .input, .minutes(19), Self.rules).sentences.first)
        #expect(sentence.contains("the input orders is kept for 19 min"))
        #expect(sentence.contains("(5 min)") && sentence.contains("raise retention.ms"))
    }

    @Test func `without snapshots any end is too early`() throws {
        let sentence = try #require(RetentionWarning("j", .journal, .days(7), nil).sentences.first)
        #expect(sentence.contains("the journal j is kept for 7 d only") && sentence.contains("retention.ms=-1"))
    }
}
