import Scoring
import ShardEngine

/// An engine that is fed shop events and keeps the profiles that it publishes.
package struct ProfileRun: ~Copyable {
    package var engine: ShardEngine
    package private(set) var published: [Published] = []
    package private(set) var rejected: [Rejection.Reason] = []
    private var offset: Int64 = 0

    /// A profile with its names as texts.
    package struct Published: Sendable {
        package var customer: String
        package var profile: Profile
        package var isByTime: Bool
        package var categories: [Named]
        package var channels: [Named]
        package var interests: [String]
        package var acquisitionChannel: String?

        package var at: EventTime { profile.effectiveAt }
    }

    package struct Named: Hashable, Sendable {
        package var name: String
        package var kind: Preference.Kind
        package var share: Double
        package var answered: Double

        package init(_ name: String, _ kind: Preference.Kind, share: Double, answered: Double) {
            self.name = name
            self.kind = kind
            self.share = share
            self.answered = answered
        }
    }

    package init(_ policy: Policy) { engine = ShardEngine(policy: policy) }

    package init(_ engine: consuming ShardEngine) { self.engine = engine }

    /// Applies events as one batch that was stamped with `wallClock`.
    package mutating func apply(
        _ events: [ShopEvent], wallClock: EventTime = .outOfRange, deadlineLimit: Int = .max
    ) {
        var batch = Batch()
        for event in events {
            event.append(to: &batch.events)
            batch.sources.append(SourcePosition(input: event.input, partition: 0, offset: offset, timestamp: -1))
            offset += 1
        }
        var outputs = OutputBuffer()
        var refused: [RejectedEvent] = []
        engine.apply(
            &batch, wallClock: wallClock, deadlineLimit: deadlineLimit, into: &outputs, rejected: &refused)
        note(outputs)
        rejected += refused.map(\.rejection.reason)
    }

    /// Lets time pass and everything due fire.
    package mutating func wait(until time: EventTime) {
        engine.advance(to: time)
        var outputs = OutputBuffer()
        _ = engine.fireDue(limit: .max, into: &outputs)
        note(outputs)
    }

    /// Lets another policy decide and settles everybody, in portions that are stamped with `wallClock`.
    package mutating func activate(_ policy: Policy, _ activation: Activation = Activation(), wallClock: EventTime) {
        engine.activate(policy, activation)
        var outputs = OutputBuffer()
        while engine.retiering != nil { engine.retier(atMost: 10, wallClock: wallClock, into: &outputs) }
        note(outputs)
    }

    /// What would be published of a customer at `time`.
    package mutating func profile(of customer: String = "ann", at time: EventTime) -> Published? {
        let outputs = engine.report(on: Array(customer.utf8), at: time)?.profile
        return outputs.flatMap { Self.profiles(in: $0).first }
    }

    private mutating func note(_ outputs: OutputBuffer) { published += Self.profiles(in: outputs) }

    private static func profiles(in outputs: OutputBuffer) -> [Published] {
        outputs.outputs.compactMap { output in
            guard case .profile(let update) = output else { return nil }
            let profile = outputs.profiles[update.profile]
            return Published(
                customer: outputs.string(update.customer), profile: profile, isByTime: profile.cause.isDeadline,
                categories: named(profile.categories, outputs), channels: named(profile.channels, outputs),
                interests: named(profile.interests, outputs).map(\.name),
                acquisitionChannel: profile.acquisitionChannel.map { outputs.string($0) })
        }
    }

    private static func named(_ span: EvidenceSpan, _ outputs: OutputBuffer) -> [Named] {
        outputs.preferences[span.range].map {
            Named(outputs.string($0.name), $0.kind, share: $0.share, answered: $0.answered)
        }
    }
}
