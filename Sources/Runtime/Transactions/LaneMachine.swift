import KafkaClient

/// What one shard's lane is doing: taking the shard over, reading its journal, or committing. Each `advance` makes at
/// most one call to the brokers, so that whoever drives it decides what happens between two calls.
///
///     idle ─► taking: fence ─► committed ─► inputs ─► journal ─► snapshot ─► first entries ─► idle
///      │ └──► reading ─► idle
///      └────► committing (see TransactionMachine) ─► idle
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
    }

    package enum Outcome {
        case report(Event)
        case again
        /// Call `advance` again after this long.
        case wait(milliseconds: Int32)
    }

    private enum Job {
        case idle
        case taking(TakeStep)
        case reading(from: Int64, to: Int64)
        case committing(EncodedTransaction, TransactionMachine, TransactionMachine.Step, since: Double)
    }

    private enum TakeStep {
        case fence, committed, inputs, journal, snapshot
        case entries(from: Int64)
    }

    private let restorer: SnapshotRestorer
    private var job = Job.idle
    private var takeover = Takeover()
    private var backOff: Int32 = 0

    /// Entries read at once: about a megabyte.
    static let chunkEntries = 4_000
    private static let shortestWait: Int32 = 50
    private static let longestWait: Int32 = 2_000

    package init(restorer: SnapshotRestorer) { self.restorer = restorer }

    package var isIdle: Bool { if case .idle = job { true } else { false } }

    package mutating func start(_ command: Command, at now: Double) {
        precondition(isIdle, "a lane works on one command at a time")
        backOff = Self.shortestWait
        switch command {
        case .take:
            takeover = Takeover()
            job = .taking(.fence)
        case .readJournal(let from, let to): job = .reading(from: from, to: to)
        case .commit(let transaction):
            let machine = TransactionMachine()
            let step = machine.start()
            job = .committing(transaction, machine, step, since: now)
        }
    }

    /// Makes the next call. `isCancelled`: the shard is lost, nothing may be begun any more.
    package mutating func advance(
        _ port: inout some TransactionPort, isCancelled: Bool, at now: Double
    ) -> Outcome {
        switch job {
        case .idle: return .wait(milliseconds: Self.longestWait)
        case .taking(let step):
            return guarded(isCancelled) { lane throws(KafkaError) in try lane.take(step, &port) }
        case .reading(let from, let to):
            return guarded(isCancelled) { lane throws(KafkaError) in
                lane.finish(.journal(try port.readJournal(from: from, to: to, maximum: Self.chunkEntries)))
            }
        case .committing(let transaction, var machine, let step, let since):
            if isCancelled, step.canBeLeft { return finish(.failed(.cancelled)) }
            switch step {
            case .committed:
                let report = CommitReport(
                    seconds: now - since, aborts: machine.aborts, rebuilds: machine.rebuilds,
                    journalOffset: port.lastJournalOffset())
                return finish(.committed(transaction, report))
            case .lost(let failure): return finish(.failed(failure))
            case .wait(let milliseconds, let action):
                job = .committing(transaction, machine, .perform(action), since: since)
                return .wait(milliseconds: milliseconds)
            case .perform(let action):
                let next = Self.perform(action, transaction, &machine, &port)
                job = .committing(transaction, machine, next, since: since)
                return .again
            }
        }
    }

    private mutating func finish(_ event: Event) -> Outcome {
        job = .idle
        return .report(event)
    }

    /// Runs one step of a take-over or of reading; a passing error is tried again after a while.
    private mutating func guarded(
        _ isCancelled: Bool, _ step: (inout LaneMachine) throws(KafkaError) -> Outcome
    ) -> Outcome {
        if isCancelled { return finish(.failed(.cancelled)) }
        do throws(KafkaError) {
            let outcome = try step(&self)
            backOff = Self.shortestWait
            return outcome
        } catch {
            if error.isFenced || error.disposition == .fail { return finish(.failed(.kafka(error))) }
            // The answers so far may be out of date: an owner in between could have gone on.
            if case .taking = job { job = .taking(.fence) }
            defer { backOff = min(backOff * 2, Self.longestWait) }
            return .wait(milliseconds: backOff)
        }
    }

    private mutating func take(_ step: TakeStep, _ port: inout some TransactionPort) throws(KafkaError) -> Outcome {
        switch step {
        case .fence:
            try port.fence()
            job = .taking(.committed)
        case .committed:
            takeover.committed = try port.committed()
            job = .taking(.inputs)
        case .inputs:
            takeover.inputs = try port.inputBounds()
            job = .taking(.journal)
        case .journal:
            takeover.journal = try port.journalBounds()
            job = .taking(.snapshot)
        case .snapshot:
            takeover.take(restorer.restoreNewest())
            job = .taking(.entries(from: takeover.firstJournalOffset))
        case .entries(let from):
            let read = try port.readJournal(from: from, to: takeover.journal.high, maximum: Self.chunkEntries)
            takeover.entries = read
            // Nothing but control records so far.
            guard !read.records.isEmpty || read.next >= takeover.journal.high else {
                job = .taking(.entries(from: read.next))
                return .again
            }
            defer { takeover = Takeover() }
            return finish(.taken(takeover))
        }
        return .again
    }

    private static func perform(
        _ action: TransactionMachine.Action, _ transaction: EncodedTransaction, _ machine: inout TransactionMachine,
        _ port: inout some TransactionPort
    ) -> TransactionMachine.Step {
        do throws(KafkaError) {
            switch action {
            case .begin: try port.begin()
            case .produce: try port.produce(transaction)
            case .sendOffsets: try port.sendOffsets(transaction)
            case .commit: try port.commit()
            case .abort: try port.abort()
            case .rebuild: try port.fence()
            case .resolve: return machine.resolved(tail: try JournalTail.read(&port), transaction)
            }
            return machine.succeeded(action)
        } catch {
            return machine.failed(action, error)
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
    case journal(JournalProblem)

    package var description: String {
        switch self {
        case .cancelled: "cancelled"
        case .kafka(let error): "\(error)"
        case .foreignEntry(let expected, let found):
            "the journal ends with entry \(found.map { "\($0.sequence)" } ?? "none"), not with "
                + "\(expected.map { "\($0.sequence)" } ?? "none"): another owner has gone on"
        case .journal(let problem): "the journal cannot be read: \(problem)"
        }
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
