import KafkaClient
import Scoring
import Synchronization

/// Sends a history into the input topics as its time comes.
package final class DemoFeed: Sendable {
    private let history: DemoHistory
    private let topics: [String]
    private let producer: Producer
    private let clock: LapseClock
    private let sentCount = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)
    private let problem = Mutex<String?>(nil)

    package init(_ history: DemoHistory, to cluster: DemoCluster, clock: LapseClock) throws(DemoError) {
        self.history = history
        self.clock = clock
        topics = cluster.inputs.map(\.topic)
        do {
            producer = try Producer(settings: ClientSettings([:], defaults: ["bootstrap.servers": cluster.bootstrap]))
        } catch {
            throw DemoError("\(error)")
        }
    }

    package var sent: Int { sentCount.load(ordering: .relaxed) }
    package var isDone: Bool { sent == history.records.count }
    /// Records that the cluster has acknowledged.
    package var delivered: Int64 { producer.deliveries.delivered }
    package var failure: String? { problem.withLock { $0 } }

    package func start() { DedicatedThread.start("demo-feed") { [self] in run() } }
    package func stop() { isStopped.store(true, ordering: .relaxed) }

    private func run() {
        var next = 0
        let pause = ThreadSignal()
        while next < history.records.count, !isStopped.load(ordering: .relaxed) {
            let now = clock.now
            do throws(KafkaError) {
                while next < history.records.count, history.records[next].time <= now {
                    try send(history.records[next])
                    next += 1
                }
            } catch {
                problem.withLock { $0 = "sending stopped: \(error)" }
                return
            }
            sentCount.store(next, ordering: .relaxed)
            // Takes in delivery reports; what is still under way is no error.
            try? producer.flush(timeoutMilliseconds: 1)
            _ = pause.wait(seconds: 0.01)
        }
        try? producer.flush(timeoutMilliseconds: 10_000)
    }

    private func send(_ record: DemoHistory.Record) throws(KafkaError) {
        try record.key.withUnsafeBufferPointer { key throws(KafkaError) in
            try record.value.withUnsafeBufferPointer { value throws(KafkaError) in
                try producer.produce(
                    topic: topics[Int(record.input.rawValue)], key: UnsafeRawBufferPointer(key),
                    value: UnsafeRawBufferPointer(value))
            }
        }
    }
}
