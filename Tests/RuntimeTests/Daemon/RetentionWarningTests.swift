import Runtime
import Scoring
import Testing

struct RetentionWarningTests {
    private static let rules = SnapshotRules(interval: 300)

    @Test func `a topic that is kept for ever, or four intervals, needs no warning`() {
        #expect(RetentionWarning("orders", nil, Self.rules).sentences == [])
        #expect(RetentionWarning("orders", nil, nil).sentences == [])
        #expect(RetentionWarning("orders", .minutes(20), Self.rules).sentences == [])
    }

    @Test func `a shorter one is warned of with the remedy`() throws {
        let sentence = try #require(RetentionWarning("orders", .minutes(19), Self.rules).sentences.first)
        #expect(sentence.contains("the input orders is kept for 19 min"))
        #expect(sentence.contains("(5 min)") && sentence.contains("raise retention.ms"))
    }

    @Test func `without snapshots any end is too early`() throws {
        let sentence = try #require(RetentionWarning("orders", .days(7), nil).sentences.first)
        #expect(sentence.contains("the input orders is kept for 7 d only") && sentence.contains("retention.ms=-1"))
    }

    @Test func `a journal with any limit is warned of: an idle shard writes nothing into it`() throws {
        #expect(RetentionWarning.journal("j", nil, bytes: nil) == [])
        let byTime = try #require(RetentionWarning.journal("j", .days(700), bytes: nil).first)
        #expect(byTime.contains("the journal j is kept for 700 d only") && byTime.contains("retention.ms=-1"))
        let bySize = try #require(RetentionWarning.journal("j", nil, bytes: 1 << 40).first)
        #expect(bySize.contains("kept up to a size only") && bySize.contains("retention.bytes=-1"))
    }
}
