import Snapshots

/// The thread on which one shard's snapshots are written, so that a slow disk holds up no batch.
package final class SnapshotThread: SnapshotLane {
    private let commands: Mailbox<SnapshotWriter.Command>
    private let work = ThreadSignal()

    /// `store` is opened on the thread; `report` is called there and must only pass the event on.
    package init(
        name: String, opening store: @escaping @Sendable () -> any SnapshotStore,
        report: @escaping @Sendable (ObjectIdentifier, SnapshotWriter.Event) -> Void
    ) {
        let signal = work
        commands = Mailbox { signal.raise() }
        DedicatedThread.start(name) { [self] in
            run(SnapshotWriter(store())) { report(ObjectIdentifier(self), $0) }
        }
    }

    package func send(_ command: SnapshotWriter.Command) { commands.send(command) }

    private func run(_ writer: SnapshotWriter, _ report: (SnapshotWriter.Event) -> Void) {
        var writer = writer
        while true {
            work.wait()
            for command in commands.drain() {
                if let event = writer.perform(command) { report(event) }
                if case .close = command { return }
            }
        }
    }
}
