import KafkaClient
import Simulation
import Testing

@Suite struct JournalCheckerTests {
    private var log = PartitionLog()
    private let producer = ProducerIdentity(id: 1, epoch: 0)

    init() {
        // Offsets 0…3 hold records, 4 a marker.
        log.append((0..<3).map { record("\($0)") })
        _ = log.append([record("3")], by: producer, sequence: 0)
        log.mark(.commit, by: producer)
    }

    @Test func `a journal that covers its input and outputs has no finding`() {
        #expect(check([entry(1, 0, 2, count: 2, outputs: 1), entry(2, 2, 5, count: 2)], [1: 1]).isEmpty)
    }

    @Test func `a missing entry breaks numbers, chain and ranges`() {
        let findings = check([entry(1, 0, 1, count: 1), entry(3, 2, 5, count: 2)], [:])
        #expect(
            findings == [
                .notConsecutive(shard: 0, after: 1, found: 3), .brokenChain(shard: 0, sequence: 3),
                .rangeGap(shard: 0, sequence: 3, topic: "orders", expected: 1, found: 2),
            ])
    }

    @Test func `a batch that says more records or outputs than there are is found`() {
        let findings = check([entry(1, 0, 5, count: 5, outputs: 2)], [1: 1])
        #expect(
            findings == [
                .wrongCount(shard: 0, sequence: 1, topic: "orders", said: 5, found: 4),
                .wrongOutputCount(shard: 0, sequence: 1, said: 2, found: 1),
            ])
    }

    @Test func `input behind the last entry is unread, a marker alone is not`() {
        #expect(
            check([entry(1, 0, 3, count: 3)], [:]) == [.unread(shard: 0, topic: "orders", from: 3, to: 5)])
        #expect(check([entry(1, 0, 4, count: 4)], [:]).isEmpty)
    }

    private func check(_ entries: [JournalView], _ outputs: [UInt64: Int]) -> [JournalFinding] {
        JournalChecker(shard: 0, inputs: ["orders": log], outputs: outputs).check(entries, isComplete: true)
    }

    private func entry(_ number: UInt64, _ from: Int64, _ to: Int64, count: Int, outputs: Int = 0) -> JournalView {
        JournalView(
            sequence: number, previousDigest: number - 1, digest: number,
            ranges: [.init(topic: "orders", from: from, to: to, count: count)], outputCount: outputs)
    }
}
