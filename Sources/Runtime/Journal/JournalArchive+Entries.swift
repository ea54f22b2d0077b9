import KafkaClient

/// A record of a journal as it was read: an entry, or why it is none.
package struct ArchivedEntry: Hashable, Sendable {
    package var shard: Int32
    package var offset: Int64
    /// When the record was written, milliseconds since the epoch; -1 for unknown.
    package var timestamp: Int64
    package var entry: Result<JournalEntry, JournalFormatError>

    package init(shard: Int32, offset: Int64, timestamp: Int64, entry: Result<JournalEntry, JournalFormatError>) {
        self.shard = shard
        self.offset = offset
        self.timestamp = timestamp
        self.entry = entry
    }
}

extension JournalArchive {
    /// Hands the entries of one shard to `take`, oldest first, from `sequence` on, until it returns false.
    package func entries(
        of shard: Int32, from sequence: UInt64, _ take: (ArchivedEntry) -> Bool
    ) throws(ArchiveError) {
        var stretch = try bounds(of: [journal(shard)])[0]
        if sequence > 0 { stretch.from = try offset(before: sequence, in: stretch) }
        try entries(in: stretch) { found in
            if case .success(let entry) = found.entry, entry.sequence < sequence { return true }
            return take(found)
        }
    }

    /// The entry of that sequence.
    package func entry(of shard: Int32, _ sequence: UInt64) throws(ArchiveError) -> ArchivedEntry {
        var found: ArchivedEntry?
        try entries(of: shard, from: sequence) { candidate in
            guard case .success(let entry) = candidate.entry else { return true }
            if entry.sequence == sequence { found = candidate }
            return false
        }
        guard let found else { throw .noEntry(shard: shard, sequence: sequence) }
        return found
    }

    /// An offset from which the entry is reached soon: sequences rise with offsets, so halving finds it.
    private func offset(
        before sequence: UInt64, in stretch: CommittedReader.Stretch
    ) throws(ArchiveError) -> Int64 {
        var (low, high) = (stretch.from, stretch.to)
        while high - low > Self.nearOffsets {
            let middle = low + (high - low) / 2
            var first: UInt64?
            try entries(in: CommittedReader.Stretch(stretch.partition, from: middle, to: high)) { found in
                guard case .success(let entry) = found.entry else { return true }
                first = entry.sequence
                return false
            }
            if let first, first <= sequence { low = middle } else { high = middle }
        }
        return low
    }

    /// So many offsets are read rather than halved.
    private static let nearOffsets: Int64 = 10_000

    private func entries(
        in stretch: CommittedReader.Stretch, _ take: (ArchivedEntry) -> Bool
    ) throws(ArchiveError) {
        let reader = try reader([stretch])
        var wantsMore = true
        while wantsMore {
            let goesOn = try reader.read { partition, record in
                guard wantsMore else { return }
                let bytes = record.value.map { Array($0) } ?? []
                let entry = Result { () throws(JournalFormatError) in try JournalEntry(bytes: bytes) }
                wantsMore = take(
                    ArchivedEntry(
                        shard: partition.partition, offset: record.offset, timestamp: record.timestamp, entry: entry))
            }
            if !goesOn { return }
        }
    }
}
