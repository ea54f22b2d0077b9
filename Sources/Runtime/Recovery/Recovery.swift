import KafkaClient
import Scoring
import ShardEngine

/// Plans how a shard's state is made again: from a snapshot or nothing, through the journal's entries, to the journal's
/// end. Decides and checks; reads nothing.
package struct Recovery {
    /// Where reading of each input starts, in the order of the inputs.
    package let starts: [Int64]
    /// Where the journal ended when older owners had been fenced.
    package let journalEnd: Int64
    /// Entries that wait to be replayed, each with the policy whose text it carries.
    private var queue: ArraySlice<(entry: JournalEntry, policy: KeptPolicy?)> = []
    /// The policy of the last entry that was read, or of the snapshot.
    private var policyHash: PolicyHash?
    /// Whether the journal or the snapshot has that policy's text.
    package private(set) var isPolicyKept = false
    private var chain: JournalChain
    /// The entry that the snapshot was taken after, until it has been seen in the journal.
    private var anchor: JournalPosition?
    /// Where to read the journal on.
    private var nextOffset: Int64
    private let demands: Demands
    private(set) var replayed = 0
    /// Where the last entry that was read lies; nil while none was.
    private(set) var lastOffset: Int64?

    /// What entries must agree with to be replayed by this process.
    package struct Demands: Hashable, Sendable {
        package var inputs: [InputKind]
        package var topics: [String]
        /// The policy that is known even where the journal does not keep its text.
        package var policyHash: PolicyHash
        package var recordBytes: UInt32
        /// The last entry that this process has seen committed; the journal must still have it.
        package var witnessed: JournalPosition?

        package init(
            inputs: [InputKind], topics: [String], policyHash: PolicyHash, recordBytes: UInt32,
            witnessed: JournalPosition? = nil
        ) {
            self.inputs = inputs
            self.topics = topics
            self.policyHash = policyHash
            self.recordBytes = recordBytes
            self.witnessed = witnessed
        }
    }

    package init(_ takeover: Takeover, _ demands: Demands) throws(RecoveryError) {
        self.demands = demands
        journalEnd = takeover.journal.high
        nextOffset = takeover.entries.next
        lastOffset = takeover.entries.records.last?.offset
        let entries = try Self.decode(takeover.entries)
        if let restored = takeover.restored {
            chain = JournalChain(after: restored.position, positions: restored.positions)
            anchor = restored.position
            policyHash = restored.header.identity.policyHash
            isPolicyKept = !restored.header.policyText.isEmpty
            starts = demands.inputs.indices.map { index in
                restored.positions[demands.inputs[index]] ?? takeover.inputs[index].low
            }
            guard let first = entries.first else { throw .journalLost(snapshot: restored.position.sequence, end: nil) }
            guard first.sequence <= restored.position.sequence + 1 else {
                throw .journalExpired(needed: restored.position.sequence + 1, oldest: first.sequence)
            }
        } else {
            chain = JournalChain()
            anchor = nil
            starts = try Self.starts(takeover, entries.first, demands)
        }
        try refuseExpired(takeover)
        try accept(entries)
    }

    /// Without a snapshot: where the first entry began, or with nothing at all the oldest record that each input has.
    private static func starts(
        _ takeover: Takeover, _ first: JournalEntry?, _ demands: Demands
    ) throws(RecoveryError) -> [Int64] {
        guard let first else {
            if let known = takeover.committed.first(where: { $0.offset ?? 0 > 0 }) {
                throw .journalEmpty(committed: known)
            }
            return takeover.inputs.map(\.low)
        }
        guard first.sequence == 0 else { throw .journalExpired(needed: 0, oldest: first.sequence) }
        return demands.inputs.indices.map { index in
            first.ranges.first { $0.input == demands.inputs[index] }?.from ?? takeover.inputs[index].low
        }
    }

    private func refuseExpired(_ takeover: Takeover) throws(RecoveryError) {
        for (index, start) in starts.enumerated() where start < takeover.inputs[index].low {
            throw .inputExpired(topic: demands.topics[index], needed: start, oldest: takeover.inputs[index].low)
        }
        for (index, start) in starts.enumerated() where start > takeover.inputs[index].high {
            throw .inputTruncated(topic: demands.topics[index], end: takeover.inputs[index].high, worked: start)
        }
    }

    // MARK: - The journal

    /// What has to be read next; nil when the journal's end is reached.
    package var nextRead: (from: Int64, to: Int64)? { nextOffset < journalEnd ? (nextOffset, journalEnd) : nil }

    /// Entries that wait; more need not be read before most of them are replayed.
    package var waiting: Int { queue.count }

    package mutating func accept(_ read: JournalRecords) throws(RecoveryError) {
        nextOffset = read.next
        lastOffset = read.records.last?.offset ?? lastOffset
        try accept(try Self.decode(read))
    }

    private mutating func accept(_ entries: [JournalEntry]) throws(RecoveryError) {
        for entry in entries {
            if let witnessed = demands.witnessed, entry.sequence == witnessed.sequence, entry.position != witnessed {
                throw .journalRewritten(sequence: entry.sequence)
            }
            if let anchor {
                // Entries from before the snapshot; its own must be the one that it says.
                if entry.sequence < anchor.sequence { continue }
                if entry.sequence == anchor.sequence {
                    guard entry.position == anchor else { throw .foreignSnapshot(sequence: anchor.sequence) }
                    self.anchor = nil
                    continue
                }
                self.anchor = nil
            }
            do {
                try chain.accept(entry)
            } catch {
                throw .journal(error)
            }
            try refuseUnreplayable(entry)
            queue.append((entry, try takePolicy(of: entry)))
        }
        if nextRead == nil { try refuseRewound(entries.last) }
    }

    /// At the journal's end: it must have come to what is known to have been committed.
    private func refuseRewound(_ last: JournalEntry?) throws(RecoveryError) {
        if let anchor { throw .journalLost(snapshot: anchor.sequence, end: last?.sequence) }
        guard let witnessed = demands.witnessed else { return }
        guard let reached = chain.last, reached.sequence >= witnessed.sequence else {
            throw .journalRewound(end: chain.last?.sequence, committed: witnessed.sequence)
        }
    }

    private func refuseUnreplayable(_ entry: JournalEntry) throws(RecoveryError) {
        guard entry.engineVersion == EngineVersion.decisions else {
            throw .engineVersion(sequence: entry.sequence, entry.engineVersion)
        }
        guard entry.recordBytes == demands.recordBytes else {
            throw .recordBytes(sequence: entry.sequence, entry.recordBytes)
        }
        for range in entry.ranges where !demands.inputs.contains(range.input) {
            throw .unknownInput(sequence: entry.sequence, range.input)
        }
    }

    /// Follows the chain of policies: each entry is under the one before it, or brings another with its text.
    private mutating func takePolicy(of entry: JournalEntry) throws(RecoveryError) -> KeptPolicy? {
        guard let section = entry.policy else {
            // Journals older than this form of entries name a policy and do not keep its text.
            guard entry.policyHash == policyHash ?? demands.policyHash else {
                throw .policy(sequence: entry.sequence, entry.policyHash, ours: policyHash ?? demands.policyHash)
            }
            policyHash = entry.policyHash
            return nil
        }
        do throws(KeptPolicyError) {
            let kept = try KeptPolicy(text: section.text, hash: entry.policyHash)
            (policyHash, isPolicyKept) = (entry.policyHash, true)
            return kept
        } catch {
            throw .policyText(sequence: entry.sequence, error)
        }
    }

    private static func decode(_ read: JournalRecords) throws(RecoveryError) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        entries.reserveCapacity(read.records.count)
        for record in read.records {
            do {
                entries.append(try JournalEntry(bytes: record.value))
            } catch {
                throw .journal(.format(offset: record.offset, error))
            }
        }
        return entries
    }

    // MARK: - Replaying

    /// The entry to replay now; nil when none waits.
    package var current: JournalEntry? { queue.first?.entry }

    /// The policy whose text the current entry carries.
    package var currentPolicy: KeptPolicy? { queue.first?.policy }

    package mutating func advance() {
        queue.removeFirst()
        replayed += 1
    }

    /// Everything that was journalled has been replayed.
    package var isComplete: Bool { queue.isEmpty && nextRead == nil }

    /// The journal's last entry, and where each input stands; final once `isComplete`.
    package var reached: JournalChain { chain }

    /// By the journal's offsets, 0…1.
    package func progress(from first: Int64) -> Double {
        guard journalEnd > first else { return 1 }
        return min(1, max(0, Double(nextOffset - first) / Double(journalEnd - first)))
    }

    /// Offsets are committed in the transaction of their journal entry, so the group can never be ahead of the journal.
    package func checkEnd(against committed: [PartitionOffset]) throws(RecoveryError) {
        let newest = committed.compactMap { CommittedPlace(metadata: $0.metadata)?.sequence }.max()
        guard let newest, newest > reached.last?.sequence ?? 0 || reached.last == nil else { return }
        throw .journalBehind(end: reached.last?.sequence, committed: newest)
    }

    /// Whether applying `entry` has given what it gave when it was written.
    package static func check(
        _ entry: JournalEntry, clock: EventTime?, stateDigest: UInt64, outputCount: Int
    ) throws(RecoveryError) {
        guard clock == entry.clock, stateDigest == entry.stateDigest, outputCount == Int(entry.outputCount) else {
            throw .diverged(sequence: entry.sequence)
        }
    }

    /// Whether the records that were read are those of the entry.
    package static func check(
        _ range: JournalEntry.InputRange, of sequence: UInt64, topic: String, count: Int, digest: UInt64
    ) throws(RecoveryError) {
        guard count == Int(range.count), digest == range.digest else {
            throw .inputChanged(sequence: sequence, topic: topic, from: range.from, to: range.to)
        }
    }
}
