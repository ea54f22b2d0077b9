import KafkaClient

/// What one shard's lane is doing: taking the shard over, reading its journal, or committing. Decides which call to the
/// brokers comes next, and takes up its answer; makes no call itself.
///
///     idle ─► taking: fence ─► group's offsets ─► inputs ─► journal ─► snapshot ─► first entries ─► idle
///      │ └──► reading ─► idle
///      └────► committing (see TransactionMachine; in doubt: journal's end, then windows backwards) ─► idle
package struct LaneMachine {
    package enum Command: Sendable {
        /// Fence older owners, and find out from where the shard's state can be made again.
        case take
        /// Read a stretch of the journal.
        case readJournal(from: Int64, to: Int64)
        case commit(EncodedTransaction)
    }

    package enum Event: Sendable {
        case taken(Takeover)
        case journal(JournalRecords)
        case committed(EncodedTransaction, CommitReport)
        case failed(LaneFailure)
        /// It goes on trying, for longer than it should; said again now and then.
        case heldUp(LaneTrouble)
    }

    /// What to do next.
    package enum Step {
        /// Nothing, until a command comes.
        case rest
        case call(BrokerCall)
        /// Ask again after this long.
        case wait(milliseconds: Int32)
        case report(Event)
    }

    private enum Job {
        case idle
        case taking(TakeStep)
        case reading(from: Int64, to: Int64)
        case committing(EncodedTransaction, TransactionMachine, TransactionMachine.Step, since: Double)
        /// The end of a job, to be reported.
        case done(Event)
    }

    private enum TakeStep: Equatable {
        case fence, committed, inputs, journal, snapshot
        case entries(from: Int64)
    }

    private var job = Job.idle
    private var takeover = Takeover()
    /// The journal is read from its beginning, for nothing was found where the snapshot points.
    private var readsAll = false
    private var knowsCommitted = false
    /// Failures of the command so far.
    private var attempts = 0
    private var tail = JournalTail()
    /// To be waited before the next call.
    private var pause: Int32?
    private var backOff: Int32 = 0
    private var delay = Delay()
    /// To be reported before the next call.
    private var trouble: LaneTrouble?

    /// How long the command has met errors.
    private struct Delay {
        var started = 0.0
        var told: Double?
        var errors = 0
    }

    /// Entries read at once: about a megabyte.
    static let chunkEntries = 4_000
    private static let shortestWait: Int32 = 50
    private static let longestWait: Int32 = 2_000
    /// After so many the shard stops and says why; it is taken again later.
    private static let maximumAttempts = 20

    package init() {}

    package var isIdle: Bool { if case .idle = job { true } else { false } }

    package mutating func start(_ command: Command, at now: Double) {
        precondition(isIdle, "a lane works on one command at a time")
        backOff = Self.shortestWait
        attempts = 0
        pause = nil
        (delay, trouble) = (Delay(started: now), nil)
        switch command {
        case .take:
            takeover = Takeover()
            readsAll = false
            knowsCommitted = false
            job = .taking(.fence)
        case .readJournal(let from, let to): job = .reading(from: from, to: to)
        case .commit(let transaction):
            let machine = TransactionMachine()
            job = .committing(transaction, machine, machine.start(), since: now)
        }
    }

    // MARK: - What comes next

    /// `isCancelled`: the shard is lost, nothing may be begun any more.
    package mutating func next(isCancelled: Bool) -> Step {
        if let trouble = trouble.take() { return .report(.heldUp(trouble)) }
        if let pause = pause.take() { return .wait(milliseconds: pause) }
        switch job {
        case .idle: return .rest
        case .done(let event):
            job = .idle
            return .report(event)
        case .taking(let step): return isCancelled ? finish(.failed(.cancelled)) : .call(Self.call(step, takeover))
        case .reading(let from, let to):
            return isCancelled ? finish(.failed(.cancelled)) : .call(.readJournal(from: from, to: to))
        case .committing(let transaction, let machine, let step, let since):
            if isCancelled, step.canBeLeft { return finish(.failed(.cancelled)) }
            switch step {
            case .committed: return .call(.lastJournalOffset)
            case .lost(let failure): return finish(.failed(failure))
            case .wait(let milliseconds, let action):
                job = .committing(transaction, machine, .perform(action), since: since)
                return .wait(milliseconds: milliseconds)
            case .perform(let action): return .call(call(action, transaction))
            }
        }
    }

    private static func call(_ step: TakeStep, _ takeover: Takeover) -> BrokerCall {
        switch step {
        case .fence: .fence
        case .committed: .committed
        case .inputs: .inputBounds
        case .journal: .journalBounds
        case .snapshot: .restoreSnapshot
        case .entries(let from): .readJournal(from: from, to: takeover.journal.high)
        }
    }

    private func call(_ action: TransactionMachine.Action, _ transaction: EncodedTransaction) -> BrokerCall {
        switch action {
        case .begin: .begin
        case .produce: .produce(transaction)
        case .sendOffsets: .sendOffsets(transaction.offsets)
        case .commit: .commit
        case .abort: .abort
        case .rebuild: .fence
        case .resolve: tail.call
        }
    }

    private mutating func finish(_ event: Event) -> Step {
        job = .idle
        return .report(event)
    }

    // MARK: - Answers

    /// Takes up the answer to the call that `next` asked for.
    package mutating func answered(_ result: Result<BrokerAnswer, KafkaError>, at now: Double) {
        if case .failure(let error) = result { note(error, at: now) }
        switch job {
        case .idle, .done: preconditionFailure("nothing was asked")
        case .taking(let step): take(result, step)
        case .reading:
            switch result {
            case .success(let answer): job = .done(.journal(answer.records))
            case .failure(let error): retry(error)
            }
        case .committing(let transaction, let machine, let step, let since):
            var machine = machine
            if case .perform(let action) = step {
                let next = answer(result, to: action, transaction, &machine)
                job = .committing(transaction, machine, next, since: since)
            } else {
                let offset = (try? result.get())?.offset
                let report = CommitReport(
                    seconds: now - since, aborts: machine.aborts, rebuilds: machine.rebuilds, journalOffset: offset)
                job = .done(.committed(transaction, report))
            }
        }
    }

    /// What passes within moments is nobody's concern.
    private mutating func note(_ error: KafkaError, at now: Double) {
        delay.errors += 1
        guard now - delay.started >= ShardContext.troubleSeconds,
            delay.told.map({ now - $0 >= ShardContext.troubleBeat }) ?? true
        else { return }
        delay.told = now
        let work: LaneTrouble.Work =
            switch job {
            case .taking: .takingOver
            case .reading: .reading
            case .idle, .done, .committing: .committing
            }
        trouble = LaneTrouble(error: error, seconds: now - delay.started, attempts: delay.errors, work: work)
    }

    private mutating func take(_ result: Result<BrokerAnswer, KafkaError>, _ step: TakeStep) {
        let answer: BrokerAnswer
        switch result {
        case .success(let given): answer = given
        case .failure(let error) where step == .committed && error.isRetriable:
            // They are for comparison only, and a transaction that hangs can withhold them for ever.
            knowsCommitted = false
            job = .taking(.inputs)
            return
        case .failure(let error):
            retry(error)
            // The answers so far may be out of date: an owner in between could have gone on.
            if case .taking = job { job = .taking(.fence) }
            return
        }
        backOff = Self.shortestWait
        switch step {
        case .fence: job = .taking(.committed)
        // Before the journal's end is asked for: the group must never seem to be ahead of it.
        case .committed:
            takeover.committed = answer.offsets
            knowsCommitted = true
            job = .taking(.inputs)
        case .inputs:
            takeover.inputs = answer.bounds
            job = .taking(.journal)
        case .journal:
            takeover.journal = answer.bounds.first ?? Watermarks(low: 0, high: 0)
            job = .taking(.snapshot)
        case .snapshot:
            // A store that cannot be read now may hold what alone spares a replay of everything.
            if answer.snapshot.problem != nil, attempts < Self.maximumAttempts { return waitAndRetry() }
            takeover.take(answer.snapshot)
            job = .taking(.entries(from: takeover.firstJournalOffset))
        case .entries(let from):
            takeover.entries = answer.records
            guard let next = afterEntries(from: from) else { return finishTaking() }
            job = .taking(next)
        }
    }

    private mutating func finishTaking() {
        // With nothing at hand, only the group can tell a new shard from one whose journal is gone.
        guard takeover.isEmpty, !knowsCommitted, attempts < Self.maximumAttempts else {
            job = .done(.taken(takeover))
            return
        }
        waitAndRetry()
        job = .taking(.fence)
    }

    /// Nil when the first entries are at hand, or the journal has none.
    private mutating func afterEntries(from: Int64) -> TakeStep? {
        let (read, journal) = (takeover.entries, takeover.journal)
        guard read.records.isEmpty else { return nil }
        // Nothing but control records so far.
        if read.next < journal.high { return .entries(from: read.next) }
        // Where a snapshot says that there is an entry, nothing was read: before that is called a loss, everything is read.
        // A reader that begins behind an aborted transaction can be made to skip what follows.
        guard from > journal.low, !readsAll else { return nil }
        readsAll = true
        return .entries(from: journal.low)
    }

    /// A passing error is tried again after a while.
    private mutating func retry(_ error: KafkaError) {
        if error.isFenced || error.disposition == .fail || attempts >= Self.maximumAttempts {
            job = .done(.failed(.kafka(error)))
            return
        }
        waitAndRetry()
    }

    private mutating func waitAndRetry() {
        attempts += 1
        pause = backOff
        backOff = min(backOff * 2, Self.longestWait)
    }

    private mutating func answer(
        _ result: Result<BrokerAnswer, KafkaError>, to action: TransactionMachine.Action,
        _ transaction: EncodedTransaction, _ machine: inout TransactionMachine
    ) -> TransactionMachine.Step {
        switch result {
        case .failure(let error):
            tail = JournalTail()
            return machine.failed(action, error)
        case .success(let answer):
            guard action == .resolve else { return machine.succeeded(action) }
            tail.take(answer)
            guard tail.isFound else { return .perform(.resolve) }
            defer { tail = JournalTail() }
            return machine.resolved(tail: tail.last, transaction)
        }
    }
}

