import KafkaClient
import Logging
import Runtime
import Snapshots
import Testing

/// Snapshots in a compacted topic of a real broker.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct TopicStoreTests {
    private let fixture: BrokerFixture
    private let topic: String

    init() throws {
        fixture = try BrokerFixture()
        topic = fixture.prefix + "snapshots"
        _ = try fixture.admin().createTopics([
            NewTopic(
                name: topic, partitions: fixture.partitions, replication: 1,
                configuration: ["cleanup.policy": "compact"])
        ])
    }

    private func store(_ writer: String, shard: Int32 = 1) -> TopicStore {
        TopicStore(
            TopicStore.Place(
                topic: topic, bootstrap: fixture.bootstrap, settings: [:], application: fixture.prefix + "app",
                writer: writer),
            shard: shard)
    }

    private func name(_ sequence: UInt64) -> SnapshotName { SnapshotName(shard: 1, sequence: sequence) }

    /// Bytes that differ from place to place.
    private static func bytes(_ count: Int, _ seed: UInt8) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) ^ seed }
    }

    private func write(_ sequence: UInt64, _ bytes: [UInt8], _ store: TopicStore) throws {
        try store.begin(sequence)
        for start in stride(from: 0, to: bytes.count, by: 300_000) {
            try store.append(Array(bytes[start..<min(start + 300_000, bytes.count)]))
        }
        try store.publish()
    }

    private func read(_ sequence: UInt64, _ store: TopicStore) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try store.read(name(sequence)) { chunk in
            bytes += chunk
            return true
        }
        return bytes
    }

    @Test func `what was published is read back by another, over several transactions`() throws {
        let (small, large) = (Self.bytes(1_000, 1), Self.bytes(10_000_000, 2))
        let writer = store("first-1")
        try write(4, small, writer)
        try write(9, large, writer)
        let reader = store("second-2")
        #expect(try reader.list() == [name(9), name(4)])
        #expect(try read(9, reader) == large)
        #expect(try read(4, reader) == small)
        #expect(try store("second-2", shard: 0).list() == [])
        #expect(throws: SnapshotStoreError.notFound(name(5))) { try read(5, reader) }
    }

    @Test func `nothing is seen of what was not published`() throws {
        let writer = store("first-1")
        try write(4, Self.bytes(1_000, 1), writer)
        try writer.begin(9)
        try writer.append(Self.bytes(9_000_000, 2))
        #expect(try store("second-2").list() == [name(4)])
        writer.discard()
        #expect(try store("second-2").list() == [name(4)])
    }

    @Test func `a stale owner publishes nothing over a newer one's`() throws {
        let (stale, owner) = (store("first-1"), store("second-2"))
        try stale.begin(9)
        try stale.append(Self.bytes(5_000_000, 3))
        let bytes = Self.bytes(5_000_000, 4)
        try write(9, bytes, owner)
        try stale.append(Self.bytes(1_000, 3))
        #expect(throws: SnapshotStoreError.self) { try stale.publish() }
        stale.discard()
        #expect(try read(9, owner) == bytes)
        let leftovers = try fixture.read(topic).filter {
            $0.key.hasPrefix("9/first_1") || $0.key.hasPrefix("9/first-1")
        }
        #expect(
            !leftovers.isEmpty && leftovers.last?.value == nil, "the newer owner has removed what the stale one left")
    }

    @Test func `pruning keeps the newest and leaves tombstones for the rest, the manifest's first`() throws {
        let store = store("first-1")
        for sequence in 1...4 as ClosedRange<UInt64> { try write(sequence, Self.bytes(600_000, 5), store) }
        try store.prune(keeping: 2)
        #expect(try store.list() == [name(4), name(3)])
        #expect(try read(3, store) == Self.bytes(600_000, 5))
        let removed = try fixture.read(topic).filter { $0.value == nil }.map(\.key)
        #expect(removed.prefix(3) == ["2", "2/first-1/0", "2/first-1/1"])
        try store.remove(name(4))
        #expect(try store.list() == [name(3)])
    }

    @Test func `a snapshot that is there already stays`() throws {
        let store = store("first-1")
        try write(4, Self.bytes(1_000, 1), store)
        try write(4, Self.bytes(1_000, 2), store)
        #expect(try read(4, store) == Self.bytes(1_000, 1))
    }

    @Test func `a shard moves between two daemons that share nothing but the topics`() throws {
        let orders = fixture.inputs[0].topic
        func run(_ from: Int, _ to: Int) throws -> Daemon {
            try fixture.produce(
                orders,
                (from..<to).map { number in
                    let text =
                        #"{"order_id":"o\#(number)","customer_id":"c\#(number % 50)","type":"completed","occurred_at":\#(1_767_225_600_000 + number * 3_600_000),"currency":"USD","total":90.00}"#
                    return ("c\(number % 50)", Array(text.utf8))
                })
            var options = try fixture.options(clock: .event(until: nil))
            options.snapshots = SnapshotOptions(store: .topic(topic), rules: SnapshotRules(interval: 0.5))
            var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
            logger.logLevel = .error
            let daemon = try Daemon(options, version: "test", logger: logger)
            try daemon.start()
            eventually("the daemon has not worked off \(to) orders") {
                daemon.isCaughtUp(fixture, records: [orders: Int64(to)])
            }
            daemon.stop()
            #expect(daemon.join() == nil)
            return daemon
        }
        _ = try run(0, 200)
        let second = try run(200, 400)
        #expect(second.metrics.text.contains("tierd_replayed_batches_total 0"))
        let changes = try fixture.read(fixture.outputs.tierChanges)
        #expect(Set(changes.map(\.key)).count == 50)
        for (customer, records) in Dictionary(grouping: changes, by: \.key) {
            let sequences = records.compactMap { $0.headers["tierd_sequence"].flatMap(Int.init) }
            #expect(sequences == Array(1...records.count), "customer \(customer)")
        }
    }
}
