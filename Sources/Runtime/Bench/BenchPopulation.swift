import Foundation
import KafkaClient
import Scoring
import ShardEngine
import Snapshots

/// One shard's many customers as a snapshot in a folder of its own, and the journal entry that it was taken after: from
/// these any number of shards can start. The folder goes with it.
package final class BenchPopulation {
    let kept: KeptPolicy
    let options: DaemonOptions
    let customers: MemoryBench
    private let folder: String
    /// The entry of the snapshot; nil before there is one.
    private(set) var entry: [UInt8]?

    private static let shard: Int32 = 0

    package init(_ policy: Policy, customers: Int) {
        kept = KeptPolicy(policy)
        self.customers = MemoryBench(policy: kept.policy, customers: customers)
        options = DaemonOptions(
            application: "bench", bootstrap: "", group: "bench",
            inputs: [InputKind.orders, .browse, .feedback].map { ($0, $0.defaultTopic) },
            outputs: OutputTopics(journal: "bench-journal"), policy: kept.policy, clock: .event(until: nil))
        folder = FileManager.default.temporaryDirectory.path + "/tierd-bench-\(UInt32.random(in: 0 ... .max))"
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var identity: SnapshotIdentity {
        SnapshotIdentity(
            application: options.application, shard: Self.shard, partitionCount: 1,
            topics: options.inputs.map { SnapshotTopic($0.kind, $0.topic) }, policyHash: kept.hash)
    }

    var partitions: [TopicPartition] {
        options.inputs.map { TopicPartition(topic: $0.topic, partition: Self.shard) }
    }

    /// Opens the store; on any thread.
    var opening: @Sendable () -> any SnapshotStore {
        let (folder, shard) = (folder, Self.shard)
        return { DirectoryStore(root: folder, shard: shard, writer: "bench", files: PosixFileSystem()) }
    }

    /// What a snapshot of this mark says; its entry is the journal's first, before any record of the inputs.
    func header(of mark: EngineMark) -> SnapshotHeader {
        var entry = JournalEntry(
            after: nil, policyHash: kept.hash, wallClock: WallClock.now, tick: nil,
            deadlineLimit: UInt32(ShardContext.deadlinesPerBatch), recordBytes: UInt32(options.recordBytes),
            ranges: options.inputs.map {
                JournalEntry.InputRange(input: $0.kind, from: 0, to: 0, count: 0, digest: RecordDigest().value)
            })
        entry.policy = .init(text: kept.text, activation: options.activation)
        (entry.clock, entry.stateDigest) = (mark.clock, mark.digest)
        let bytes = entry.bytes
        self.entry = bytes
        return SnapshotHeader(
            identity: identity, journalSequence: entry.sequence, journalDigest: JournalEntry.digest(of: bytes),
            journalOffset: 0, positions: options.inputs.map { SnapshotPosition($0.kind, 0) }, mark: mark,
            createdAt: WallClock.now.milliseconds, policyText: kept.text)
    }

    /// Makes the customers and writes their snapshot.
    package func write() throws {
        var engine = customers.makeEngine()
        var writer = SnapshotWriter(opening())
        let header = header(of: engine.beginCapture())
        try Self.perform(.begin(header), &writer)
        var isComplete = false
        while !isComplete {
            isComplete = engine.capture(atMost: SnapshotSchedule.portionCustomers)
            if isComplete || engine.capturedBytes >= SnapshotSchedule.pieceBytes {
                try Self.perform(.append(engine.takeCaptured()), &writer)
            }
        }
        try Self.perform(.finish, &writer)
        try Self.perform(.publish(keep: 2), &writer)
    }

    private static func perform(_ command: SnapshotWriter.Command, _ writer: inout SnapshotWriter) throws {
        if case .failed(let error)? = writer.perform(command) {
            throw BenchError.unexpected("the snapshot could not be written: \(error)")
        }
    }
}
