import KafkaClient
import Runtime
import Testing
import WireFormat

/// In doubt is not a guess: the journal's tail says whether a batch got through.
struct TransactionMachineTests {
    private static let entries = JournalSamples.chain(4)

    /// A transaction of the entries 2 and 3.
    private static var transaction: EncodedTransaction {
        var transaction = EncodedTransaction()
        for number in [2, 3] {
            transaction.batches.append(
                EncodedBatch(
                    position: entries[number].position, previous: entries[number - 1].position,
                    entry: entries[number].bytes, outputs: 0..<0, deadLetters: 0..<0))
        }
        return transaction
    }

    private static func tail(_ entry: JournalEntry) -> JournalRecords.Record {
        JournalRecords.Record(offset: Int64(entry.sequence) * 2, value: entry.bytes)
    }

    /// A machine whose commit was sent and never answered.
    private static func inDoubt() -> TransactionMachine {
        var machine = TransactionMachine()
        for action in [TransactionMachine.Action.begin, .produce, .sendOffsets] { _ = machine.succeeded(action) }
        _ = machine.failed(.commit, KafkaError(code: -195, name: "_TRANSPORT", message: "gone", isFatal: true))
        return machine
    }

    @Test func `a batch that goes through takes four steps`() {
        var machine = TransactionMachine()
        #expect(machine.start() == .perform(.begin))
        #expect(machine.succeeded(.begin) == .perform(.produce))
        #expect(machine.succeeded(.produce) == .perform(.sendOffsets))
        #expect(machine.succeeded(.sendOffsets) == .perform(.commit))
        #expect(machine.succeeded(.commit) == .committed)
        #expect(machine.aborts == 0 && machine.rebuilds == 0)
    }

    @Test func `a lost producer is rebuilt, and then the journal is asked`() {
        var machine = TransactionMachine()
        for action in [TransactionMachine.Action.begin, .produce, .sendOffsets] { _ = machine.succeeded(action) }
        let lost = KafkaError(code: -195, name: "_TRANSPORT", message: "gone", isFatal: true)
        guard case .wait(_, .rebuild) = machine.failed(.commit, lost) else {
            Issue.record("expected a rebuild")
            return
        }
        #expect(machine.succeeded(.rebuild) == .perform(.resolve))
        #expect(machine.rebuilds == 1)
    }

    @Test func `a tail that is this batch's last entry: committed`() {
        var machine = Self.inDoubt()
        #expect(machine.resolved(tail: Self.tail(Self.entries[3]), Self.transaction) == .committed)
    }

    @Test func `what no entry tells of is not sent twice, and not taken for another owner's`() {
        var transaction = EncodedTransaction()
        transaction.appendShadow(after: Self.entries[2].position) { $0.records.append(Self.record) }
        #expect(transaction.hasOutputs && transaction.lastPosition == nil)
        var machine = Self.inDoubt()
        #expect(machine.resolved(tail: Self.tail(Self.entries[2]), transaction) == .committed)
        machine = Self.inDoubt()
        #expect(
            machine.resolved(tail: Self.tail(Self.entries[3]), transaction)
                == .lost(.foreignEntry(expected: nil, found: Self.entries[3].position)))
    }

    @Test func `a shadow's records beside a batch share its fate`() {
        var transaction = Self.transaction
        transaction.appendShadow(after: Self.entries[3].position) { $0.records.append(Self.record) }
        #expect(transaction.previousPosition == Self.entries[1].position && transaction.recordCount == 3)
        var machine = Self.inDoubt()
        #expect(machine.resolved(tail: Self.tail(Self.entries[1]), transaction) == .perform(.begin))
        transaction.dropShadow()
        #expect(!transaction.hasOutputs && transaction.recordCount == 2)
    }

    private static let record = EncodedOutput(destination: .tierChanges, key: .empty, value: .empty, headers: 0..<0)

    @Test func `a tail that is the entry before: sent again`() {
        var machine = Self.inDoubt()
        #expect(machine.resolved(tail: Self.tail(Self.entries[1]), Self.transaction) == .perform(.begin))
    }

    @Test func `an empty journal before the first batch: sent again`() {
        var machine = Self.inDoubt()
        var first = EncodedTransaction()
        first.batches.append(
            EncodedBatch(
                position: Self.entries[0].position, previous: nil, entry: Self.entries[0].bytes, outputs: 0..<0,
                deadLetters: 0..<0))
        #expect(machine.resolved(tail: nil, first) == .perform(.begin))
    }

    @Test func `any other tail: another owner has gone on`() {
        var machine = Self.inDoubt()
        var other = Self.entries[1]
        other.stateDigest ^= 1
        let foreign = LaneFailure.foreignEntry(expected: Self.entries[3].position, found: other.position)
        #expect(machine.resolved(tail: Self.tail(other), Self.transaction) == .lost(foreign))
        // Half a transaction cannot be there, but would be no reason to go on either.
        let half = LaneFailure.foreignEntry(expected: Self.entries[3].position, found: Self.entries[2].position)
        #expect(machine.resolved(tail: Self.tail(Self.entries[2]), Self.transaction) == .lost(half))
    }

    @Test func `a tail older than the entry before: the brokers have lost what they had acknowledged`() {
        var machine = Self.inDoubt()
        let committed = Self.entries[1].position
        let older = LaneFailure.journalRewound(end: Self.entries[0].position, committed: committed)
        #expect(machine.resolved(tail: Self.tail(Self.entries[0]), Self.transaction) == .lost(older))
        let none = LaneFailure.journalRewound(end: nil, committed: committed)
        #expect(machine.resolved(tail: nil, Self.transaction) == .lost(none))
    }

    @Test func `a tail that cannot be read decides nothing`() {
        var machine = Self.inDoubt()
        let damaged = JournalRecords.Record(offset: 9, value: [1, 2, 3])
        #expect(
            machine.resolved(tail: damaged, Self.transaction) == .lost(.journal(.format(offset: 9, .notAnEntry))))
    }

    @Test func `an abort is no rollback: the same batch is begun again`() {
        var machine = TransactionMachine()
        _ = machine.succeeded(.begin)
        let error = KafkaError(code: 1, name: "X", message: "x", requiresAbort: true)
        #expect(machine.failed(.produce, error) == .perform(.abort))
        guard case .wait(_, .begin) = machine.succeeded(.abort) else {
            Issue.record("expected the batch again")
            return
        }
        #expect(machine.aborts == 1)
    }

    @Test func `a fenced producer gives the shard up`() {
        var machine = TransactionMachine()
        let fenced = KafkaError(code: 90, name: "PRODUCER_FENCED", message: "fenced", isFatal: true)
        #expect(machine.failed(.begin, fenced) == .lost(.kafka(fenced)))
    }
}
