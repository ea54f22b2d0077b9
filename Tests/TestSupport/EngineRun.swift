import Scoring
import ShardEngine

/// An engine that is fed scripted events and keeps all that it says, by customer.
package struct EngineRun: ~Copyable {
    package var engine: ShardEngine
    package private(set) var said: [String: Said] = [:]
    package private(set) var rejections: [Refusal] = []
    package private(set) var order: [String] = []
    /// Everything that was said, without its texts.
    package private(set) var outputs: [Output] = []
    /// Changes of tier that nobody was told of.
    package private(set) var unheard: [UnheardChanges.TierMove] = []
    private var offset: Int64 = 0

    /// What was said about one customer.
    package struct Said: Equatable, Sendable {
        package var tiers: [TierMove] = []
        package var churn: [ChurnMove] = []
        package var notices: [Notice] = []
        package var erasedAt: [EventTime] = []
        package init() {}
    }

    package struct Notice: Equatable, Sendable {
        package var kind: TierNotice.Kind
        package var tier: Int
        package var at: EventTime
        package var expiresAt: EventTime?
        package var isByTime: Bool
    }

    package struct TierMove: Equatable, Sendable {
        package var from: Int?
        package var to: Int
        package var direction: TierChange.Direction
        package var reason: TierChange.Reason
        package var at: EventTime
        package var validUntil: EventTime?
        package var isByTime: Bool
        package var sequence: UInt32
        package var score: Double

        package init(
            from: Int?, to: Int, direction: TierChange.Direction, reason: TierChange.Reason, at: EventTime,
            validUntil: EventTime?, isByTime: Bool, sequence: UInt32, score: Double
        ) {
            self.from = from
            self.to = to
            self.direction = direction
            self.reason = reason
            self.at = at
            self.validUntil = validUntil
            self.isByTime = isByTime
            self.sequence = sequence
            self.score = score
        }
    }

    package struct ChurnMove: Equatable, Sendable {
        package var from: Int?
        package var to: Int
        package var at: EventTime
        package var isByTime: Bool
        package var sequence: UInt32
        package var probability: Double

        package init(from: Int?, to: Int, at: EventTime, isByTime: Bool, sequence: UInt32, probability: Double) {
            self.from = from
            self.to = to
            self.at = at
            self.isByTime = isByTime
            self.sequence = sequence
            self.probability = probability
        }
    }

    package struct Refusal: Equatable, Sendable {
        package var id: String
        package var reason: Rejection.Reason
        package init(id: String, reason: Rejection.Reason) {
            self.id = id
            self.reason = reason
        }
    }

    package init(_ policy: Policy) { engine = ShardEngine(policy: policy) }

    /// Applies events as one batch.
    package mutating func apply(
        _ events: [ScriptedEvent], wallClock: EventTime = .outOfRange, deadlineLimit: Int = .max
    ) {
        var batch = Batch()
        for event in events {
            let customer = Self.span(event.customer, &batch)
            let id = Self.span(event.id, &batch)
            let body = event.command.map { Event.Body.command($0.encoded(into: &batch)) } ?? event.body
            batch.events.events.append(
                Event(
                    time: event.time, customer: customer, customerHash: StableHash.of(event.customer), id: id,
                    idHash: StableHash.of(event.id), body: body))
            batch.sources.append(SourcePosition(input: event.input, partition: 0, offset: offset, timestamp: -1))
            offset += 1
        }
        var outputs = OutputBuffer()
        var rejected: [RejectedEvent] = []
        engine.apply(
            &batch, wallClock: wallClock, deadlineLimit: deadlineLimit, into: &outputs, rejected: &rejected)
        note(outputs)
        rejections += rejected.map { Refusal(id: events[$0.index].id, reason: $0.rejection.reason) }
    }

    /// Another run that goes on from a snapshot of this one, and has said nothing yet.
    package mutating func restored() throws(RestoreError) -> EngineRun {
        let policy = engine.policy
        let (mark, images) = engine.captureAll()
        var restoration = try EngineRestoration(policy: policy, mark: mark)
        try images.bytes.span.withUnsafeBytes { (bytes) throws(RestoreError) in try restoration.restore(bytes) }
        var run = EngineRun(policy)
        run.engine = try restoration.finish()
        return run
    }

    /// The customers as a snapshot of now would hold them.
    package mutating func images() throws(RestoreError) -> [CustomerImage] {
        let bytes = engine.captureAll().images.bytes
        return try bytes.span.withUnsafeBytes { (bytes) throws(RestoreError) in try CustomerImage.decode(bytes) }
    }

    /// Forgets what was said so far.
    package mutating func forget() {
        said = [:]
        order = []
        rejections = []
    }

    /// Lets time pass and everything due fire, `limit` deadlines at a time.
    package mutating func wait(until time: EventTime, limit: Int = .max) {
        engine.advance(to: time)
        while true {
            var outputs = OutputBuffer()
            let fired = engine.fireDue(limit: limit, into: &outputs)
            note(outputs)
            if fired < limit { return }
        }
    }

    package mutating func activate(_ policy: Policy, _ activation: Activation = Activation()) {
        engine.activate(policy, activation)
    }

    /// Settles a portion of the customers under the policy that became active.
    package mutating func retier(atMost limit: Int) {
        var outputs = OutputBuffer()
        engine.retier(atMost: limit, wallClock: .outOfRange, into: &outputs)
        note(outputs)
    }

    private mutating func note(_ outputs: OutputBuffer) {
        self.outputs += outputs.outputs
        unheard += outputs.unheard.tierMoves
        for output in outputs.outputs {
            let customer = outputs.string(output.customer)
            order.append(customer)
            switch output {
            case .tierChange(let change):
                said[customer, default: Said()].tiers.append(
                    TierMove(
                        from: change.from, to: change.to, direction: change.direction, reason: change.reason,
                        at: change.effectiveAt, validUntil: change.validUntil, isByTime: change.cause.isDeadline,
                        sequence: change.sequence, score: change.score))
            case .erasure(let erasure): said[customer, default: Said()].erasedAt.append(erasure.effectiveAt)
            case .notice(let notice):
                said[customer, default: Said()].notices.append(
                    Notice(
                        kind: notice.kind, tier: notice.tier, at: notice.effectiveAt, expiresAt: notice.expiresAt,
                        isByTime: notice.cause.isDeadline))
            case .profile: break
            case .churnRisk(let change):
                said[customer, default: Said()].churn.append(
                    ChurnMove(
                        from: change.from, to: change.to, at: change.effectiveAt, isByTime: change.cause.isDeadline,
                        sequence: change.sequence, probability: change.probability))
            }
        }
    }

    fileprivate static func span(_ text: String, _ batch: inout Batch) -> TextSpan {
        var text = text
        return text.withUTF8 { batch.events.append(text: UnsafeRawBufferPointer($0)) }
    }
}

