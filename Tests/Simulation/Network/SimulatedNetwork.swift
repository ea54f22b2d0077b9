import Scoring
import TestSupport

/// Brings requests from processes to the cluster and answers back; loses, delays and reorders them as the plan says.
package final class SimulatedNetwork {
    package let clock: SimulatedClock
    package let cluster: SimulatedCluster
    private let trace: SimulationTrace
    private var random: SeededRandom
    package private(set) var plan: FaultPlan
    /// So that outages of an earlier plan end with it.
    private var planNumber = 0

    private enum Fate: String { case normal, slow, requestLost, replyLost, effectDelayed }

    /// Milliseconds one way.
    private static let latency = 0.2...3.0
    /// A connection that broke is noticed at once as often as not; else by the time-out.
    private static let noticedBreaks = 0.5
    /// How long after its client's time-out a delayed request takes effect at the latest.
    private static let longestDelay = 40_000.0

    package init(_ cluster: SimulatedCluster, _ clock: SimulatedClock, _ trace: SimulationTrace, seed: UInt64) {
        self.cluster = cluster
        self.clock = clock
        self.trace = trace
        random = SeededRandom(seed: seed)
        plan = .calm
    }

    /// Changes the weather. With a calm plan all outages end; requests that are late already still arrive.
    package func set(_ plan: FaultPlan) {
        self.plan = plan
        planNumber += 1
        cluster.markerDelay = 1...max(plan.slowestMarker, 1)
        trace.note("network", "\(plan)")
        if plan.outagesPerMinute > 0 { scheduleOutage(planNumber) } else { cluster.endOutages() }
    }

    // MARK: - Requests

    /// Sends a request whose effect is answered at once.
    package func call<Value>(
        _ name: String, from process: SimulatedProcess, to service: SimulatedCluster.Service, timeout: TimeSpan,
        effect: @escaping () -> Result<Value, SimulatedError>, reply: @escaping Reply<Value>
    ) {
        call(name, from: process, to: service, timeout: timeout, effect: { answer in answer(effect()) }, reply: reply)
    }

    /// Sends a request that the cluster may answer later. `reply` is called once, as the process: with the answer, or
    /// with `timedOut` when none has come in time, which says nothing about the effect.
    package func call<Value>(
        _ name: String, from process: SimulatedProcess, to service: SimulatedCluster.Service, timeout: TimeSpan,
        effect: @escaping (@escaping Reply<Value>) -> Void, reply: @escaping Reply<Value>
    ) {
        let fate = drawFate()
        if fate != .normal { trace.note(process.name, "\(name) to \(service): \(fate.rawValue)") }
        var isAnswered = false
        let answer: Reply<Value> = { result in
            if isAnswered { return }
            isAnswered = true
            if case .failure(let error) = result { self.trace.note(process.name, "\(name) to \(service): \(error)") }
            reply(result)
        }
        let noticed = fate != .normal && fate != .slow && random.chance(Self.noticedBreaks)
        if noticed {
            process.run(after: way(fate)) { answer(.failure(.brokerUnavailable)) }
        } else {
            process.run(after: timeout) { answer(.failure(.timedOut)) }
        }
        guard fate != .requestLost else { return }
        let delay =
            fate == .effectDelayed
            ? timeout + TimeSpan(milliseconds: Int64(random.double(0...Self.longestDelay))) : way(fate)
        clock.schedule(after: delay) { [self] in
            if fate == .effectDelayed { trace.note(process.name, "\(name) to \(service) arrives late") }
            let isHeard = fate == .normal || fate == .slow
            let sendBack: Reply<Value> = { [self] result in
                if isHeard { process.run(after: way(fate)) { answer(result) } }
            }
            guard !cluster.isOut(service) else { return sendBack(.failure(service.outageError)) }
            effect(sendBack)
        }
    }

    /// How many batches a fetch may bring this time.
    func drawFetchSize(normally count: Int) -> Int {
        if random.chance(plan.emptyFetches) { return 0 }
        return random.chance(plan.shortFetches) ? 1 : count
    }

    private func drawFate() -> Fate {
        if random.chance(plan.lostRequests) { return .requestLost }
        if random.chance(plan.lostReplies) { return .replyLost }
        if random.chance(plan.delayedEffects) { return .effectDelayed }
        return random.chance(plan.slowAnswers) ? .slow : .normal
    }

    private func way(_ fate: Fate) -> TimeSpan {
        let milliseconds = random.double(Self.latency) * (fate == .slow ? random.double(1...100) : 1)
        return TimeSpan(milliseconds: max(1, Int64(milliseconds)))
    }

    // MARK: - Outages

    private func scheduleOutage(_ number: Int) {
        let mean = 60_000 / plan.outagesPerMinute
        clock.schedule(after: .milliseconds(Int(random.double(0...2 * mean)))) { [weak self] in
            guard let self, planNumber == number else { return }
            let services = cluster.partitions.map(SimulatedCluster.Service.partition) + [.transactions, .group]
            // Coordinators are few and matter most.
            let service = random.chance(0.4) ? random.pick([.transactions, .group]) : random.pick(services)
            cluster.takeOut(service, for: .milliseconds(Int(random.double(50...15_000))))
            scheduleOutage(number)
        }
    }
}

extension SimulatedCluster.Service {
    var outageError: SimulatedError {
        switch self {
        case .partition: .brokerUnavailable
        case .transactions, .group: .coordinatorUnavailable
        }
    }
}

extension TimeSpan {
    static func + (left: TimeSpan, right: TimeSpan) -> TimeSpan {
        TimeSpan(milliseconds: left.milliseconds + right.milliseconds)
    }
}
