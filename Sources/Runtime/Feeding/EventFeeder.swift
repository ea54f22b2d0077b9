import KafkaClient
import Scoring
import Synchronization

/// Sends records to the input topics, on a thread of its own: at full speed, or each when its event time has come.
///
/// Records in flight are bounded by the client's queue. The topics must exist.
package final class EventFeeder: Sendable {
    package enum Pace: Sendable {
        case fullSpeed
        /// A record leaves when the clock has reached its event time.
        case clock(LapseClock)
        /// The same with a clock of this speed that starts with the first record.
        case factor(Double)
    }

    private let producer: Producer
    private let topics: [(kind: InputKind, topic: String)]
    private let pace: Pace
    private let skipsInvalid: Bool
    private let source: Mutex<(any RecordSource)?>
    private let counts = Mutex(FeedProgress())
    private let isStopping = Atomic<Bool>(false)
    private let stopSignal = ThreadSignal()
    private let outcome = Mutex<FeedingError?>(nil)
    private let thread = Mutex<ThreadSignal?>(nil)

    private static let topicTimeout: Int32 = 10_000
    /// Between two looks at the client's events while sending at full speed.
    private static let recordsPerLook = 1_000
    /// The longest wait for a record's time before the client's events are looked at again.
    private static let longestPause = 0.05
    /// What is in flight when the feeder is stopped has this long to be acknowledged.
    private static let flushSeconds = 10.0

    /// - Parameters:
    ///   - settings: Passed through to librdkafka.
    ///   - skipsInvalid: Leaves out records that do not decode; they are counted either way.
    package init(
        source: sending any RecordSource, topics: [(kind: InputKind, topic: String)], bootstrap: String,
        settings: [String: String] = [:], pace: Pace = .fullSpeed, skipsInvalid: Bool = false
    ) throws(FeedingError) {
        do {
            producer = try Producer(settings: ClientSettings(settings, defaults: ["bootstrap.servers": bootstrap]))
        } catch {
            throw .settings(error)
        }
        self.source = Mutex(source)
        self.topics = topics
        self.pace = pace
        self.skipsInvalid = skipsInvalid
    }

    /// Returns at once.
    package func start() {
        let thread = DedicatedThread.start("feeder") { [self] in
            do throws(FeedingError) {
                try run()
            } catch {
                outcome.withLock { $0 = error }
            }
        }
        self.thread.withLock { $0 = thread }
    }

    /// Ends after the record in hand; what is in flight is still delivered. Returns at once.
    package func stop() {
        isStopping.store(true, ordering: .releasing)
        stopSignal.raise()
    }

    /// Blocks until everything is sent and acknowledged, or sending has stopped; returns why, if too early.
    package func join() -> FeedingError? {
        thread.withLock { $0 }?.wait()
        return outcome.withLock { $0 }
    }

    package var progress: FeedProgress {
        var progress = counts.withLock { $0 }
        let deliveries = producer.deliveries
        progress.delivered = Int(deliveries.delivered)
        progress.failed = Int(deliveries.failed)
        if let failure = deliveries.lastFailure { progress.complaint = failure.description }
        return progress
    }

    // MARK: - The feeder's thread

    private func run() throws(FeedingError) {
        guard let source = source.withLock({ $0.take() }) else { return }
        for topic in topics { try check(topic.topic) }
        var clock: LapseClock?
        var sinceLook = 0
        while let record = try next(source) {
            guard isWanted(record) else { continue }
            guard try waitUntilDue(record, &clock) else { break }
            try send(record)
            sinceLook += 1
            if sinceLook == Self.recordsPerLook {
                sinceLook = 0
                try serve()
            }
        }
        try flush()
    }

    private func check(_ topic: String) throws(FeedingError) {
        do {
            _ = try producer.partitionCount(of: topic, timeoutMilliseconds: Self.topicTimeout)
        } catch {
            throw .topic(topic, error)
        }
    }

    private var isStopped: Bool { isStopping.load(ordering: .acquiring) }

    private func next(_ source: any RecordSource) throws(FeedingError) -> FeedRecord? {
        if isStopped { return nil }
        do {
            return try source.next()
        } catch {
            throw .source("\(error)")
        }
    }

    /// Counts what does not decode, and says whether it is sent all the same.
    private func isWanted(_ record: FeedRecord) -> Bool {
        switch record.content {
        case .event: return true
        case .undecodable:
            counts.withLock { $0.undecodable += 1 }
            return !skipsInvalid
        case .tooLong:
            counts.withLock { $0.tooLong += 1 }
            return false
        }
    }

    /// Returns false when stopped meanwhile. A record without a time goes at once.
    private func waitUntilDue(_ record: FeedRecord, _ clock: inout LapseClock?) throws(FeedingError) -> Bool {
        guard case .event(let time) = record.content else { return true }
        switch pace {
        case .fullSpeed: return true
        case .clock(let given): clock = given
        case .factor(let factor):
            clock = clock ?? LapseClock(from: time, factor: factor, until: nil, isStarted: true)
        }
        while let clock, time > clock.now {
            if isStopped { return false }
            let seconds = Double((time - clock.now).milliseconds) / 1000 / clock.factor
            _ = stopSignal.wait(seconds: min(max(seconds, 0), Self.longestPause))
            try serve()
        }
        return !isStopped
    }

    private func send(_ record: FeedRecord) throws(FeedingError) {
        guard let topic = topics.first(where: { $0.kind == record.input })?.topic else { return }
        while true {
            do throws(KafkaError) {
                try produce(record, to: topic)
                break
            } catch {
                // The queue stayed full for a second: the brokers are slow, or away.
                guard error.isQueueFull else { throw .client(error) }
                try serve()
                if isStopped { return }
            }
        }
        counts.withLock { counts in
            counts.sent += 1
            counts.sentBytes += record.value.count + (record.key?.count ?? 0)
            if case .event(let time) = record.content { counts.time = max(counts.time ?? time, time) }
        }
    }

    private func produce(_ record: FeedRecord, to topic: String) throws(KafkaError) {
        try record.value.withUnsafeBufferPointer { value throws(KafkaError) in
            let value = UnsafeRawBufferPointer(value)
            guard let key = record.key else { return try producer.produce(topic: topic, key: nil, value: value) }
            try key.withUnsafeBufferPointer { key throws(KafkaError) in
                try producer.produce(topic: topic, key: UnsafeRawBufferPointer(key), value: value)
            }
        }
    }

    /// Counts deliveries and takes up what the client says.
    private func serve() throws(FeedingError) {
        while true {
            switch producer.poll(timeoutMilliseconds: 0) {
            case .none: return
            case .statistics: continue
            case .log(let line):
                if line.level <= 4 { counts.withLock { $0.complaint = line.message } }
            case .error(let error):
                if error.isFatal { throw .client(error) }
                counts.withLock { $0.complaint = error.description }
            }
        }
    }

    /// Waits until all is acknowledged or given up; when stopped, not for ever.
    private func flush() throws(FeedingError) {
        var deadline: Double?
        while true {
            let isDone = try flushForAWhile()
            try serve()
            if isDone { return }
            if isStopped { deadline = deadline ?? SteadyClock.now + Self.flushSeconds }
            if let deadline, SteadyClock.now > deadline {
                let progress = progress
                throw .unacknowledged(progress.sent - progress.delivered - progress.failed)
            }
        }
    }

    private func flushForAWhile() throws(FeedingError) -> Bool {
        do {
            try producer.flush(timeoutMilliseconds: 200)
            return true
        } catch {
            guard error.isTimedOut else { throw .client(error) }
            return false
        }
    }
}
