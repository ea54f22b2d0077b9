import KafkaClient
import Snapshots

extension TopicStore {
    private static let firstWindow: Int64 = 64
    private static let growth: Int64 = 8

    /// What the partition holds: read in windows that grow backwards from its end until one has a manifest.
    func catalog() throws(SnapshotStoreError) -> TopicCatalog {
        let bounds = try reading { () throws(ArchiveError) in
            try CommittedReader.bounds(of: [partition], bootstrap: place.bootstrap, settings: place.settings)[0]
        }
        var window = Self.firstWindow
        while true {
            let start = max(bounds.from, bounds.to - window)
            var catalog = TopicCatalog()
            try forEach(from: start, to: bounds.to) { record in
                if let key = record.key { catalog.take(key: Self.text(key), value: record.value.map { Array($0) }) }
                return true
            }
            if catalog.isComplete || start <= bounds.from { return catalog }
            window *= Self.growth
        }
    }

    func read(
        _ manifest: SnapshotManifest, into chunk: (UnsafeRawBufferPointer) -> Bool
    ) throws(SnapshotStoreError) {
        var (next, bytes, digest) = (UInt32(0), 0, RecordDigest())
        var (isInOrder, isWanted) = (true, true)
        try forEach(from: manifest.first, to: manifest.last + 1) { record in
            guard let key = record.key, let value = record.value,
                case .chunk(manifest.sequence, manifest.writer, let index)? = SnapshotRecordKey(Self.text(key))
            else { return true }
            guard index == next else {
                isInOrder = false
                return false
            }
            (next, bytes) = (next + 1, bytes + value.count)
            digest.fold(Int64(index), key: nil, value: value)
            isWanted = chunk(value)
            return isWanted
        }
        guard isWanted else { return }
        guard isInOrder, next == manifest.chunks, bytes == manifest.bytes, digest.value == manifest.digest else {
            throw .topic(
                "\(place.topic): the chunks of snapshot \(manifest.sequence) are not what its manifest says, from chunk \(next) of \(manifest.chunks) on"
            )
        }
    }

    private func forEach(
        from: Int64, to: Int64, _ take: (Record) -> Bool
    ) throws(SnapshotStoreError) {
        guard from < to else { return }
        try reading { () throws(ArchiveError) in
            let reader = try CommittedReader(
                [CommittedReader.Stretch(partition, from: from, to: to)], bootstrap: place.bootstrap,
                settings: place.settings)
            var wantsMore = true
            while wantsMore, try reader.read({ _, record in if wantsMore { wantsMore = take(record) } }) {}
        }
    }

    private func reading<Value>(_ work: () throws(ArchiveError) -> Value) throws(SnapshotStoreError) -> Value {
        do throws(ArchiveError) { return try work() } catch { throw .topic("\(place.topic): \(error)") }
    }

    private static func text(_ key: UnsafeRawBufferPointer) -> String { String(decoding: key, as: UTF8.self) }
}
