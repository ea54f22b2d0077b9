import KafkaClient
import Scoring
import Snapshots
import Synchronization
import WireFormat

/// One thread that works a set of shards in turn. Everything a shard owns is touched on this thread only.
final class Worker: Sendable {
    enum Message: Sendable {
        case adopt(Adoption)
        /// From one lane, told apart from an earlier one of the same shard.
        case lane(ObjectIdentifier, LaneMachine.Event)
        case snapshot(ObjectIdentifier, SnapshotWriter.Event)
        case drain(Int32, isLost: Bool, isStopping: Bool, done: @Sendable () -> Void)
        /// The client has been assigned a shard's partitions from these offsets on.
        case reads(Int32, from: [PartitionOffset])
        case query([UInt8], answer: @Sendable (ShardAnswer) -> Void)
        case exit
    }

    /// A shard to work on, with everything that it works with.
    struct Adoption: Sendable {
        var shard: Int32
        var queues: [(InputKind, PartitionQueue)]
        var lane: TransactionLane
        var snapshots: SnapshotThread?
        var identity: SnapshotIdentity?
    }

    private let signal: WakeSignal
    private let mailbox: Mailbox<Message>
    private let finished = Mutex<ThreadSignal?>(nil)
    /// `SteadyClock` when the loop last turned; for liveness.
    private let turned = Mutex(SteadyClock.now)

    /// The longest that a worker sleeps: what bounds how late an idle shard notices a deadline.
    private static let idleMilliseconds: Int32 = 50

    init() throws(KafkaError) {
        let signal = try WakeSignal()
        self.signal = signal
        mailbox = Mailbox { signal.raise() }
    }

    func send(_ message: Message) { mailbox.send(message) }

    /// Starts the thread.
    func start(number: Int, context: ShardContext, recordBytes: Int) {
        let thread = DedicatedThread.start("worker-\(number)") { [self] in
            let decoder: RecordDecoder
            do {
                decoder = try RecordDecoder(maximumBytes: recordBytes)
            } catch {
                preconditionFailure("no memory for a record decoder at the start: \(error)")
            }
            run(context, decoder)
        }
        finished.withLock { $0 = thread }
    }

    func join() { finished.withLock { $0 }?.wait() }

    var lastTurn: Double { turned.withLock { $0 } }

    private func run(_ context: ShardContext, _ recordDecoder: consuming RecordDecoder) {
        var decoder = recordDecoder
        var shards: [ShardTask] = []
        while true {
            turned.withLock { $0 = SteadyClock.now }
            for message in mailbox.drain() {
                if case .exit = message { return }
                handle(message, &shards, context)
            }
            var worked = false
            for shard in shards where shard.step(&decoder) { worked = true }
            shards.removeAll { $0.isGone }
            if !worked { _ = signal.wait(timeoutMilliseconds: Self.idleMilliseconds) }
        }
    }

    private func handle(_ message: Message, _ shards: inout [ShardTask], _ context: ShardContext) {
        switch message {
        case .adopt(let adoption): shards.append(adopt(adoption, context))
        case .lane(let lane, let event):
            for shard in shards where shard.laneIdentity == lane { shard.receive(event) }
            shards.removeAll { $0.isGone }
        case .snapshot(let thread, let event):
            for shard in shards where shard.snapshotLane.map(ObjectIdentifier.init) == thread { shard.receive(event) }
            shards.removeAll { $0.isGone }
        case .drain(let number, let isLost, let isStopping, let done):
            guard let shard = shards.first(where: { $0.shard == number && !$0.isDraining }) else { return done() }
            shard.drain(isLost: isLost, isStopping: isStopping, done)
            shards.removeAll { $0.isGone }
        case .reads(let number, let offsets):
            for shard in shards where shard.shard == number { shard.reads(from: offsets) }
        case .query(let id, let answer): answer(Self.ask(shards, id))
        case .exit: break
        }
    }

    private func adopt(_ adoption: Adoption, _ context: ShardContext) -> ShardTask {
        for (_, queue) in adoption.queues { queue.raise(signal) }
        var surroundings = ShardTask.Surroundings(sources: adoption.queues.map { ($0, $1) }, lane: adoption.lane)
        if let lane = adoption.snapshots, let identity = adoption.identity { surroundings.snapshots = (lane, identity) }
        return ShardTask(adoption.shard, context, surroundings)
    }

    /// Every shard is asked: which one holds a customer depends on the producers' partitioner.
    private static func ask(_ shards: [ShardTask], _ id: [UInt8]) -> ShardAnswer {
        var isRestoring = false
        for shard in shards {
            switch shard.report(on: id) {
            case .found(let report, let policy): return .found(report, policy)
            case .restoring: isRestoring = true
            case .unknown, .elsewhere: continue
            }
        }
        return isRestoring ? .restoring : .unknown
    }
}
