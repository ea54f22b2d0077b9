import KafkaClient
import Runtime
import Scoring
import ShardEngine
import Testing

/// What is told of an entry that has to do with a change of policy.
struct JournalExplanationTests {
    private static let archive = JournalArchive(
        bootstrap: "nowhere", topics: OutputTopics(journal: "tierd-journal"))

    private static func text(_ change: (inout JournalEntry) -> Void) -> String {
        var entry = JournalSamples.chain(1)[0]
        entry.ranges = []
        change(&entry)
        let archived = ArchivedEntry(shard: 3, offset: 7, timestamp: -1, entry: .success(entry))
        return JournalExplanation(archived, entry, [], archive).text
    }

    @Test func `an activation is told with its mode`() {
        let text = Self.text { entry in
            entry.policy = .init(
                text: "tierd policy 2\n", activation: Activation(mode: .grandfathered, keepsTierFor: .days(90)))
        }
        #expect(text.contains("became active, mode grandfathered (nobody falls for 90 days); its text is kept here."))
    }

    @Test func `a portion is told with its size`() {
        #expect(Self.text { $0.retierLimit = 40 }.contains("The re-tiering looked at up to 40 customers."))
    }
}
