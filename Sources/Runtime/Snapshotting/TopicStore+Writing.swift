import KafkaClient
import Snapshots

extension TopicStore {
    private static let timeout: Int32 = 30_000
    private static let flushTimeout: Int32 = 10_000

    /// Takes the shard's id for snapshots: whoever wrote under it before is fenced, what it left open is aborted.
    func fence() throws(SnapshotStoreError) {
        producer = nil
        do {
            let fresh = try TransactionalProducer(
                settings: ClientSettings(place.settings, defaults: ["bootstrap.servers": place.bootstrap]),
                transactionalID: "\(place.application)-\(shard)-snapshots")
            try fresh.initTransactions(timeoutMilliseconds: Self.timeout)
            producer = fresh
        } catch {
            throw .topic("\(place.topic): \(error)")
        }
    }

    /// Writes whole chunks in one transaction; with `all`, the rest and the manifest too.
    func writeChunks(all: Bool) throws(SnapshotStoreError) {
        guard var written = writing else { return }
        try transaction { producer throws(KafkaError) in
            var cursor = 0
            while cursor < written.pending.count, all || written.pending.count - cursor >= Self.chunkBytes {
                let end = min(cursor + Self.chunkBytes, written.pending.count)
                try write(written.pending[cursor..<end], &written, producer)
                cursor = end
            }
            written.pending.removeFirst(cursor)
            guard all else { return }
            try producer.flush(timeoutMilliseconds: Self.flushTimeout)
            written.last = producer.deliveries.markedOffset
            try write(manifest(of: written), producer)
        }
        writing = written
    }

    private func write(
        _ bytes: ArraySlice<UInt8>, _ written: inout Writing, _ producer: TransactionalProducer
    ) throws(KafkaError) {
        let key = SnapshotRecordKey.chunk(written.sequence, writer: place.writer, index: written.chunks)
        try bytes.withUnsafeBufferPointer { buffer throws(KafkaError) in
            let bytes = UnsafeRawBufferPointer(buffer)
            written.digest.fold(Int64(written.chunks), key: nil, value: bytes)
            try produce(key, bytes, producer)
        }
        written.chunks += 1
        if written.first == nil {
            // Alone, so that where it lies is known.
            try producer.flush(timeoutMilliseconds: Self.flushTimeout)
            written.first = producer.deliveries.markedOffset
        }
    }

    private func write(_ manifests: SnapshotManifests, _ producer: TransactionalProducer) throws(KafkaError) {
        try manifests.bytes.withUnsafeBufferPointer { bytes throws(KafkaError) in
            try produce(.manifest(manifests.own.sequence), UnsafeRawBufferPointer(bytes), producer)
        }
    }

    private func manifest(of written: Writing) -> SnapshotManifests {
        let own = SnapshotManifest(
            sequence: written.sequence, bytes: UInt64(written.bytes), chunks: written.chunks,
            digest: written.digest.value, first: written.first ?? 0, last: written.last ?? 0, writer: place.writer)
        return SnapshotManifests(own: own, others: written.others)
    }

    /// In transactions of bounded size, in this order.
    func tombstone(_ keys: [SnapshotRecordKey]) throws(SnapshotStoreError) {
        var rest = keys[...]
        while !rest.isEmpty {
            let portion = rest.prefix(Self.removalsPerTransaction)
            rest = rest.dropFirst(Self.removalsPerTransaction)
            try transaction { producer throws(KafkaError) in
                for key in portion { try produce(key, nil, producer) }
            }
        }
    }

    /// Every record is marked: the newest one's offset is asked for.
    private func produce(
        _ key: SnapshotRecordKey, _ value: UnsafeRawBufferPointer?, _ producer: TransactionalProducer
    ) throws(KafkaError) {
        let text = Array(key.description.utf8)
        try text.withUnsafeBufferPointer { key throws(KafkaError) in
            try producer.produce(
                topic: place.topic, partition: shard, key: UnsafeRawBufferPointer(key), value: value, isMarked: true)
        }
    }

    /// One transaction. A passing error of the commit is retried; any other gives the snapshot up, and the next one
    /// begins with a new producer.
    private func transaction(
        _ work: (TransactionalProducer) throws(KafkaError) -> Void
    ) throws(SnapshotStoreError) {
        guard let producer else { throw .topic("\(place.topic): no snapshot has been begun") }
        do throws(KafkaError) {
            try producer.begin()
            try work(producer)
            try commit(producer)
        } catch {
            throw .topic("\(place.topic): \(error)")
        }
    }

    private static let commitAttempts = 5

    private func commit(_ producer: TransactionalProducer) throws(KafkaError) {
        for _ in 1..<Self.commitAttempts {
            do throws(KafkaError) {
                return try producer.commit(timeoutMilliseconds: Self.timeout)
            } catch {
                guard error.disposition == .retry else { throw error }
            }
        }
        try producer.commit(timeoutMilliseconds: Self.timeout)
    }
}
