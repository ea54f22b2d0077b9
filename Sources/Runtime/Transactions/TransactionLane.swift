import KafkaClient
import Synchronization

/// The thread on which one shard's lane machine makes its blocking calls. The shard goes on with its next batch meanwhile.
package final class TransactionLane: ShardLane {
    private enum Message: Sendable {
        case command(LaneMachine.Command)
        case close
    }

    private let messages: Mailbox<Message>
    private let work = ThreadSignal()
    private let isCancelled = Atomic<Bool>(false)

    /// `report` is called on the lane's thread and must only pass the event on.
    package init(
        broker: TransactionBroker, restorer: SnapshotRestorer, name: String,
        report: @escaping @Sendable (ObjectIdentifier, LaneMachine.Event) -> Void
    ) {
        let signal = work
        messages = Mailbox { signal.raise() }
        DedicatedThread.start(name) { [self] in
            run(broker, LaneMachine(restorer: restorer)) { report(ObjectIdentifier(self), $0) }
        }
    }

    package func send(_ command: LaneMachine.Command) { messages.send(.command(command)) }

    package func close() { messages.send(.close) }

    package func cancel() {
        isCancelled.store(true, ordering: .releasing)
        work.raise()
    }

    private func run(_ port: TransactionBroker, _ machine: LaneMachine, _ report: (LaneMachine.Event) -> Void) {
        var (port, machine) = (port, machine)
        while true {
            work.wait()
            for message in messages.drain() {
                switch message {
                case .close:
                    port.close()
                    return
                case .command(let command):
                    machine.start(command, at: SteadyClock.now)
                    report(finish(&machine, &port))
                }
            }
        }
    }

    private func finish(_ machine: inout LaneMachine, _ port: inout TransactionBroker) -> LaneMachine.Event {
        while true {
            let isLost = isCancelled.load(ordering: .acquiring)
            switch machine.advance(&port, isCancelled: isLost, at: SteadyClock.now) {
            case .report(let event): return event
            case .again: continue
            case .wait(let milliseconds): pause(milliseconds: milliseconds)
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
