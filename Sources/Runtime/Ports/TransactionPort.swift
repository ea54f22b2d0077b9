import KafkaClient
import Scoring

/// What a shard's lane asks of the brokers, one blocking call at a time: a real cluster, or a simulated one.
package protocol TransactionPort {
    /// Replaces the producer by a new one with the shard's id: fences every older one and ends its transaction.
    mutating func fence() throws(KafkaError)
    mutating func begin() throws(KafkaError)
    mutating func produce(_ transaction: EncodedTransaction) throws(KafkaError)
    mutating func sendOffsets(_ transaction: EncodedTransaction) throws(KafkaError)
    mutating func commit() throws(KafkaError)
    mutating func abort() throws(KafkaError)

    /// What the group has committed for the shard's inputs, in their order.
    mutating func committed() throws(KafkaError) -> [PartitionOffset]
    /// Oldest offset and last stable offset of the shard's partition of each input, in their order.
    mutating func inputBounds() throws(KafkaError) -> [Watermarks]
    /// The same of the journal. Asked after fencing: nothing of an older owner can come after it.
    mutating func journalBounds() throws(KafkaError) -> Watermarks
    /// Committed records of the journal from `offset` on, up to `maximum` of them and not beyond `end`.
    mutating func readJournal(from offset: Int64, to end: Int64, maximum: Int) throws(KafkaError) -> JournalRecords
    /// Where the journal entry of the last transaction that was committed lies, if that is known.
    mutating func lastJournalOffset() -> Int64?
    /// Lets go of the producer and every reader.
    mutating func close()
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
