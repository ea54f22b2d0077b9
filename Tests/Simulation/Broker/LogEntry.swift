import KafkaClient

/// A record as a client gives it.
package struct LogRecord: Hashable, Sendable {
    package var key: [UInt8]?
    /// Nil is a tombstone.
    package var value: [UInt8]?
    package var headers: [RecordHeader]
    /// Milliseconds since the epoch; -1 for none.
    package var timestamp: Int64

    package init(key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader] = [], timestamp: Int64 = -1) {
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
    }

    package func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// A record at its place, as a reader gets it.
package struct StoredRecord: Hashable, Sendable {
    package let offset: Int64
    package let record: LogRecord

    package init(offset: Int64, record: LogRecord) {
        self.offset = offset
        self.record = record
    }
}

/// Which initialisation of which transactional id: a higher epoch of one id fences the lower ones.
package struct ProducerIdentity: Hashable, Sendable, CustomStringConvertible {
    package let id: Int64
    package let epoch: Int16

    package init(id: Int64, epoch: Int16) {
        self.id = id
        self.epoch = epoch
    }

    package var next: ProducerIdentity { ProducerIdentity(id: id, epoch: epoch + 1) }
    package var description: String { "\(id)/\(epoch)" }
}

package enum TransactionOutcome: String, Hashable, Sendable { case commit, abort }

/// One offset of a partition's log.
package struct LogEntry: Hashable, Sendable {
    package enum Body: Hashable, Sendable {
        case record(LogRecord)
        /// Ends a producer's transaction here; readers never see it, but it occupies an offset.
        case marker(TransactionOutcome)
    }

    package let offset: Int64
    /// First offset of the batch that it came in: fetches answer with whole batches.
    package let batch: Int64
    package let body: Body
    /// Nil for a record of a producer without transactions.
    package let producer: ProducerIdentity?
    package internal(set) var isAborted = false
}
