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

    // MARK: - Against an oracle

    /// Findings where run `0-1-1` should have said `said` of `c`, and its records have `numbers`.
    private static func comparison(_ numbers: [Int], said: [Int], isComplete: Bool = false) -> [String] {
        func value(_ number: Int) -> String { #"{"customer_id":"c","sequence":\#(number),"run":"0-1-1"}"# }
        return ShadowChecker.compare(
            history(numbers.map { ("0-1-1", $0) }),
            with: ["0-1-1": said.map { ShadowSaying(customer: "c", value: value($0)) }],
            complete: isComplete ? ["0-1-1"] : []
        ) { _ in partition }
    }

    @Test func `a run that was ended early has said the beginning of what it should`() {
        #expect(Self.comparison([4, 5], said: [4, 5, 6]).isEmpty)
        #expect(Self.comparison([], said: [4]).isEmpty)
    }

    @Test func `a record that is missing before one that is there is found, the first one too`() {
        #expect(Self.comparison([5], said: [4, 5]).first?.hasPrefix("run 0-1-1: number 1 of 2 should be") == true)
        #expect(
            Self.comparison([4, 6], said: [4, 5, 6]).first?.hasPrefix("run 0-1-1: number 2 of 3 should be") == true)
    }

    @Test func `in two partitions a record is missed as soon as one is there that was said later`() {
        let other = TopicPartition(topic: "tier-changes-shadow", partition: 1)
        let value = #"{"customer_id":"c","sequence":5,"run":"0-1-1"}"#
        let said = [ShadowSaying(customer: "d", value: "{}"), ShadowSaying(customer: "c", value: value)]
        let findings = ShadowChecker.compare(
            Self.history([("0-1-1", 5)]), with: ["0-1-1": said], complete: []
        ) { $0 == "c" ? Self.partition : other }
        #expect(findings == ["run 0-1-1: number 1 of 2 is missing, with 1 there that were said later: {}"])
    }

    @Test func `a run that nothing has ended has said everything`() {
        #expect(Self.comparison([4, 5], said: [4, 5], isComplete: true).isEmpty)
        let findings = Self.comparison([4], said: [4, 5], isComplete: true)
        #expect(findings.first?.hasPrefix("run 0-1-1: number 2 of 2 is missing, with 0 there") == true)
    }

    @Test func `more than a run said, and a run that nobody began, are found`() {
        #expect(Self.comparison([4, 5], said: [4]).first?.hasPrefix("run 0-1-1: it never said") == true)
        let findings = ShadowChecker.compare(Self.history([("0-1-1", 4)]), with: [:], complete: []) { _ in
            Self.partition
        }
        #expect(findings == ["run 0-1-1: nobody began it"])
    }

    @Test func `another shard's run and a value that contradicts its headers are found`() {
        #expect(Self.findings([("3-1-1", 4)]) == ["run 3-1-1: c is of shard 0"])
        let contradicting = Self.history([("0-1-1", 4)], said: "0-1-2")
        #expect(ShadowChecker.check(contradicting, partitions: 1) == ["run 0-1-1: the value names another"])
    }
}
