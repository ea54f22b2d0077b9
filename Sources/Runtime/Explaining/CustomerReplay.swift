import Scoring

/// Finds out from a history where a customer stood at an instant, how it came to that, and what silence would bring.
///
/// All customers are replayed, not this one alone: others' events move the clock by which an event counts as late.
package struct CustomerReplay {
    private let policy: Policy
    private let history: EventHistory
    private let customer: [UInt8]
    private let time: EventTime

    /// How far silence is followed, and how many of its outputs are shown.
    package static let foresight = TimeSpan.days(730)
    package static let foreseenOutputs = 8
    private static let step = TimeSpan.days(30)

    package init(policy: Policy, history: EventHistory, customer: String, at time: EventTime) {
        self.policy = policy
        self.history = history
        self.customer = Array(customer.utf8)
        self.time = time
    }

    /// Nil for a customer of whom the history tells nothing until then. Reads the history to its end: once.
    package func run(progress: (ReplayStep) -> Void = { _ in }) throws -> CustomerExplanation? {
        var replay = OfflineReplay(policy: policy, history: history, until: time, latest: time)
        var timeline = CustomerTimeline(customer: customer)
        _ = try replay.run { step in
            try timeline.take(step.outputs)
            progress(step)
        }
        guard let report = replay.report(on: customer, at: time) else { return nil }
        var silence = CustomerTimeline(customer: customer)
        var until = time
        while until < time + Self.foresight, silence.entries.count < Self.foreseenOutputs {
            until = min(until + Self.step, time + Self.foresight)
            try replay.letSilencePass(until: until) { try silence.take($0.outputs) }
        }
        return CustomerExplanation(CustomerDocument(report, policy), policy, timeline, silence)
    }
}
