import KafkaClient
import Scoring
import Simulation
import TestSupport
import Testing

@Suite struct SimulatedNetworkTests {
    private let world = SimulatedWorld(seed: 3)
    private let partition = TopicPartition(topic: "in", partition: 0)

    init() { world.cluster.create(topic: "in", partitions: 1) }

    @Test func `a lost request has no effect, and its client is not told so`() {
        #expect(effects { $0.lostRequests = 1 } == 0)
    }

    @Test func `a lost reply leaves the effect behind`() {
        #expect(effects { $0.lostReplies = 1 } == 1)
    }

    @Test func `a delayed request takes effect after its client has given up`() {
        var answeredAt: VirtualTime?
        var doneAt: VirtualTime?
        var plan = FaultPlan()
        plan.delayedEffects = 1
        world.network.set(plan)
        send {
            doneAt = world.clock.now
        } reply: { _ in
            answeredAt = world.clock.now
        }
        world.clock.run(for: .seconds(60))
        #expect(answeredAt.map { $0 <= VirtualTime(milliseconds: 5_000) } == true)
        #expect(doneAt.map { $0 >= VirtualTime(milliseconds: 5_000) } == true)
    }

    @Test func `a crashed process hears nothing, and what it had sent takes effect`() {
        var (done, heard) = (false, false)
        let process = world.start("daemon")
        send(process) {
            done = true
        } reply: { _ in
            heard = true
        }
        process.crash()
        world.clock.run(for: .seconds(60))
        #expect(done && !heard)
    }

    @Test func `a process that stands still hears later`() {
        var heard: VirtualTime?
        let process = world.start("daemon")
        send(process) {
        } reply: { _ in
            heard = world.clock.now
        }
        process.pause(for: .seconds(40))
        world.clock.run(for: .seconds(60))
        #expect(heard.map { $0 >= VirtualTime(milliseconds: 40_000) } == true)
    }

    @Test func `what is out of order answers so and does nothing`() {
        var done = false
        var error: SimulatedError?
        world.cluster.takeOut(.partition(partition), for: .seconds(1))
        send {
            done = true
        } reply: {
            error = $0.error
        }
        world.clock.run(for: .seconds(10))
        #expect(!done && error == .brokerUnavailable)
    }

    @Test func `some seeds are calm, some have one kind of fault, some are storms`() {
        let plans = (0..<200).map { seed in
            var random = SeededRandom(seed: UInt64(seed))
            return FaultPlan.draw(&random)
        }
        let kinds = plans.map { plan in
            [plan.lostRequests, plan.lostReplies, plan.delayedEffects, plan.slowAnswers, plan.outagesPerMinute]
                .count { $0 > 0 }
        }
        for count in [0, 1, 5] { #expect(kinds.contains(count)) }
    }

    /// How often a request took effect, which its client always has to leave open.
    private func effects(_ change: (inout FaultPlan) -> Void) -> Int {
        var plan = FaultPlan()
        change(&plan)
        world.network.set(plan)
        var count = 0
        var errors: [SimulatedError] = []
        send {
            count += 1
        } reply: {
            if let error = $0.error { errors.append(error) }
        }
        world.clock.run(for: .seconds(120))
        #expect(errors.count == 1 && errors.allSatisfy(\.isRetriable))
        return count
    }

    private func send(
        _ process: SimulatedProcess? = nil, effect: @escaping () -> Void, reply: @escaping Reply<Void>
    ) {
        world.network.call(
            "Test", from: process ?? world.start("client"), to: .partition(partition), timeout: .seconds(5),
            effect: { .success(effect()) }, reply: reply)
    }
}
