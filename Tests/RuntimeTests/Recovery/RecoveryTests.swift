import KafkaClient
import Runtime
import Scoring
import ShardEngine
import Snapshots
import Testing

/// What a shard finds when it takes over, and what it makes of it.
struct RecoveryTests {
    private static let demands = Recovery.Demands(
        inputs: [.orders], topics: ["orders"], policyHash: JournalSamples.hash, recordBytes: 1 << 20)

    /// The inputs hold offsets 0 to 100.
    private static func takeover(
        _ entries: [JournalEntry], inputs: Watermarks = Watermarks(low: 0, high: 100), committed: Int64? = nil,
        restored: RestoredState? = nil, end: Int64? = nil
    ) -> Takeover {
        var takeover = Takeover()
        let place = TopicPartition(topic: "orders", partition: 0)
        takeover.committed = [PartitionOffset(topicPartition: place, offset: committed)]
        takeover.inputs = [inputs]
        takeover.entries = JournalSamples.records(entries)
        takeover.journal = Watermarks(low: 0, high: end ?? takeover.entries.next)
        takeover.restored = restored
        return takeover
    }

    /// An empty state that says that it was taken after `entry`, its order having been read.
    private static func restored(after entry: JournalEntry, digest: UInt64? = nil) throws -> RestoredState {
        let policy = try PolicyFile.load(path: SchemaFile.folder.appending(path: "policies/retail.yaml").path)
        let identity = SnapshotIdentity(
            application: "a", shard: 0, partitionCount: 1, topics: [SnapshotTopic(.orders, "orders")],
            policyHash: JournalSamples.hash)
        let header = SnapshotHeader(
            identity: identity, journalSequence: entry.sequence, journalDigest: digest ?? entry.digest,
            journalOffset: Int64(entry.sequence) * 2, positions: [SnapshotPosition(.orders, entry.ranges[0].to)],
            mark: EngineMark(clock: nil, digest: 0, customerCount: 0), createdAt: 0)
        var encoder = SnapshotEncoder()
        var restoration = SnapshotRestoration(policy: policy, expecting: identity)
        for piece in [encoder.encode(header), encoder.encodeFooter()] {
            try piece.span.withUnsafeBytes { bytes throws(SnapshotError) in try restoration.feed(bytes) }
        }
        return RestoredState(try restoration.finish())
    }

    /// A shipped policy as an entry carries it.
    private static func kept(_ name: String) throws -> KeptPolicy {
        KeptPolicy(try PolicyFile.load(path: SchemaFile.folder.appending(path: "policies/\(name).yaml").path))
    }

