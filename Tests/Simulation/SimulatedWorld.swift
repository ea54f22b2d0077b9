import KafkaClient
import Runtime
import Scoring
import TestSupport

/// Everything outside the daemon, made of one seed: the same seed gives the same run, line by line of the trace.
package final class SimulatedWorld {
    package let seed: UInt64
    package let clock = SimulatedClock()
    package let trace: SimulationTrace
    package let cluster: SimulatedCluster
    package let network: SimulatedNetwork
    /// The weather that this seed has; the world begins calm until `network.set` is called with it.
    package let plan: FaultPlan
    /// For the run's own choices: whom to crash, and when. The parts draw from generators of their own, so that one
    /// choice more here changes nothing there.
    package var random: SeededRandom
    /// Who has worked on which shard, as the daemons believed.
    package var ownership = OwnershipHistory()
    /// What shadow runs did between batches, in order.
    package var shadowNotes: [ShadowNote] = []
    private var diskSeeds: SeededRandom
    private let inputSeed: UInt64
    private var starts: [String: Int] = [:]

    package init(seed: UInt64) {
        self.seed = seed
        var seeds = SeededRandom(seed: seed)
        plan = FaultPlan.draw(&seeds)
        trace = SimulationTrace(clock)
        cluster = SimulatedCluster(clock, trace, seed: seeds.next())
        network = SimulatedNetwork(cluster, clock, trace, seed: seeds.next())
        inputSeed = seeds.next()
        diskSeeds = SeededRandom(seed: seeds.next())
        random = SeededRandom(seed: seeds.next())
    }

    package func input(_ shape: InputScript.Shape) -> InputScript { InputScript(shape, seed: inputSeed) }

    package func makeDisk(capacity: Int = .max) -> SimulatedDisk {
        SimulatedDisk(seed: diskSeeds.next(), capacity: capacity)
    }

    /// A new run of the program called `name`.
    package func start(_ name: String) -> SimulatedProcess {
        starts[name, default: 0] += 1
        trace.note(name, "starts, run \(starts[name] ?? 0)")
        return SimulatedProcess("\(name)#\(starts[name] ?? 0)", clock, trace)
    }

    package func producer(_ transactionalID: String, of process: SimulatedProcess) -> SimulatedProducer {
        SimulatedProducer(transactionalID, network, process)
    }

    package func consumer(_ settings: SimulatedConsumer.Settings, of process: SimulatedProcess) -> SimulatedConsumer {
        SimulatedConsumer(settings, network, process)
    }

    /// Lets time pass until a call has answered; `timedOut` when it never does.
    package func await<Value>(_ call: (@escaping Reply<Value>) -> Void) -> Result<Value, SimulatedError> {
        var answer: Result<Value, SimulatedError>?
        call { answer = $0 }
        _ = clock.run(within: .seconds(600)) { answer != nil }
        return answer ?? .failure(.timedOut)
    }
}
