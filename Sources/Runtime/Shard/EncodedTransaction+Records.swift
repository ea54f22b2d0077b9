import KafkaClient
import WireFormat

/// One record that a transaction writes; key and value are valid within the call that hands it out.
package struct OutgoingRecord {
    package var topic: String
    /// Nil: the key decides, as for any other producer, so that a customer's changes stay in order.
    package var partition: Int32?
    package var key: UnsafeRawBufferPointer?
    package var value: UnsafeRawBufferPointer?
    package var headers: [KafkaClient.RecordHeader]
    /// Whether it is a journal entry, whose offset is wanted.
    package var isEntry = false
}

extension EncodedTransaction {
    /// Hands out everything that the transaction writes: each batch's outputs, dead letters and journal entry.
    package func forEachRecord<Failure: Error>(
        shard: Int32, _ topics: OutputTopics, _ write: (OutgoingRecord) throws(Failure) -> Void
    ) throws(Failure) {
        for batch in batches {
            try forEachOutput(of: batch, shard, topics, write)
            for (index, letter) in deadLetters[batch.deadLetters].enumerated() {
                let stamp = batch.stamp(shard: shard, index: batch.outputs.count + index)
                try Self.write(letter, stamp, topics, write)
            }
            try Self.withBytes(batch.entry) { entry throws(Failure) in
                try write(
                    OutgoingRecord(
                        topic: topics.journal, partition: shard, key: nil, value: entry, headers: [], isEntry: true))
            }
        }
    }

    private func forEachOutput<Failure: Error>(
        of batch: EncodedBatch, _ shard: Int32, _ topics: OutputTopics,
        _ write: (OutgoingRecord) throws(Failure) -> Void
    ) throws(Failure) {
        try outputs.bytes.withUnsafeBufferPointer { buffer throws(Failure) in
            let bytes = UnsafeRawBufferPointer(buffer)
            for (index, record) in outputs.records[batch.outputs].enumerated() {
                var headers = outputs.headers[record.headers].map { header in
                    KafkaClient.RecordHeader(name: "\(header.name)", value: Array(bytes[header.value.range]))
                }
                headers.append(Self.header(batch.stamp(shard: shard, index: index)))
                try write(
                    OutgoingRecord(
                        topic: topics.name(of: record.destination), partition: nil,
                        key: UnsafeRawBufferPointer(rebasing: bytes[record.key.range]),
                        value: EncodedOutputs.value(of: record, in: bytes), headers: headers))
            }
        }
    }

    private static func write<Failure: Error>(
        _ letter: DeadLetter, _ stamp: String, _ topics: OutputTopics,
        _ write: (OutgoingRecord) throws(Failure) -> Void
    ) throws(Failure) {
        let headers = letter.headers.map { KafkaClient.RecordHeader(name: $0.name, value: $0.value) } + [header(stamp)]
        try withBytes(letter.key) { key throws(Failure) in
            try withBytes(letter.value) { value throws(Failure) in
                try write(
                    OutgoingRecord(
                        topic: topics.deadLetters, partition: nil, key: key, value: value, headers: headers))
            }
        }
    }

    private static func header(_ stamp: String) -> KafkaClient.RecordHeader {
        KafkaClient.RecordHeader(name: EncodedBatch.header, value: Array(stamp.utf8))
    }

    private static func withBytes<Failure: Error>(
        _ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws(Failure) -> Void
    ) throws(Failure) {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBufferPointer { buffer throws(Failure) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
