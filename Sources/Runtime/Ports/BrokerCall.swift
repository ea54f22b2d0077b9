import KafkaClient
import Scoring

/// One blocking question or order of a shard's lane to the brokers, or to the snapshots' store.
package enum BrokerCall: Sendable {
    /// Replace the producer by a new one with the shard's id: fences every older one and ends its transaction.
    case fence
    case begin
    case produce(EncodedTransaction)
    case sendOffsets([PartitionOffset])
    case commit
    case abort
    /// What has the group committed for the shard's inputs, in their order?
    case committed
    /// Oldest offset and last stable offset of the shard's partition of each input, in their order.
    case inputBounds
    /// The same of the journal, alone. Asked after fencing: nothing of an older owner can come after it.
    case journalBounds
    /// Committed records of the journal, none at or beyond `to`; as many as come at once.
    case readJournal(from: Int64, to: Int64)
    /// Find the newest valid snapshot and make an engine from it.
    case restoreSnapshot
    /// Where does the last journal entry that was committed lie, if that is known?
    case lastJournalOffset
}

/// What came back from a call; only the part that was asked for is filled.
package struct BrokerAnswer: Sendable {
    package var offsets: [PartitionOffset] = []
    package var bounds: [Watermarks] = []
    package var records = JournalRecords(records: [], next: 0)
    package var snapshot = SnapshotSearch()
    package var offset: Int64?

    package init() {}
}

/// A stretch of the journal as it was read.
package struct JournalRecords: Hashable, Sendable {
    package struct Record: Hashable, Sendable {
        package var offset: Int64
        package var value: [UInt8]

        package init(offset: Int64, value: [UInt8]) {
            self.offset = offset
            self.value = value
        }
    }

    package var records: [Record]
    /// Where to read on; the end when everything has been read.
    package var next: Int64

    package init(records: [Record], next: Int64) {
        self.records = records
        self.next = next
    }
}
