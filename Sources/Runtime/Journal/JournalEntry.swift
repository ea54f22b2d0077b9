import Scoring
import ShardEngine
import WireFormat

/// What made up one batch, and what it gave: with the entries of a shard and its input, its state can be made again.
///
/// Everything that is not a function of the input is here: which offsets made up the batch, the clock readings, the limit
/// on deadlines, the policy. Layout: schemas/journal.v1.md.
package struct JournalEntry: Hashable, Sendable {
    /// Position in the shard's chain, from 0.
    package var sequence: UInt64
    /// `digest` of the entry before; 0 for the first.
    package var previousDigest: UInt64
    /// `EngineVersion.decisions` of the engine that applied the batch.
    package var engineVersion: UInt16
    package var policyHash: PolicyHash
    /// The host's clock against which a far future was judged, milliseconds.
    package var wallClock: EventTime
    /// Where an idle shard's clock was moved; nil for a batch of events.
    package var tick: EventTime?
    /// The most deadlines that the batch might fire.
    package var deadlineLimit: UInt32
    /// The largest record that was read, bytes.
    package var recordBytes: UInt32
    /// What was taken from each input, rising by input; contiguous with the ranges of the entry before.
    package var ranges: [InputRange]
    /// The shard's clock after the batch; nil before the first event.
    package var clock: EventTime?
    /// `ShardEngine.digest` after the batch.
    package var stateDigest: UInt64
    package var outputCount: UInt32
    package var deadLetterCount: UInt32
    /// Folds keys and values of the outputs, then of the dead letters, in their order.
    package var outputDigest: UInt64
    /// The most customers that the re-tiering might look at behind the batch's events or tick.
    package var retierLimit: UInt32 = 0
    /// The text of the policy, in the first entry under it.
    package var policy: PolicySection?

    /// A policy's text, and how the customers of another policy come under it.
    package struct PolicySection: Hashable, Sendable {
        /// `Policy.canonicalText`; its SHA-256 is the entry's `policyHash`.
        package var text: String
        package var activation: Activation

        package init(text: String, activation: Activation) {
            self.text = text
            self.activation = activation
        }
    }

    /// Offsets `from..<to` of the shard's partition of one input.
    package struct InputRange: Hashable, Sendable {
        package var input: InputKind
        package var from: Int64
        package var to: Int64
        /// Records among these offsets; the rest are control records and those of aborted transactions.
        package var count: UInt32
        /// Folds the records' offsets, keys and values; see `RecordDigest`.
        package var digest: UInt64

        package init(input: InputKind, from: Int64, to: Int64, count: UInt32, digest: UInt64) {
            self.input = input
            self.from = from
            self.to = to
            self.count = count
            self.digest = digest
        }
    }
}

extension JournalEntry {
    /// The entry that follows `previous`; what the batch gave is filled in afterwards.
    package init(
        after previous: JournalPosition?, policyHash: PolicyHash, wallClock: EventTime, tick: EventTime?,
        deadlineLimit: UInt32, recordBytes: UInt32, ranges: [InputRange]
    ) {
        sequence = previous.map { $0.sequence + 1 } ?? 0
        previousDigest = previous?.digest ?? 0
        engineVersion = EngineVersion.decisions
        self.policyHash = policyHash
        self.wallClock = wallClock
        self.tick = tick
        self.deadlineLimit = deadlineLimit
        self.recordBytes = recordBytes
        self.ranges = ranges
        clock = nil
        (stateDigest, outputCount, deadLetterCount, outputDigest) = (0, 0, 0, 0)
    }

    /// What the batch's decisions say of how fresh they were; nil before the first event.
    package var freshness: Freshness? { clock.map { Freshness(watermark: $0, wallClock: wallClock) } }
}

extension PolicyHash {
    /// A policy's hash; a policy that was made without a file may have any text for one, which is hashed.
    package init(of policy: Policy) {
        guard let hash = PolicyHash(policy.hash) ?? PolicyHash(SHA256.hexDigest(of: policy.hash)) else {
            preconditionFailure("a SHA-256 has 64 digits")
        }
        self = hash
    }
}

/// Where in a shard's chain something stands.
package struct JournalPosition: Hashable, Sendable {
    package var sequence: UInt64
    package var digest: UInt64

    package init(sequence: UInt64, digest: UInt64) {
        self.sequence = sequence
        self.digest = digest
    }
}

/// Folds records into one 64-bit digest: those that a batch read from an input, or those that it wrote.
///
/// Tells accidents (a truncated and refilled topic, another topic under the same name, a bug) from the same records; it
/// is no defence against someone who can write to the topics.
package struct RecordDigest: Hashable, Sendable {
    package private(set) var value: UInt64 = 0

    package init() {}

    /// `place` is the offset of an input record, the index of an output. Nil for a null key or value, which is not the
    /// same as an empty one.
    @inline(__always) package mutating func fold(
        _ place: Int64, key: UnsafeRawBufferPointer?, value bytes: UnsafeRawBufferPointer?
    ) {
        fold(Self.hash(key: key, value: bytes), at: place)
    }

    @inline(__always) static func hash(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) -> UInt64 {
        let (left, right) = (key.map(StableHash.of) ?? 0, value.map(StableHash.of) ?? 0)
        return StableHash.mix(left ^ 0x9e37_79b9_7f4a_7c15, right ^ 0xd1b5_4a32_d192_ed03)
    }

    @inline(__always) mutating func fold(_ hash: UInt64, at place: Int64) {
        let word = hash ^ UInt64(bitPattern: place) &* 0x9e37_79b9_7f4a_7c15
        value = StableHash.mix(value ^ 0x8ebc_6af0_9c88_c6e3, word) &+ word
    }
}
