import KafkaClient
import Synchronization

/// The thread on which one shard's producer blocks: fencing, reading positions and committing, one command at a time.
/// The shard goes on with its next batch meanwhile.
package final class TransactionLane: Sendable {
    package enum Command: Sendable {
        /// Initialise the transactional id, then read what the group has committed for these partitions.
        case take([TopicPartition])
        case commit(EncodedTransaction)
        case close
    }

    package enum Event: Sendable {
        case taken([PartitionOffset])
        case committed(EncodedTransaction, CommitReport)
        /// Fenced, out of retries, or cancelled (nil).
        case failed(KafkaError?)
        case closed
    }

    private let commands: Mailbox<Command>
    private let work = ThreadSignal()
    private let isCancelled = Atomic<Bool>(false)

    /// `report` is called on the lane's thread and must only pass the event on.
    package init(broker: TransactionBroker, name: String, report: @escaping @Sendable (ObjectIdentifier, Event) -> Void)
    {
        let signal = work
        commands = Mailbox { signal.raise() }
        DedicatedThread.start(name) { [self] in run(broker) { report(ObjectIdentifier(self), $0) } }
    }

    package func send(_ command: Command) { commands.send(command) }

    /// Gives up waiting and retrying: the shard is lost, and nothing may be committed any more.
    package func cancel() {
        isCancelled.store(true, ordering: .releasing)
        work.raise()
    }

    private func run(_ broker: TransactionBroker, _ report: (Event) -> Void) {
        var broker = broker
        while true {
            work.wait()
            for command in commands.drain() {
                switch command {
                case .take(let partitions): report(take(partitions, &broker))
                case .commit(let transaction): report(commit(transaction, &broker))
                case .close:
                    broker.close()
                    report(.closed)
                    return
                }
            }
        }
    }

    private func take(_ partitions: [TopicPartition], _ broker: inout TransactionBroker) -> Event {
        var wait: Int32 = 50
        while true {
            do throws(KafkaError) {
                try broker.rebuild()
                return .taken(try broker.committed(partitions))
            } catch {
                if isCancelled.load(ordering: .acquiring) { return .failed(nil) }
                if error.isFenced || error.disposition == .fail { return .failed(error) }
                pause(milliseconds: wait)
                wait = min(wait * 2, 2_000)
            }
        }
    }

    private func commit(_ transaction: EncodedTransaction, _ broker: inout TransactionBroker) -> Event {
        var machine = TransactionMachine()
        var step = machine.start()
        let started = SteadyClock.now
        while true {
            if isCancelled.load(ordering: .acquiring), step.canBeLeft { return .failed(nil) }
            switch step {
            case .committed:
                let report = CommitReport(
                    seconds: SteadyClock.now - started, aborts: machine.aborts, rebuilds: machine.rebuilds)
                return .committed(transaction, report)
            case .lost(let error): return .failed(error)
            case .wait(let milliseconds, let action):
                pause(milliseconds: milliseconds)
                step = broker.perform(action, transaction, &machine)
            case .perform(let action): step = broker.perform(action, transaction, &machine)
            }
        }
    }

    /// Ends early when the lane is cancelled.
    private func pause(milliseconds: Int32) {
        if isCancelled.load(ordering: .acquiring) { return }
        // A command cannot come while one is being worked on, so the only reason to wake is cancellation.
        if work.wait(seconds: Double(milliseconds) / 1000) { work.raise() }
    }
}

/// How a commit went, for metrics.
package struct CommitReport: Sendable {
    package var seconds: Double
    package var aborts: Int
    package var rebuilds: Int
}
