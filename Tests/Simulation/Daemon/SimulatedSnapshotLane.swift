import Runtime
import Scoring
import Snapshots

/// Writes a shard's snapshots in virtual time, one command after the other, as slowly as a disk does.
final class SimulatedSnapshotLane: SnapshotLane, @unchecked Sendable {
    private let process: SimulatedProcess
    private let report: (SimulatedSnapshotLane, SnapshotWriter.Event) -> Void
    private var writer: SnapshotWriter
    private var commands: [SnapshotWriter.Command] = []
    private var isBusy = false

    private static let duration = TimeSpan.milliseconds(15)

    init(
        _ store: any SnapshotStore, _ process: SimulatedProcess,
        report: @escaping (SimulatedSnapshotLane, SnapshotWriter.Event) -> Void
    ) {
        writer = SnapshotWriter(store)
        self.process = process
        self.report = report
    }

    func send(_ command: SnapshotWriter.Command) {
        commands.append(command)
        next()
    }

    private func next() {
        guard !isBusy, !commands.isEmpty else { return }
        isBusy = true
        process.run(after: Self.duration) { [self] in
            if let event = writer.perform(commands.removeFirst()) { report(self, event) }
            isBusy = false
            next()
        }
    }
}
