import Runtime
import Scoring
import ShardEngine
import WireFormat

/// What the shadow runs of one shard should have said: forks of the oracle's own live engine, given the journalled batches,
/// and between them the ticks and portions that the runs were seen to take by themselves.
///
/// A run is followed on when its daemon has long gone: what it really said is then the beginning of what is expected.
final class ShadowOracle {
    private let plan: DaemonPlan
    private let encoder: (Policy) -> OutputEncoder
    /// By run, in the order in which they came.
    private let notes: [ShadowRunID: [ShadowNote]]
    private var replays: [Replay] = []

    /// One run, made again.
    private final class Replay {
        let id: ShadowRunID
        var engine: ShardEngine
        let encoder: ShadowEncoder
        var outputs = OutputBuffer()
        var steps: ArraySlice<ShadowNote>
        var said: [ShadowSaying] = []

        init(
            _ id: ShadowRunID, _ engine: consuming ShardEngine, _ encoder: ShadowEncoder,
            _ steps: ArraySlice<ShadowNote>
        ) {
            self.id = id
            self.engine = engine
            self.encoder = encoder
            self.steps = steps
        }
    }

    init(_ plan: DaemonPlan, shard: Int32, _ notes: [ShadowNote], encoder: @escaping (Policy) -> OutputEncoder) {
        self.plan = plan
        self.encoder = encoder
        self.notes = Dictionary(grouping: notes.filter { $0.run.shard == shard }, by: \.run)
    }

    /// What each run should have said so far, by its id.
    private(set) var said: [String: [ShadowSaying]] = [:]

    /// The live policy becomes another: every run is over.
    func end() { replays = [] }

    /// `live` has just been given the batch of the entry `sequence`.
    func follow(_ sequence: UInt64, _ batch: inout Batch, wallClock: EventTime, live: borrowing ShardEngine) {
        for replay in replays where batch.count > 0 {
            var refused: [RejectedEvent] = []
            replay.engine.apply(
                &batch, wallClock: wallClock, deadlineLimit: .max, into: &replay.outputs, rejected: &refused)
            say(replay, live)
        }
        begin(after: sequence, live)
        for replay in replays {
            while let note = replay.steps.first, note.after == sequence {
                replay.steps.removeFirst()
                if case .stepped(let step) = note.event { take(step, replay, live) }
            }
        }
    }

    private func begin(after sequence: UInt64, _ live: borrowing ShardEngine) {
        let begun = notes.keys.filter { $0.after == sequence }
        for id in begun.sorted(by: { $0.startedAt < $1.startedAt }) {
            guard let notes = notes[id], case .began(let policy, let tick)? = notes.first?.event else { continue }
            var engine = live.fork()
            engine.activate(policy.policy, plan.activation.aloud, at: tick)
            let shadowEncoder = ShadowEncoder(
                encoder(policy.policy), live: live.policy, source: plan.source, run: "\(id)")
            let replay = Replay(id, engine, shadowEncoder, notes.dropFirst())
            if let tick { workOff(tick, replay) }
            replays.append(replay)
            say(replay, live)
        }
    }

    private func take(_ step: ShadowNote.Step, _ replay: Replay, _ live: borrowing ShardEngine) {
        if let tick = step.tick { workOff(tick, replay) }
        if step.portion > 0 {
            replay.engine.retier(atMost: step.portion, wallClock: step.wallClock, into: &replay.outputs)
        }
        say(replay, live)
    }

    private func workOff(_ tick: EventTime, _ replay: Replay) {
        replay.engine.advance(to: tick)
        _ = replay.engine.fireDue(limit: .max, into: &replay.outputs)
    }

    private func say(_ replay: Replay, _ live: borrowing ShardEngine) {
        var encoded = EncodedOutputs()
        for case .tierChange(let change) in replay.outputs.outputs {
            let id = Array(replay.outputs.text[change.customer.range])
            let liveTier = id.withUnsafeBytes { live.tier(of: $0) }
            replay.encoder.encode(change, liveTier: liveTier, in: replay.outputs, into: &encoded)
        }
        replay.outputs.removeAll()
        said["\(replay.id)", default: []] += encoded.records.map {
            ShadowSaying(customer: encoded.string($0.key), value: encoded.string($0.value))
        }
    }
}
