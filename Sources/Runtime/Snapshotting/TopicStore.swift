import KafkaClient
import Snapshots

/// Snapshots as chunks in a compacted topic with one partition per shard, so that a shard can move to another host.
///
/// Chunks come first, in transactions of bounded size; the manifest comes last, and nothing is seen before it. All are
/// written under the shard's transactional id for snapshots: who begins one fences whoever wrote before.
package final class TopicStore: SnapshotStore {
    /// Where the topic is, and who reads and writes it.
    package struct Place: Hashable, Sendable {
        package var topic: String
        package var bootstrap: String
        /// Passed through to librdkafka.
        package var settings: [String: String]
        package var application: String
        /// Tells this owner of a shard from every other, former ones on other hosts included.
        package var writer: String

        package init(
            topic: String, bootstrap: String, settings: [String: String], application: String, writer: String
        ) {
            self.topic = topic
            self.bootstrap = bootstrap
            self.settings = settings
            self.application = application
            self.writer = String(writer.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_" })
        }
    }

    /// A snapshot that is being written.
    struct Writing {
        var sequence: UInt64
        /// Bytes that wait for their chunk.
        var pending: [UInt8] = []
        var bytes = 0
        var chunks: UInt32 = 0
        var digest = RecordDigest()
        var first: Int64?
        var last: Int64?
        /// Those that were there when it began.
        var others: [SnapshotManifest]
    }

    /// Below a megabyte, which is what brokers take unless told otherwise.
    static let chunkBytes = 512 << 10
    /// So many are written in one transaction.
    static let transactionBytes = 4 << 20
    /// Tombstones in one transaction.
    static let removalsPerTransaction = 5_000

    let place: Place
    let shard: Int32
    var writing: Writing?
    /// Open from the beginning of a snapshot to its end.
    var producer: TransactionalProducer?

    package init(_ place: Place, shard: Int32) {
        self.place = place
        self.shard = shard
    }

    var partition: TopicPartition { TopicPartition(topic: place.topic, partition: shard) }

    // MARK: - Looking

    package func list() throws(SnapshotStoreError) -> [SnapshotName] { try manifests().map(name) }

    /// Newest first.
    package func manifests() throws(SnapshotStoreError) -> [SnapshotManifest] { try catalog().snapshots }

    private func name(_ manifest: SnapshotManifest) -> SnapshotName {
        SnapshotName(shard: shard, sequence: manifest.sequence)
    }

    package func read(
        _ name: SnapshotName, into chunk: (UnsafeRawBufferPointer) -> Bool
    ) throws(SnapshotStoreError) {
        guard let manifest = try manifests().first(where: { $0.sequence == name.sequence }) else {
            throw .notFound(name)
        }
        try read(manifest, into: chunk)
    }

    // MARK: - Writing

    package func begin(_ sequence: UInt64) throws(SnapshotStoreError) {
        discard()
        try fence()
        // Fenced, so that nothing of an older writer can come after this look.
        let catalog = try catalog()
        try tombstone(catalog.leftovers)
        writing = Writing(sequence: sequence, others: catalog.snapshots)
    }

    package func append(_ bytes: [UInt8]) throws(SnapshotStoreError) {
        guard writing != nil else { throw .failed("no snapshot has been begun") }
        writing?.pending += bytes
        writing?.bytes += bytes.count
        if writing?.pending.count ?? 0 >= Self.transactionBytes { try writeChunks(all: false) }
    }

    package func publish() throws(SnapshotStoreError) {
        guard let written = writing else { throw .failed("no snapshot has been begun") }
        if written.others.contains(where: { $0.sequence == written.sequence }) { return discard() }
        try writeChunks(all: true)
        writing = nil
    }

    package func discard() {
        guard writing != nil else { return }
        writing = nil
        // Its chunks stay behind for the next beginning; an open transaction would hold readers back until it times out.
        try? producer?.abort(timeoutMilliseconds: Self.abortMilliseconds)
        producer = nil
    }

    private static let abortMilliseconds: Int32 = 5_000

    // MARK: - Removing

    package func remove(_ name: SnapshotName) throws(SnapshotStoreError) {
        guard let manifest = try manifests().first(where: { $0.sequence == name.sequence }) else {
            throw .notFound(name)
        }
        if producer == nil { try fence() }
        defer { if writing == nil { producer = nil } }
        try remove([manifest])
    }

    package func prune(keeping count: Int) throws(SnapshotStoreError) {
        precondition(count >= 2, "one snapshot alone may turn out to be damaged")
        defer { if writing == nil { producer = nil } }
        let surplus = try manifests().dropFirst(count)
        guard !surplus.isEmpty else { return }
        if producer == nil { try fence() }
        try remove(Array(surplus))
    }

    private func remove(_ manifests: [SnapshotManifest]) throws(SnapshotStoreError) {
        for manifest in manifests {
            // The manifest goes first: chunks without one are nobody's, a manifest without chunks would be a lie.
            var keys = [SnapshotRecordKey.manifest(manifest.sequence)]
            for index in 0..<manifest.chunks {
                keys.append(.chunk(manifest.sequence, writer: manifest.writer, index: index))
            }
            try tombstone(keys)
        }
    }
}
