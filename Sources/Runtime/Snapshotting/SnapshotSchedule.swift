/// When snapshots are taken.
package struct SnapshotRules: Hashable, Sendable {
    /// Seconds between two.
    package var interval: Double
    /// Events after which one is taken earlier.
    package var events: Int
    /// How many are kept, two at least.
    package var keep: Int

    package init(interval: Double = 300, events: Int = 20_000_000, keep: Int = 2) {
        self.interval = interval
        self.events = events
        self.keep = keep
    }
}

/// Decides when a shard begins a snapshot, hands out the next portion, and publishes. Performs nothing.
///
///     resting ─► capturing ─► finishing ─► written ─► publishing ─► resting
///        ▲           └────────────┴──────────┴────────────┘ failed
///        └───────────────────────────────────────────────────┘
///
/// A snapshot is published only when the journal entry that it was taken after is known to be committed by this owner: a
/// fenced one must never leave a state that no journal has.
package struct SnapshotSchedule {
    package enum Stage: Hashable, Sendable {
        case resting
        case capturing(sequence: UInt64)
        /// All customers are handed over; the store is writing.
        case finishing(sequence: UInt64)
        /// Whole, and still invisible.
        case written(sequence: UInt64)
        case publishing(sequence: UInt64)
    }

    /// Nil where no snapshots are taken.
    private let rules: SnapshotRules?
    package private(set) var stage = Stage.resting
    private var dueAt = Double.infinity
    private var eventsSince = 0
    /// The entry of the newest published snapshot.
    package private(set) var published: UInt64?
    /// Portions handed to the store and not yet written.
    package private(set) var outstanding = 0

    /// The store may be this many portions behind.
    package static let portionsAhead = 4
    /// Customers encoded between two batches: well below a millisecond.
    package static let portionCustomers = 1_000
    /// Portions are handed to the store in pieces of at least this many bytes.
    package static let pieceBytes = 256 << 10
    /// After a failure the next attempt waits this long, if the interval is longer.
    private static let retrySeconds = 30.0

    package init(_ rules: SnapshotRules?) { self.rules = rules }

    package var isEnabled: Bool { rules != nil }
    package var keep: Int { max(2, rules?.keep ?? 2) }

    /// The shard is live. A replay that was long deserves a snapshot soon.
    package mutating func start(at now: Double, replayed: Int, after published: UInt64?) {
        guard let rules else { return }
        self.published = published
        dueAt = now + (replayed > Self.longReplay ? 0 : rules.interval)
    }

    /// Batches; replaying so many takes about a second.
    private static let longReplay = 1_000

    package mutating func count(_ events: Int) { eventsSince += events }

    /// Whether a snapshot should begin now, after the entry at `sequence`.
    package func isDue(at now: Double, after sequence: UInt64?) -> Bool {
        guard let rules, stage == .resting, let sequence, sequence != published else { return false }
        return now >= dueAt || eventsSince >= rules.events
    }

    package mutating func begin(after sequence: UInt64) {
        stage = .capturing(sequence: sequence)
        eventsSince = 0
        outstanding = 0
    }

    /// Whether the next portion may be captured.
    package var canCapture: Bool {
        if case .capturing = stage { outstanding < Self.portionsAhead } else { false }
    }

    package mutating func handedOver() { outstanding += 1 }
    package mutating func wrotePortion() { outstanding -= 1 }

    package mutating func finish() {
        if case .capturing(let sequence) = stage { stage = .finishing(sequence: sequence) }
    }

    package mutating func finished() {
        if case .finishing(let sequence) = stage { stage = .written(sequence: sequence) }
    }

    /// Whether what is written may become visible, the entry at `committed` being this owner's last committed one.
    package func mayPublish(committed: UInt64?) -> Bool {
        guard case .written(let sequence) = stage, let committed else { return false }
        return committed >= sequence
    }

    package mutating func publish() {
        if case .written(let sequence) = stage { stage = .publishing(sequence: sequence) }
    }

    package mutating func published(at now: Double) {
        guard case .publishing(let sequence) = stage else { return }
        published = sequence
        stage = .resting
        dueAt = now + (rules?.interval ?? .infinity)
    }

    package mutating func failed(at now: Double) {
        stage = .resting
        outstanding = 0
        dueAt = now + min(Self.retrySeconds, rules?.interval ?? .infinity)
    }
}