extension Cause {
    package var isDeadline: Bool {
        if case .deadline = self { return true }
        return false
    }
}

extension ScriptedCommand {
    fileprivate func encoded(into batch: inout Batch) -> CommandEvent {
        let by = EngineRun.span("ops", &batch)
        switch self {
        case .erase(let blockFor): return CommandEvent(.erase(blockFor: blockFor), by: by)
        case .pin(let tier, let mode, let until):
            let reason = EngineRun.span("a promise", &batch)
            return CommandEvent(
                .pin(TierPin(tier: EngineRun.span(tier, &batch), mode: mode, until: until)), by: by, reason: reason)
        case .unpin: return CommandEvent(.unpin, by: by)
        case .merge(let other):
            return CommandEvent(
                .merge(MergedCustomer(id: EngineRun.span(other, &batch), hash: StableHash.of(other))), by: by)
        case .tag(let name): return attribute(name, .addTag, by, &batch)
        case .untag(let name): return attribute(name, .removeTag, by, &batch)
        case .set(let name, let text): return attribute(name, .setText(EngineRun.span(text, &batch)), by, &batch)
        case .setNumber(let name, let digits):
            return attribute(name, .setNumber(EngineRun.span(digits, &batch)), by, &batch)
        case .recompute: return CommandEvent(.recompute, by: by)
        }
    }

    private func attribute(
        _ name: String, _ change: AttributeChange.Change, _ by: TextSpan, _ batch: inout Batch
    ) -> CommandEvent {
        let list = ListSpan(offset: batch.events.attributes.count, count: 1)
        batch.events.attributes.append(AttributeChange(name: EngineRun.span(name, &batch), change))
        return CommandEvent(.attribute(list), by: by)
    }
}