/// Why a lane gave up.
package enum LaneFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case cancelled
    /// Fenced, or out of retries.
    case kafka(KafkaError)
    /// The journal ends with an entry that is neither this batch nor the one before: someone else has written.
    case foreignEntry(expected: JournalPosition?, found: JournalPosition?)
    /// The journal ends before an entry that was committed: the brokers have lost it.
    case journalRewound(end: JournalPosition?, committed: JournalPosition)
    case journal(JournalProblem)

    package var description: String {
        switch self {
        case .cancelled: "cancelled"
        case .kafka(let error): "\(error)"
        case .foreignEntry(let expected, let found):
            "the journal ends with entry \(found.map { "\($0.sequence)" } ?? "none"), not with "
                + "\(expected.map { "\($0.sequence)" } ?? "none"): another owner has gone on"
        case .journalRewound(let end, let committed):
            "entry \(committed.sequence) of the journal was committed, but the journal ends with "
                + "\(end.map { "\($0.sequence)" } ?? "none"): the brokers have lost what they had acknowledged"
        case .journal(let problem): "the journal cannot be read: \(problem)"
        }
    }
}

/// What a lane that does not get on has met last.
package struct LaneTrouble: Hashable, Sendable {
    package var error: KafkaError
    /// Since the command was begun.
    package var seconds: Double
    /// Errors so far.
    package var attempts: Int
    package var work: Work

    /// Raw values are words for people.
    package enum Work: String, Sendable {
        case takingOver = "take over"
        case reading = "read its journal"
        case committing = "commit"
    }
}

/// How a commit went, for metrics and for snapshots.
package struct CommitReport: Hashable, Sendable {
    package var seconds: Double
    package var aborts: Int
    package var rebuilds: Int
    /// Where the last journal entry lies; nil when it is not known.
    package var journalOffset: Int64?
}
