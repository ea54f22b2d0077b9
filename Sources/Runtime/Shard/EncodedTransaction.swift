import KafkaClient
import Scoring
import WireFormat

/// Everything that one transaction writes, as bytes: it can be sent again as often as it takes.
///
/// It holds the batches of a group commit, each with its journal entry, in the order of the chain.
package struct EncodedTransaction: Sendable {
    package var outputs = EncodedOutputs()
    package var deadLetters: [DeadLetter] = []
    package var batches: [EncodedBatch] = []
    /// What a shadow policy says, of these batches and of silence; no entry tells of it. Nil without any.
    package private(set) var shadow: EncodedOutputs?
    /// Where the journal stood when the transaction was begun without a batch.
    private var begunAfter: JournalPosition?
    /// The next offset to read of each input partition, with the place in the journal as metadata.
    package var offsets: [PartitionOffset] = []
    /// Input records that this transaction accounts for.
    package var inputCount = 0

    package init() {}

    /// Bytes of values, letters and entries.
    package var byteCount: Int { batchByteCount + (shadow?.bytes.count ?? 0) }
    private var batchByteCount = 0
    private var letterByteCount = 0

    package var hasOutputs: Bool { !outputs.records.isEmpty || !deadLetters.isEmpty || shadow != nil }
    package var recordCount: Int {
        outputs.records.count + deadLetters.count + batches.count + (shadow?.records.count ?? 0)
    }

    /// The journal's last entry once this transaction is committed.
    package var lastPosition: JournalPosition? { batches.last?.position }
    /// The journal's last entry before it; nil when it begins the journal.
    package var previousPosition: JournalPosition? { batches.isEmpty ? begunAfter : batches.first?.previous }
}

extension EncodedTransaction {
    /// Adds a batch behind those that are here; returns its place in the journal.
    mutating func append(
        _ entry: JournalEntry, after previous: JournalPosition?, _ buffer: OutputBuffer, _ letters: [DeadLetter],
        _ encoder: inout OutputEncoder
    ) -> JournalPosition {
        var entry = entry
        let (firstOutput, firstLetter) = (outputs.records.count, deadLetters.count)
        let freshness = entry.freshness
        for output in buffer.outputs { encoder.encode(output, in: buffer, freshness: freshness, into: &outputs) }
        deadLetters.append(contentsOf: letters)
        entry.outputCount = UInt32(outputs.records.count - firstOutput)
        entry.deadLetterCount = UInt32(letters.count)
        entry.outputDigest = digest(ofOutputsFrom: firstOutput, letters)
        let bytes = entry.bytes
        batchByteCount = outputs.bytes.count + letterBytes(adding: letters) + bytes.count * (batches.count + 1)
        let position = JournalPosition(sequence: entry.sequence, digest: JournalEntry.digest(of: bytes))
        batches.append(
            EncodedBatch(
                position: position, previous: previous, entry: bytes, outputs: firstOutput..<outputs.records.count,
                deadLetters: firstLetter..<deadLetters.count))
        return position
    }

    /// Adds what a shadow policy says, while the journal ends with `last`.
    package mutating func appendShadow(after last: JournalPosition?, _ encode: (inout EncodedOutputs) -> Void) {
        var records = shadow ?? EncodedOutputs()
        shadow = nil
        encode(&records)
        if batches.isEmpty { begunAfter = last }
        if !records.records.isEmpty { shadow = records }
    }

    /// Takes back what a shadow policy says.
    package mutating func dropShadow() { shadow = nil }

    private mutating func letterBytes(adding letters: [DeadLetter]) -> Int {
        for letter in letters { letterByteCount += letter.byteCount }
        return letterByteCount
    }

    private func digest(ofOutputsFrom first: Int, _ letters: [DeadLetter]) -> UInt64 {
        var digest = RecordDigest()
        outputs.bytes.withUnsafeBytes { bytes in
            for (index, record) in outputs.records[first...].enumerated() {
                digest.fold(
                    Int64(index), key: UnsafeRawBufferPointer(rebasing: bytes[record.key.range]),
                    value: EncodedOutputs.value(of: record, in: bytes))
            }
        }
        let outputCount = outputs.records.count - first
        for (index, letter) in letters.enumerated() {
            digest.fold(Int64(outputCount + index), key: letter.key, value: letter.value)
        }
        return digest.value
    }
}

extension RecordDigest {
    /// The same for bytes in arrays.
    package mutating func fold(_ place: Int64, key: [UInt8]?, value: [UInt8]?) {
        let hash = Self.withBytes(key) { key in Self.withBytes(value) { Self.hash(key: key, value: $0) } }
        fold(hash, at: place)
    }

    private static func withBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> UInt64) -> UInt64 {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBytes { body($0) }
    }
}

/// One batch of a transaction: its journal entry, and which of the transaction's records are its own.
package struct EncodedBatch: Sendable {
    package var position: JournalPosition
    package var previous: JournalPosition?
    /// The journal entry.
    package var entry: [UInt8]
    /// Indices into the transaction's outputs and dead letters.
    package var outputs: Range<Int>
    package var deadLetters: Range<Int>

    package init(
        position: JournalPosition, previous: JournalPosition?, entry: [UInt8], outputs: Range<Int>,
        deadLetters: Range<Int>
    ) {
        self.position = position
        self.previous = previous
        self.entry = entry
        self.outputs = outputs
        self.deadLetters = deadLetters
    }

    /// The header that every output and dead letter carries, so that an auditor can prove that none is missing or torn.
    package static let header = "tierd_batch"

    /// Its value: `shard/sequence/index`, the dead letters counted on after the outputs.
    package func stamp(shard: Int32, index: Int) -> String {
        BatchStamp(shard: shard, sequence: position.sequence, index: UInt32(index)).description
    }
}

/// The names of the topics that a transaction writes to.
package struct OutputTopics: Hashable, Sendable {
    package var tierChanges: String
    package var churnRisk: String
    package var tierNotices: String
    package var customerProfiles: String
    package var deadLetters: String
    /// One partition per shard; not an output that anyone reacts to.
    package var journal: String
    /// Where a shadow policy's tier changes go; nil where none is tried.
    package var tierChangesShadow: String?

    /// Under their usual names, behind a prefix.
    package init(prefix: String = "", journal: String) {
        self.init(
            tierChanges: prefix + "tier-changes", churnRisk: prefix + "churn-risk",
            tierNotices: prefix + "tier-notices", customerProfiles: prefix + "customer-profiles",
            deadLetters: prefix + "dead-letters", journal: journal)
    }

    package init(
        tierChanges: String, churnRisk: String, tierNotices: String, customerProfiles: String, deadLetters: String,
        journal: String, tierChangesShadow: String? = nil
    ) {
        self.tierChanges = tierChanges
        self.churnRisk = churnRisk
        self.tierNotices = tierNotices
        self.customerProfiles = customerProfiles
        self.deadLetters = deadLetters
        self.journal = journal
        self.tierChangesShadow = tierChangesShadow
    }

    package func name(of destination: OutputDestination) -> String {
        switch destination {
        case .tierChanges: tierChanges
        case .churnRisk: churnRisk
        case .tierNotices: tierNotices
        case .customerProfiles: customerProfiles
        }
    }

    /// What the journal vouches for.
    package var all: [String] { [tierChanges, churnRisk, tierNotices, customerProfiles, deadLetters] }
    /// Those, and the shadow's where there is one.
    package var written: [String] { all + (tierChangesShadow.map { [$0] } ?? []) }
}
