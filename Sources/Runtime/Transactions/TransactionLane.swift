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
        broker: TransactionBroker, name: String,
        report: @escaping @Sendable (ObjectIdentifier, LaneMachine.Event) -> Void
    ) {
        let signal = work
        messages = Mailbox { signal.raise() }
        DedicatedThread.start(name) { [self] in run(broker) { report(ObjectIdentifier(self), $0) } }
    }

    package func send(_ command: LaneMachine.Command) { messages.send(.command(command)) }

    package func close() { messages.send(.close) }

    package func cancel() {
        isCancelled.store(true, ordering: .releasing)
        work.raise()
    }

    private func run(_ broker: TransactionBroker, _ report: (LaneMachine.Event) -> Void) {
        var (broker, machine) = (broker, LaneMachine())
        while true {
            work.wait()
            for message in messages.drain() {
                switch message {
                case .close: return
                case .command(let command):
                    machine.start(command, at: SteadyClock.now)
                    finish(&machine, &broker, report)
                }
            }
        }
    }

    /// Steps until the lane rests again.
    private func finish(
        _ machine: inout LaneMachine, _ broker: inout TransactionBroker, _ report: (LaneMachine.Event) -> Void
    ) {
        while true {
            switch machine.next(isCancelled: isCancelled.load(ordering: .acquiring)) {
            case .rest: return
            case .report(let event): report(event)
            case .wait(let milliseconds): pause(milliseconds: milliseconds)
            case .call(let call): machine.answered(broker.answer(call), at: SteadyClock.now)
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
