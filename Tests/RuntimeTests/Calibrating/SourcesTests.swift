import Calibration
import Foundation
import Runtime
import Scoring
import ShardEngine
import Snapshots
import TestSupport
import Testing
import WireFormat

/// The CDNOW orders read from a file, from topics, and from a snapshot of what an engine made of them.
@Suite(.timeLimit(.minutes(5)))
struct SourcesTests {
    private static let file = EventFile(
        .orders,
        path: SchemaFile.folder.deletingLastPathComponent()
            .appending(path: "Tests/Fixtures/cdnow/orders.jsonl.gz").path)

    private func fit(_ purchases: [CustomerPurchases], _ policy: Policy) throws -> HistoryFit {
        let until = try #require(DayIndex(argument: "1998-06-30"))
        return try HistoryFit(purchases, HistoryFit.Settings(policy, until: until, horizonDays: 90))
    }

    private func purchases(_ history: EventHistory, _ policy: Policy) throws -> [CustomerPurchases] {
        var book = OrderBook(policy: policy)
        var pass = HistoryPass(policies: [], history: history)
        _ = try pass.run(progress: { _ in }, events: { book.note($0) })
        return book.customers()
    }

    /// Through the engine, a snapshot's images and the export's lines.
    private func exported(_ policy: Policy) throws -> (purchases: [CustomerPurchases], sums: Int) {
        var decoder = try RecordDecoder(requiresKey: false)
        var engine = ShardEngine(policy: policy)
        var outputs = OutputBuffer()
        for (index, line) in try FileLines.all(of: Self.file).enumerated() {
            var batch = Batch()
            try line.withUnsafeBytes { try decoder.decode($0, key: nil, as: .orders, into: &batch.events) }
            batch.sources.append(SourcePosition(input: .orders, partition: 0, offset: Int64(index), timestamp: -1))
            var refused: [RejectedEvent] = []
            engine.apply(&batch, wallClock: .outOfRange, deadlineLimit: .max, into: &outputs, rejected: &refused)
            #expect(refused.isEmpty)
            outputs.removeAll()
        }
        var book = ExportBook(policy: policy)
        let lines = CustomerLine(policy, asOf: engine.clock)
        let images = try engine.captureAll().images.bytes.withUnsafeBytes { try CustomerImage.decode($0) }
        for image in images { try book.note(Array(lines.text(image).utf8)) }
        // The last orders are of midnight in UTC: in New York it is the day before.
        #expect(book.lastDay?.date == "1998-06-29")
        return (book.customers(), images.count { $0.folded.purchaseDays > 0 })
    }

    /// The retail policy with a history as long as the data, so that nothing is summed up.
    private func longPolicy() throws -> Policy {
        var policy = try Replayed.policy("retail")
        policy.history.orderDays = 700
        return policy
    }

    @Test func `file, topics and a snapshot that sums nothing up give the same fit to the last bit`() throws {
        let policy = try longPolicy()
        let topics = try EmbeddedTopics(partitions: 4)
        #expect(try topics.fill([Self.file]) == 6_919)
        let fromFile = try purchases(EventHistory(files: [Self.file]), policy)
        #expect(fromFile.count == 2_357)
        let stretches = try topics.archive.stretches(of: [.orders])
        #expect(stretches.map { $0.stretch.to - $0.stretch.from }.reduce(0, +) == 6_919)
        let fromTopics = try purchases(topics.archive.history(stretches), policy)
        let fromSnapshot = try exported(policy)
        #expect(fromTopics == fromFile)
        #expect(fromSnapshot.sums == 0 && fromSnapshot.purchases == fromFile)
        let expected = try fit(fromFile, policy)
        #expect(expected.customers == 2_357)
        for other in try [fit(fromTopics, policy), fit(fromSnapshot.purchases, policy)] {
            #expect(other.bgNBD == expected.bgNBD && other.mbgNBD == expected.mbgNBD)
            #expect(other.orderValue == expected.orderValue && other.churnConstant == expected.churnConstant)
            #expect(other.logistic == expected.logistic && other.rfm == expected.rfm)
            #expect(other.spendQuantiles == expected.spendQuantiles)
        }
    }

    @Test func `a snapshot that sums up what is older than a year gives the same models`() throws {
        let policy = try Replayed.policy("retail")
        let expected = try fit(purchases(EventHistory(files: [Self.file]), policy), policy)
        let snapshot = try exported(policy)
        #expect(snapshot.sums > 400)
        let found = try fit(snapshot.purchases, policy)
        #expect(found.customers == 2_357 && found.repeatBuyers == expected.repeatBuyers)
        #expect(found.bgNBD == expected.bgNBD && found.mbgNBD == expected.mbgNBD)
        #expect(found.orderValue == expected.orderValue && found.rfm == expected.rfm)
        #expect(abs(found.churnConstant - expected.churnConstant) < 1e-12)
        for (found, expected) in zip(found.spendQuantiles, expected.spendQuantiles) {
            #expect(found.topShare == expected.topShare && abs(found.value / expected.value - 1) < 0.01)
        }
    }
}

extension DayIndex {
    fileprivate init?(argument: String) {
        guard let time = EventTime(argument: argument) else { return nil }
        self = ZoneCalendar.utc.day(of: time)
    }
}
