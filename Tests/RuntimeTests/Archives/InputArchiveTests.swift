import Foundation
import KafkaClient
import Runtime
import Scoring
import Testing

@Suite(.timeLimit(.minutes(2)))
struct InputArchiveTests {
    private let folder: TemporaryFolder
    private let topics: EmbeddedTopics
    private let files: [EventFile]

    /// Two months of 40 customers, in files and in three partitions of each topic.
    init() throws {
        folder = try TemporaryFolder()
        let orders = (0..<400).map { index in
            EventLines.order(
                "o-\(index)", customer: "c-\(index % 40)",
                at: "2026-0\(1 + index / 200)-\(10 + index / 20 % 10)T10:00:00Z",
                total: "\(20 + index % 7 * 40).00")
        }
        let browse = (0..<200).map { index in
            EventLines.browse("b-\(index)", customer: "c-\(index % 50)", at: "2026-01-\(10 + index / 20)T09:00:00Z")
        }
        files = [
            EventFile(.orders, path: try folder.file("orders.jsonl", orders.joined(separator: "\n") + "\n")),
            EventFile(.browse, path: try folder.file("browse.jsonl", browse.joined(separator: "\n") + "\n")),
        ]
        topics = try EmbeddedTopics(partitions: 3)
        #expect(try topics.fill(files) == 600)
    }

    private func explanation(
        of customer: String, at time: String, _ history: EventHistory
    ) throws -> CustomerExplanation? {
        try CustomerReplay(
            policy: Replayed.policy("retail"), history: history, customer: customer,
            at: try #require(EventTime(argument: time))
        ).run()
    }

    /// The document and what was said, without where the events stood.
    private func told(_ explanation: CustomerExplanation?) throws -> String {
        try #require(explanation).text.replacing(/\((orders|browse), offset \d+\)/, with: "").replacing(
            /\ +\n/, with: "\n")
    }

    @Test(arguments: ["c-0", "c-17", "c-39"])
    func `a customer is explained from the shard's topics as from the files`(customer: String) throws {
        let all = try topics.archive.stretches()
        #expect(all.count == 9 && all.gap == nil)
        let shard = try #require(try topics.archive.shard(of: Array(customer.utf8), in: all) { _, _ in })
        let own = try topics.archive.stretches(shard: shard)
        #expect(own == all.filter { $0.stretch.partition.partition == shard })
        let fromTopics = try explanation(of: customer, at: "2026-02-15", topics.archive.history(own))
        let fromFiles = try explanation(of: customer, at: "2026-02-15", EventHistory(files: files))
        #expect(try told(fromTopics) == told(fromFiles))
        #expect(try #require(fromTopics).timeline.entries.count > 1)
    }

    @Test func `of who is in no topic nothing is told, and of a shard only its own`() throws {
        let all = try topics.archive.stretches()
        #expect(try topics.archive.shard(of: Array("nobody".utf8), in: all) { _, _ in } == nil)
        let shard = try #require(try topics.archive.shard(of: Array("c-1".utf8), in: all) { _, _ in })
        let others = try topics.archive.stretches(shard: (shard + 1) % 3)
        #expect(try explanation(of: "c-1", at: "2026-03-01", topics.archive.history(others)) == nil)
        #expect(throws: ArchiveError.noShard(3, topic: "orders", count: 3)) { try topics.archive.stretches(shard: 3) }
    }

    @Test func `what is written after the ends were looked up is not read`() throws {
        let before = try topics.archive.stretches()
        let late = EventLines.order("late", customer: "c-0", at: "2026-02-19T11:00:00Z", total: "900.00")
        #expect(try topics.fill([EventFile(.orders, path: folder.file("late.jsonl", late + "\n"))]) == 1)
        #expect(try events(topics.archive.history(before)) == 600)
        #expect(try events(topics.archive.history(topics.archive.stretches())) == 601)
    }

    private func events(_ history: EventHistory) throws -> Int {
        var pass = HistoryPass(policies: [], history: history)
        return try pass.run(progress: { _ in }, events: { _ in }).events
    }

    @Test func `inputs that retention has cut off are said before anything else`() throws {
        var cut = try topics.archive.stretches(of: [.orders], shard: 1)
        var stretch = cut[0].stretch
        stretch.from = 7
        cut = [InputStretch(.orders, stretch)]
        var found = try #require(try explanation(of: "c-1", at: "2026-03-01", EventHistory(files: files)))
        found.inputs = cut
        let lines = found.text.split(separator: "\n")
        #expect(lines[1].hasPrefix("INCOMPLETE: orders[1] begins at offset 7: retention has removed what came before"))
        #expect(lines.last == "  orders[1]  offsets 7 to \(stretch.to - 1)")
        let json = try JSONSerialization.jsonObject(with: Data(found.json().string.utf8)) as? [String: Any]
        #expect(json?["complete"] as? Bool == false)
        let inputs = try #require(json?["inputs"] as? [[String: Any]])
        #expect(inputs.map { $0["from"] as? Int } == [7] && inputs.map { $0["topic"] as? String } == ["orders"])
    }

    @Test func `a topic that is not there is named`() throws {
        let archive = InputArchive(bootstrap: topics.cluster.bootstrapServers, inputs: [(.orders, "no-such-topic")])
        #expect(throws: ArchiveError.noTopic("no-such-topic")) { try archive.stretches() }
    }
}
