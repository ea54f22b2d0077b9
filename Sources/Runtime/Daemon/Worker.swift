import KafkaClient
import Scoring
import Synchronization
import WireFormat

/// One thread that works a set of shards in turn. Everything a shard owns is touched on this thread only.
final class Worker: Sendable {
    enum Message: Sendable {
        case adopt(Int32, [(InputKind, PartitionQueue)], TransactionLane)
        /// From one lane, told apart from an earlier one of the same shard.
        case lane(ObjectIdentifier, TransactionLane.Event)
        case drain(Int32, isLost: Bool, done: @Sendable () -> Void)
        case query([UInt8], answer: @Sendable (ShardAnswer) -> Void)
        case exit
    }

    private let signal: WakeSignal
    private let mailbox: Mailbox<Message>
    private let finished = Mutex<ThreadSignal?>(nil)

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

    private func run(_ context: ShardContext, _ recordDecoder: consuming RecordDecoder) {
        var decoder = recordDecoder
        var shards: [ShardTask] = []
        while true {
            for message in mailbox.drain() {
                if case .exit = message { return }
                handle(message, &shards, context)
            }
            var worked = false
            for shard in shards where shard.step(&decoder) { worked = true }
            if !worked { _ = signal.wait(timeoutMilliseconds: Self.idleMilliseconds) }
        }
    }

    private func handle(_ message: Message, _ shards: inout [ShardTask], _ context: ShardContext) {
        switch message {
        case .adopt(let number, let queues, let lane):
            for (_, queue) in queues { queue.raise(signal) }
            shards.append(ShardTask(number, context, lane, queues))
        case .lane(let lane, let event):
            for shard in shards where shard.laneIdentity == lane { shard.receive(event) }
            shards.removeAll { $0.isGone }
        case .drain(let number, let isLost, let done):
            guard let shard = shards.first(where: { $0.shard == number }) else { return done() }
            shard.drain(isLost: isLost, done)
            shards.removeAll { $0.isGone }
        case .query(let id, let answer): answer(Self.ask(shards, id))
        case .exit: break
        }
    }

    /// Every shard is asked: which one holds a customer depends on the producers' partitioner.
    private static func ask(_ shards: [ShardTask], _ id: [UInt8]) -> ShardAnswer {
        var isRestoring = false
        for shard in shards {
            switch shard.report(on: id) {
            case .found(let report): return .found(report)
            case .restoring: isRestoring = true
            case .unknown: continue
            }
        }
        return isRestoring ? .restoring : .unknown
    }
}
