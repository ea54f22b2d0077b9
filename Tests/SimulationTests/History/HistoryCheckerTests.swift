import KafkaClient
import Simulation
import Testing

@Suite struct HistoryCheckerTests {
    private let partition = TopicPartition(topic: "tier-changes", partition: 0)
    private let line = OutputHistory.Line(customer: "c-1", topic: "tier-changes")

    @Test func `numbers from one on, without gap, have no finding`() {
        #expect(HistoryChecker.check(history([1, 2, 3])).isEmpty)
    }

    @Test func `a lost output is a gap`() throws {
        let finding = try #require(HistoryChecker.check(history([1, 3])).first)
        guard case .gap(let record, expected: 2) = finding else { throw Unexpected(finding) }
        #expect(record.offset == 1)
    }

    @Test func `a doubled output is found by its number and by its bytes`() {
        let findings = HistoryChecker.check(history([1, 2, 2]))
        #expect(findings.count == 2)
        #expect(findings.contains { if case .repeat = $0 { true } else { false } })
        #expect(findings.contains { if case .sameBytes = $0 { true } else { false } })
    }

    @Test func `an output that comes too late is reordered`() {
        let findings = HistoryChecker.check(history([1, 3, 2]))
        #expect(findings.contains { if case .reordered(_, after: 3) = $0 { true } else { false } })
    }

    @Test func `records numbered by their time may share one, but not an id, and do not go back`() {
        func check(_ records: [(number: Int, id: String)]) -> [HistoryFinding] {
            let history = records.enumerated().map { offset, given in
                var record = record(#"{"customer_id":"c-1","n":\#(offset)}"#, key: "c-1")
                record.headers = [RecordHeader("tierd_sequence", "\(given.number)"), RecordHeader("ce_id", given.id)]
                return OutputRecord(partition, StoredRecord(offset: Int64(offset), record: record))
            }
            return HistoryChecker.check(OutputHistory(history), timed: [partition.topic])
        }
        #expect(check([(5, "a:5"), (5, "b:5"), (9, "a:9")]).isEmpty)
        let back = check([(9, "a:9"), (5, "a:5")])
        #expect(back.contains { if case .reordered(_, after: 9) = $0 { true } else { false } })
        let twice = check([(5, "a:5"), (5, "a:5")])
        #expect(twice.contains { if case .repeat = $0 { true } else { false } })
    }

    @Test func `a value that is no JSON, or another customer's, is found`() {
        let torn = OutputRecord(partition, stored(0, "{\"customer_id\":", number: 1))
        let wrong = OutputRecord(partition, stored(1, #"{"customer_id":"c-2","sequence":2}"#, number: 2))
        #expect(
            HistoryChecker.check(OutputHistory([torn, wrong]))
                == [.notJSON(torn), .contradiction(wrong, field: "customer_id")])
    }

    @Test func `the first difference from what was expected is shown`() {
        let texts = [1, 2].map(text)
        #expect(HistoryChecker.compare(history([1, 2]), with: [line: texts]).isEmpty)
        #expect(
            HistoryChecker.compare(history([1]), with: [line: texts])
                == [.missing(line, index: 1, expected: texts[1])])
        let extra = HistoryChecker.compare(history([1, 2, 3]), with: [line: texts])
        #expect(extra.first?.record?.offset == 2)
        let other = HistoryChecker.compare(history([1, 3]), with: [line: texts])
        #expect(other.first?.description.contains("number 2 of its line, is") == true)
    }

    @Test func `a report shows the log around a finding and who owned the shard`() throws {
        let world = SimulatedWorld(seed: 1)
        world.cluster.create(topic: partition.topic, partitions: 1)
        for number in [1, 3] { world.cluster.append(stored(0, text(number), number: number).record, to: partition) }
        var ownership = OwnershipHistory()
        ownership.begin(0, "host-1", at: .start)
        ownership.end(0, "host-1", at: VirtualTime(milliseconds: 1_500))
        let findings = HistoryChecker.check(OutputHistory(world.cluster, topics: [partition.topic]))
        let report = HistoryReport(world.cluster, ownership).text(findings) { _ in 0 }
        #expect(report.contains("has number 3 where 2 should follow"))
        #expect(report.contains("@0: c-1 number 1"))
        #expect(report.contains("shard 0: host-1 from 0.000 to 1.500"))
        #expect(ownership.owners(of: 0, at: VirtualTime(milliseconds: 1_000)) == ["host-1"])
    }

    private func history(_ numbers: [Int]) -> OutputHistory {
        OutputHistory(
            numbers.enumerated().map { offset, number in
                OutputRecord(partition, stored(Int64(offset), text(number), number: number))
            })
    }

    private func text(_ number: Int) -> String { #"{"customer_id":"c-1","sequence":\#(number)}"# }

    private func stored(_ offset: Int64, _ text: String, number: Int) -> StoredRecord {
        var record = record(text, key: "c-1")
        record.headers = [RecordHeader("tierd_sequence", "\(number)")]
        return StoredRecord(offset: offset, record: record)
    }
}

private struct Unexpected: Error {
    let finding: HistoryFinding
    init(_ finding: HistoryFinding) { self.finding = finding }
}
