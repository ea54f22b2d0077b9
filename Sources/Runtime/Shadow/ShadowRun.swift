import Scoring
import ShardEngine
import Telemetry
import WireFormat

/// A policy tried beside a shard's live one: a second engine, forked from the live one between two batches, to which the
/// policy was activated as a real change of policy would be, and which is given every batch since.
///
///     forked ─► settling: portion after portion ─► settled ─► over (another policy, live or shadow; the shard goes)
///
/// Only its tier changes leave. Nothing of it is journalled or kept: it costs the state and the scoring a second time, and a
/// shard that is taken again begins another run.
final class ShadowRun {
    let id: ShadowRunID
    let policy: KeptPolicy
    /// For status and metrics; the counts are as of the last comparison.
    private(set) var figures: ShadowFigures
    private var engine: ShardEngine
    private var outputs = OutputBuffer()
    private let encoder: ShadowEncoder
    private var pace: RetieringPace
    private var comparison: StandingComparison?
    private var nextComparison = -Double.infinity

    /// Slots looked at in one step of a comparison: about a millisecond.
    static let comparedAtOnce = 5_000
    /// Seconds from the end of a comparison to the next.
    static let comparisonBeat = 10.0

    /// `tick`, for an idle shard, moves the fork's clock first, as a change of policy does.
    init(
        _ id: ShadowRunID, of policy: KeptPolicy, beside live: borrowing ShardEngine, _ context: ShardContext,
        at tick: EventTime?
    ) {
        self.id = id
        self.policy = policy
        encoder = context.shadowEncoder(policy.policy, live.policy, id)
        pace = RetieringPace(perSecond: context.retiersPerSecond)
        figures = ShadowFigures(
            run: "\(id)", name: policy.policy.name, version: policy.policy.version, hash: policy.hash.text)
        engine = live.fork()
        engine.activate(policy.policy, context.activation.aloud, at: tick)
        if let tick { workOff(tick) }
        note()
    }

    /// Whether every customer has been settled under the policy.
    var isSettled: Bool { engine.retiering == nil }
    var stateBytes: Int { engine.allocatedBytes }

    // MARK: - Following the shard

    /// Applies what the live engine has just been given.
    func take(_ batch: inout Batch, wallClock: EventTime) {
        var refused: [RejectedEvent] = []
        engine.apply(
            &batch, wallClock: wallClock, deadlineLimit: ShardContext.deadlinesPerBatch, into: &outputs,
            rejected: &refused)
        engine.tidy()
    }

    /// Fires what falls due in silence and settles the next customers when they are due; nil when there were none.
    func step(idleTick: EventTime?, wallClock: EventTime, at now: Double) -> ShadowNote.Step? {
        let portion = isSettled ? 0 : pace.take(at: now)
        let tick = idleTick.flatMap { portion > 0 || engine.hasDue(at: $0) ? $0 : nil }
        guard portion > 0 || tick != nil else { return nil }
        if let tick { workOff(tick) }
        if portion > 0 {
            engine.retier(atMost: portion, wallClock: wallClock, into: &outputs)
            // What has just been settled is counted at once.
            if isSettled { (comparison, nextComparison) = (nil, now) }
        }
        engine.tidy()
        note()
        return ShadowNote.Step(tick: tick, portion: portion, wallClock: wallClock)
    }

    private func workOff(_ tick: EventTime) {
        engine.advance(to: tick)
        _ = engine.fireDue(limit: ShardContext.deadlinesPerBatch, into: &outputs)
    }

    // MARK: - Saying

    /// Whether a tier change waits to be encoded.
    var hasSaid: Bool {
        outputs.outputs.contains { output in if case .tierChange = output { true } else { false } }
    }

    /// Encodes the tier changes since the last call, each with the tier that its customer holds live now; returns how many.
    func say(beside live: borrowing ShardEngine, into encoded: inout EncodedOutputs) -> Int {
        var count = 0
        for case .tierChange(let change) in outputs.outputs {
            let id = Array(outputs.text[change.customer.range])
            let liveTier = id.withUnsafeBytes { live.tier(of: $0) }
            encoder.encode(change, liveTier: liveTier, in: outputs, into: &encoded)
            count += 1
        }
        outputs.removeAll()
        return count
    }

    /// Forgets what nobody is told.
    func dropUnsaid() { outputs.removeAll() }

    // MARK: - Counting

    /// Counts a further portion of the customers by both their tiers when that is due; returns whether it did.
    func compare(with live: borrowing ShardEngine, at now: Double) -> Bool {
        guard comparison != nil || now >= nextComparison else { return false }
        var comparison = self.comparison.take() ?? StandingComparison(live: live.policy, other: engine.policy)
        guard comparison.look(atMost: Self.comparedAtOnce, live: live, other: engine) else {
            self.comparison = comparison
            return true
        }
        nextComparison = now + Self.comparisonBeat
        figures.note(comparison, live: live.policy, shadow: engine.policy)
        return true
    }

    private func note() { figures.retierRemaining = engine.retiering?.remaining ?? 0 }
}

extension Activation {
    /// What would not be said is what a shadow is there for: standings are the same in both modes.
    package var aloud: Activation {
        mode == .silent ? Activation(mode: .emit, keepsTierFor: keepsTierFor) : self
    }
}

extension ShadowFigures {
    fileprivate mutating func note(_ comparison: StandingComparison, live: Policy, shadow: Policy) {
        let summary = comparison.summary
        customers = Customers(higher: summary.higher, lower: summary.lower, same: summary.same)
        standings = []
        for (liveIndex, liveTier) in live.tiers.enumerated() {
            for (shadowIndex, shadowTier) in shadow.tiers.enumerated() {
                let count = comparison.customers(live: liveIndex, other: shadowIndex)
                guard count > 0 else { continue }
                standings.append(Standing(live: liveTier.name, shadow: shadowTier.name, customers: count))
            }
        }
    }
}
