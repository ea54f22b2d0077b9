import KafkaClient
import Simulation
import Testing

@Suite struct ShadowCheckerTests {
    private static let partition = TopicPartition(topic: "tier-changes-shadow", partition: 0)

    /// Records of `c` in shard 0, the only one.
    private static func history(_ numbers: [(run: String, number: Int)], said: String? = nil) -> OutputHistory {
        var log = PartitionLog()
        log.append(
            numbers.map { run, number in
                let value = #"{"customer_id":"c","sequence":\#(number),"run":"\#(said ?? run)"}"#
                return LogRecord(
                    key: Array("c".utf8), value: Array(value.utf8),
                    headers: [RecordHeader("tierd_shadow_run", run), RecordHeader("tierd_sequence", "\(number)")])
            })
        return OutputHistory(log.committedRecords.map { OutputRecord(partition, $0) })
    }

    private static func findings(_ numbers: [(run: String, number: Int)]) -> [String] {
        ShadowChecker.check(history(numbers), partitions: 1)
    }

    @Test func `numbers that go on one by one within each run have no finding`() {
        #expect(Self.findings([("0-1-1", 4), ("0-1-1", 5), ("0-9-2", 4), ("0-9-2", 5)]).isEmpty)
    }

    @Test func `a gap, a repeat and another order are found`() {
        #expect(Self.findings([("0-1-1", 4), ("0-1-1", 6)]) == ["run 0-1-1, c: number 6 follows 4"])
        #expect(Self.findings([("0-1-1", 4), ("0-1-1", 4)]) == ["run 0-1-1, c: number 4 follows 4"])
        #expect(Self.findings([("0-1-1", 4), ("0-1-1", 3)]) == ["run 0-1-1, c: number 3 follows 4"])
    }

    @Test func `another shard's run and a value that contradicts its headers are found`() {
        #expect(Self.findings([("3-1-1", 4)]) == ["run 3-1-1: c is of shard 0"])
        let contradicting = Self.history([("0-1-1", 4)], said: "0-1-2")
        #expect(ShadowChecker.check(contradicting, partitions: 1) == ["run 0-1-1: the value names another"])
    }
}
