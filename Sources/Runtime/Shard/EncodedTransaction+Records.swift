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
    /// Hands out everything that the transaction writes: each batch's outputs, dead letters and journal entry, and
    /// what a shadow policy says.
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
        if let shadow, let topic = topics.tierChangesShadow {
            try Self.forEachRecord(of: shadow, shadow.records[...], topic: { _ in topic }, extra: { _ in nil }, write)
        }
    }

    private func forEachOutput<Failure: Error>(
        of batch: EncodedBatch, _ shard: Int32, _ topics: OutputTopics,
        _ write: (OutgoingRecord) throws(Failure) -> Void
    ) throws(Failure) {
        try Self.forEachRecord(
            of: outputs, outputs.records[batch.outputs], topic: { topics.name(of: $0.destination) },
            extra: { Self.header(batch.stamp(shard: shard, index: $0)) }, write)
    }

    /// `extra` gives the header that a record has besides its own, by its index.
    private static func forEachRecord<Failure: Error>(
        of encoded: EncodedOutputs, _ records: ContiguousArray<EncodedOutput>.SubSequence,
        topic: (EncodedOutput) -> String, extra: (Int) -> KafkaClient.RecordHeader?,
        _ write: (OutgoingRecord) throws(Failure) -> Void
    ) throws(Failure) {
        try encoded.bytes.withUnsafeBufferPointer { buffer throws(Failure) in
            let bytes = UnsafeRawBufferPointer(buffer)
            for (index, record) in records.enumerated() {
                var headers = encoded.headers[record.headers].map { header in
                    KafkaClient.RecordHeader(name: "\(header.name)", value: Array(bytes[header.value.range]))
                }
                if let header = extra(index) { headers.append(header) }
                try write(
                    OutgoingRecord(
                        topic: topic(record), partition: nil,
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