    /// A chain whose entries name these policies, each with its text where it is another than before.
    private static func chain(_ policies: [KeptPolicy]) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        for (number, policy) in policies.enumerated() {
            var entry = JournalSamples.chain(number + 1)[number]
            entry.previousDigest = entries.last?.digest ?? 0
            entry.policyHash = policy.hash
            if entries.last?.policyHash != policy.hash {
                entry.policy = .init(text: policy.text, activation: Activation())
            }
            entries.append(entry)
        }
        return entries
    }

    /// - Parameter witnessed: The last entry that the process has seen committed.
    private static func error(_ takeover: Takeover, witnessed: JournalEntry? = nil) -> RecoveryError? {
        var demands = demands
        demands.witnessed = witnessed?.position
        do throws(RecoveryError) {
            _ = try Recovery(takeover, demands)
            return nil
        } catch {
            return error
        }
    }

    // MARK: - What goes well

    @Test func `a new shard begins with the oldest records`() throws {
        let recovery = try Recovery(Self.takeover([], inputs: Watermarks(low: 7, high: 9)), Self.demands)
        #expect(recovery.starts == [7] && recovery.isComplete && recovery.current == nil)
    }

    @Test func `without a snapshot everything is replayed from the first entry on`() throws {
        let entries = JournalSamples.chain(3)
        var recovery = try Recovery(Self.takeover(entries, committed: 3), Self.demands)
        #expect(recovery.starts == [0])
        for entry in entries {
            #expect(recovery.current == entry && !recovery.isComplete)
            recovery.advance()
        }
        #expect(recovery.isComplete && recovery.reached.last == entries[2].position)
        #expect(recovery.reached.positions == [.orders: 3])
    }

    @Test func `after a snapshot only what came later is replayed`() throws {
        let entries = JournalSamples.chain(5)
        let restored = try Self.restored(after: entries[2])
        // The stretch begins earlier than the snapshot's own entry.
        let recovery = try Recovery(Self.takeover(entries, restored: restored), Self.demands)
        #expect(recovery.starts == [3] && recovery.current == entries[3] && recovery.waiting == 2)
    }

    @Test func `a journal longer than one reading goes on where that ended`() throws {
        let entries = JournalSamples.chain(6)
        var recovery = try Recovery(Self.takeover(Array(entries[0..<3]), end: 12), Self.demands)
        #expect(recovery.nextRead?.from == 6 && recovery.nextRead?.to == 12)
        try recovery.accept(JournalSamples.records(Array(entries[3...])))
        #expect(recovery.nextRead == nil && recovery.waiting == 6)
    }

    // MARK: - What cannot go on

    @Test func `an input that has expired is named with the offset that is needed`() {
        let error = Self.error(
            Self.takeover(JournalSamples.chain(2), inputs: Watermarks(low: 5, high: 100)))
        #expect(error == .inputExpired(topic: "orders", needed: 0, oldest: 5))
    }

    @Test func `an input that was truncated or recreated is refused`() throws {
        let entries = JournalSamples.chain(4)
        let error = Self.error(
            Self.takeover(
                entries, inputs: Watermarks(low: 0, high: 2), restored: try Self.restored(after: entries[3])))
        #expect(error == .inputTruncated(topic: "orders", end: 2, worked: 4))
    }

    @Test func `other records at the same offsets are refused`() throws {
        let range = JournalSamples.orders(4, 9)
        #expect(throws: RecoveryError.inputChanged(sequence: 3, topic: "orders", from: 4, to: 9)) {
            try Recovery.check(range, of: 3, topic: "orders", count: 5, digest: 8)
        }
        #expect(throws: RecoveryError.inputChanged(sequence: 3, topic: "orders", from: 4, to: 9)) {
            try Recovery.check(range, of: 3, topic: "orders", count: 4, digest: 7)
        }
        try Recovery.check(range, of: 3, topic: "orders", count: 5, digest: 7)
    }

    @Test func `a damaged journal is refused, wherever the damage is`() throws {
        var entries = JournalSamples.chain(4)
        entries.remove(at: 2)
        #expect(Self.error(Self.takeover(entries)) == .journal(.gap(expected: 2, found: 3)))
        var takeover = Self.takeover(JournalSamples.chain(2))
        takeover.entries.records[1].value[20] ^= 1
        #expect(Self.error(takeover) == .journal(.format(offset: 2, .corrupt)))
    }

    @Test func `an empty journal beside committed offsets is a lost one`() {
        let place = PartitionOffset(topicPartition: TopicPartition(topic: "orders", partition: 0), offset: 12)
        #expect(Self.error(Self.takeover([], committed: 12)) == .journalEmpty(committed: place))
        #expect(Self.error(Self.takeover([], committed: 0)) == nil)
    }

    @Test func `a journal whose beginning is gone needs a snapshot that covers it`() throws {
        let entries = JournalSamples.chain(6)
        let kept = Array(entries[3...])
        #expect(Self.error(Self.takeover(kept)) == .journalExpired(needed: 0, oldest: 3))
        let tooOld = try Self.restored(after: entries[1])
        #expect(Self.error(Self.takeover(kept, restored: tooOld)) == .journalExpired(needed: 2, oldest: 3))
        let justEnough = try Self.restored(after: entries[2])
        #expect(Self.error(Self.takeover(kept, restored: justEnough)) == nil)
    }

    @Test func `a journal that ends before the snapshot has lost entries`() throws {
        let entries = JournalSamples.chain(6)
        let restored = try Self.restored(after: entries[4])
        #expect(Self.error(Self.takeover([], restored: restored)) == .journalLost(snapshot: 4, end: nil))
        #expect(
            Self.error(Self.takeover(Array(entries[0..<3]), restored: restored))
                == .journalLost(snapshot: 4, end: 2))
    }

    @Test func `a journal that ends before what this process has seen committed has lost entries`() throws {
        let entries = JournalSamples.chain(6)
        let rest = Self.takeover(Array(entries[0..<3]))
        #expect(Self.error(rest, witnessed: entries[4]) == .journalRewound(end: 2, committed: 4))
        #expect(Self.error(Self.takeover([]), witnessed: entries[0]) == .journalRewound(end: nil, committed: 0))
        #expect(Self.error(rest, witnessed: entries[2]) == nil)
        // Another owner has gone on since.
        #expect(Self.error(rest, witnessed: entries[0]) == nil)
        let snapshot = try Self.restored(after: entries[1])
        #expect(
            Self.error(Self.takeover(Array(entries[0..<3]), restored: snapshot), witnessed: entries[4])
                == .journalRewound(end: 2, committed: 4))
    }

    @Test func `a journal longer than one reading is not called lost before its end`() throws {
        let entries = JournalSamples.chain(6)
        var demands = Self.demands
        demands.witnessed = entries[4].position
        var recovery = try Recovery(Self.takeover(Array(entries[0..<3]), end: 12), demands)
        try recovery.accept(JournalSamples.records(Array(entries[3...])))
        #expect(recovery.waiting == 6)
    }

    @Test func `another entry in the place of one that was committed is refused`() {
        let entries = JournalSamples.chain(4)
        var other = entries[2]
        other.stateDigest ^= 1
        #expect(Self.error(Self.takeover(entries), witnessed: other) == .journalRewritten(sequence: 2))
        #expect(Self.error(Self.takeover(entries), witnessed: entries[2]) == nil)
    }

    @Test func `a snapshot of another journal is refused`() throws {
        let entries = JournalSamples.chain(4)
        let restored = try Self.restored(after: entries[2], digest: 1)
        #expect(Self.error(Self.takeover(entries, restored: restored)) == .foreignSnapshot(sequence: 2))
    }

    @Test func `what an older engine decided is taken over by its snapshot when nothing is left to be replayed`() throws
    {
        var older: [JournalEntry] = []
        for number in 0..<4 {
            var entry = JournalSamples.chain(number + 1)[number]
            entry.previousDigest = older.last?.digest ?? 0
            entry.engineVersion = EngineVersion.decisions - 1
            older.append(entry)
        }
        let clean = try Self.restored(after: older[3])
        #expect(Self.error(Self.takeover(older, restored: clean)) == nil)
        let early = try Self.restored(after: older[2])
        #expect(
            Self.error(Self.takeover(older, restored: early))
                == .engineVersion(sequence: 3, EngineVersion.decisions - 1))
    }

    @Test func `entries that this process would replay otherwise are refused`() {
        var entry = JournalSamples.chain(1)[0]
        entry.engineVersion = EngineVersion.decisions + 1
        #expect(Self.error(Self.takeover([entry])) == .engineVersion(sequence: 0, EngineVersion.decisions + 1))
        entry = JournalSamples.chain(1)[0]
        entry.policyHash = PolicyHash(bigEndianWords: [1, 2, 3, 4])
        #expect(Self.error(Self.takeover([entry])) == .policy(sequence: 0, entry.policyHash, ours: JournalSamples.hash))
        entry = JournalSamples.chain(1)[0]
        entry.recordBytes = 999
        #expect(Self.error(Self.takeover([entry])) == .recordBytes(sequence: 0, 999))
        entry = JournalSamples.chain(1)[0]
        entry.ranges[0].input = .commands
        #expect(Self.error(Self.takeover([entry])) == .unknownInput(sequence: 0, .commands))
    }

    // MARK: - Policies

    @Test func `a journal is followed from policy to policy by the texts that it keeps`() throws {
        let (retail, stars) = (try Self.kept("retail"), try Self.kept("stars"))
        let entries = Self.chain([retail, retail, stars, retail])
        var recovery = try Recovery(Self.takeover(entries), Self.demands)
        var brought: [PolicyHash?] = []
        while recovery.current != nil {
            brought.append(recovery.currentPolicy?.hash)
            recovery.advance()
        }
        #expect(brought == [retail.hash, nil, stars.hash, retail.hash])
    }

    @Test func `an entry under a policy that nothing keeps is refused`() throws {
        let (retail, stars) = (try Self.kept("retail"), try Self.kept("stars"))
        var entries = Self.chain([retail, stars])
        entries[1].policy = nil
        #expect(Self.error(Self.takeover(entries)) == .policy(sequence: 1, stars.hash, ours: retail.hash))
    }

    @Test func `a policy's text that is not its hash's is refused`() throws {
        var entries = Self.chain([try Self.kept("retail")])
        entries[0].policy?.text += "version 7\n"
        #expect(Self.error(Self.takeover(entries)) == .policyText(sequence: 0, .otherHash))
    }

    @Test func `an older journal, which keeps no text, is followed with the policy file at hand`() throws {
        let entries = JournalSamples.chain(3)
        #expect(Self.error(Self.takeover(entries)) == nil)
        #expect(try Recovery(Self.takeover(entries), Self.demands).isPolicyKept == false)
    }

    @Test func `a replay that gives something else is a defect, and says so`() throws {
        var entry = JournalSamples.chain(1)[0]
        entry.stateDigest = 5
        entry.outputCount = 2
        try Recovery.check(entry, clock: entry.clock, stateDigest: 5, outputCount: 2)
        for (clock, digest, count) in [(nil, 5, 2), (entry.clock, 6, 2), (entry.clock, 5, 3)]
            as [(EventTime?, UInt64, Int)]
        {
            #expect(throws: RecoveryError.diverged(sequence: 0)) {
                try Recovery.check(entry, clock: clock, stateDigest: digest, outputCount: count)
            }
        }
    }
}
