import Foundation
import KafkaClient
import Logging
import Runtime
import Scoring
import ShardEngine
import Telemetry
import WireFormat

/// One shard at work on records that a test gives it, with brokers that answer at once. It outlives its task: another
/// task takes the shard over, as after a crash.
final class LoneShard {
    /// A record of a committed transaction.
    struct Written: Equatable {
        var topic: String
        var key: String
        var value: [UInt8]
        var headers: [String: String]

        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(value)) as? [String: Any]) ?? [:] }
        func text(_ field: String) -> String { json[field] as? String ?? "" }
        var run: String { text("run") }
    }

    static let topics = OutputTopics(
        tierChanges: "tiers", churnRisk: "churn", tierNotices: "notices", customerProfiles: "profiles",
        deadLetters: "letters", journal: "journal", tierChangesShadow: "shadow")
    /// Of the first event; the wall clock starts there.
    static let start = EventTime(milliseconds: 1_767_225_600_000)

    let policies: PolicyShelf
    let board = StatusBoard()
    let metrics: Metrics
    private let orders = Orders()
    private let clock = Clock()
    private let lane = Lane()
    private var options: DaemonOptions
    private var task: ShardTask?
    private let starts = Starts()
    private let places = ReadingPlaces()
    /// Whether the task is told that the client was assigned its start, as soon as it has said it.
    var isAssignedAtOnce = true
    private var decoder: RecordDecoder

    init(_ policy: Policy) throws {
        policies = PolicyShelf(KeptPolicy(policy))
        let clock = clock
        options = DaemonOptions(
            application: "lone", bootstrap: "nowhere", group: "lone", inputs: [(.orders, "orders")],
            outputs: Self.topics, policy: policy, clock: .reading { clock.now }, batchRecords: 50)
        options.retiersPerSecond = 100
        metrics = Metrics(labels: options.metricLabels, version: "test", startSeconds: 0)
        decoder = try RecordDecoder(maximumBytes: options.recordBytes)
        begin()
    }

    var activation: Activation {
        get { options.activation }
        set { options.activation = newValue }
    }

    /// A task takes the shard over; what another one had in memory is gone.
    func begin() {
        let clock = clock
        lane.restart()
        let starts = starts
        starts.said = nil
        if isAssignedAtOnce { orders.rewind(to: 0) }
        task = ShardTask(
            0,
            ShardContext(
                options, policies, steady: { clock.seconds }, board: board, places: places, metrics: metrics,
                log: RuntimeLog(Logger(label: "lone") { _ in SwiftLogNoOpLogHandler() }),
                announce: { _, start in starts.said = start },
                requestRetaking: { _, seconds in starts.wishes.append(seconds) }),
            ShardTask.Surroundings(sources: [(.orders, orders)], lane: lane))
        // An entry is replayed in each step.
        for _ in 0...journal.count + 20 { step() }
    }

    /// An order of each customer, a minute after the last ones.
    func order(_ customers: some Sequence<Int>, dollars: Int) {
        clock.now = clock.now + .minutes(1)
        for customer in customers {
            let text =
                #"{"order_id":"o\#(orders.count)","customer_id":"c\#(customer)","type":"completed","#
                + #""occurred_at":\#(clock.now.milliseconds),"currency":"USD","total":\#(dollars).00}"#
            orders.append(key: "c\(customer)", value: text)
        }
        run(seconds: 2)
    }

    /// Lets the wall clock move on while nothing comes.
    func pass(_ span: TimeSpan) {
        clock.now = clock.now + span
        run(seconds: 5)
    }

    /// Twenty steps to the second, with or without work.
    func run(seconds: Int) { for _ in 0..<20 * seconds { step() } }

    private func step() {
        clock.seconds += 0.05
        // Runs are told apart by when they began.
        clock.now = clock.now + TimeSpan(milliseconds: 1)
        _ = task?.step(&decoder)
        for event in lane.answer() { task?.receive(event) }
        if isAssignedAtOnce, case .ready(let offsets)? = starts.said {
            starts.said = nil
            task?.reads(from: offsets)
        }
    }

    /// The client is assigned the partition from an offset on; what it had fetched before is gone.
    func assign(from offset: Int64) {
        orders.rewind(to: Int(offset))
        tellAssigned(from: offset)
    }

    /// The task hears of an assignment.
    func tellAssigned(from offset: Int64) {
        task?.reads(from: [PartitionOffset(topicPartition: orders.topicPartition, offset: offset)])
    }

    /// Where the task says that it starts; nil before it has.
    var start: Int64? {
        guard case .ready(let offsets)? = starts.said else { return nil }
        return offsets.first?.offset
    }

    /// How far the task says that it has taken the partition.
    var place: Int64? { places.assignment([], going: [0])[0]?.first?.offset }

    /// The first `count` records of the next batch come twice in it, as when the client begins anew in its middle.
    func repeatInNextBatch(_ count: Int) { orders.repeated = count }

    /// The next read of the partition fails.
    func failNextRead(_ error: KafkaError) { orders.failure = error }
    /// For how many seconds the task was live, each time that it has asked to be taken anew.
    var wishes: [Double] { starts.wishes }

    /// Whether what is committed goes unanswered, for now.
    var holdsCommits: Bool {
        get { lane.isHeld }
        set { lane.isHeld = newValue }
    }
    /// What is in flight is not committed in the end.
    func failCommit() { lane.failsNext = true }

    var status: ShardStatus? { board.shards.first }
    var isLive: Bool { status?.stage == .live }

    /// The commits with these numbers, counted from 0, go unanswered after they took effect, or before.
    func leaveInDoubt(_ numbers: [Int], tookEffect: Bool) { lane.doubts = (Set(numbers), tookEffect) }
    var commits: Int { lane.commits }

    var journal: [[UInt8]] { lane.journal }
    var live: [Written] { lane.written.filter { $0.topic != "shadow" } }
    var shadow: [Written] { lane.written.filter { $0.topic == "shadow" } }
    /// The runs that have written, in the order of their first records.
    var runs: [String] { shadow.map(\.run).reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
    func shadow(of run: String?) -> [Written] { shadow.filter { $0.run == run } }
}

extension LoneShard {
    private final class Starts: @unchecked Sendable {
        var said: ShardStart?
        /// For how many seconds the task was live, each time that it has asked to be taken anew.
        var wishes: [Double] = []
    }

    private final class Clock: @unchecked Sendable {
        var now = LoneShard.start
        var seconds = 0.0
    }

    /// The one input partition.
    private final class Orders: PartitionSource {
        let topicPartition = TopicPartition(topic: "orders", partition: 0)
        private var records: [(key: [UInt8], value: [UInt8])] = []
        private var next = 0
        private var hasEnded = false

        var count: Int { records.count }

        func append(key: String, value: String) {
            records.append((Array(key.utf8), Array(value.utf8)))
            hasEnded = false
        }

        func rewind(to offset: Int) { (next, hasEnded) = (offset, false) }

        /// How many records of the next batch come twice in it.
        var repeated = 0

        var failure: KafkaError?

        func consume(maximum: Int) throws(KafkaError) -> RecordBatch {
            if let failure {
                self.failure = nil
                throw failure
            }
            let taken = records[next..<min(next + maximum, records.count)]
            let again = taken.isEmpty ? 0 : min(repeated, taken.count)
            repeated -= again
            let copies = RecordCopies(capacity: 2 * taken.reduce(0) { $0 + $1.key.count + $1.value.count })
            for (index, record) in zip(next..., taken.prefix(again)) {
                copies.append(offset: Int64(index), timestamp: 0, key: record.key, value: record.value)
            }
            for (index, record) in zip(next..., taken) {
                copies.append(offset: Int64(index), timestamp: 0, key: record.key, value: record.value)
            }
            next += taken.count
            if next == records.count, !hasEnded {
                hasEnded = true
                copies.append(endOfPartition: Int64(next))
            }
            return RecordBatch(copies, of: topicPartition)
        }
    }

    /// The shard's real lane machine over brokers that are two arrays.
    private final class Lane: ShardLane, @unchecked Sendable {
        private(set) var written: [Written] = []
        private(set) var journal: [[UInt8]] = []
        private(set) var commits = 0
        var doubts: (numbers: Set<Int>, tookEffect: Bool) = ([], true)
        var isHeld = false
        var failsNext = false
        private var machine = LaneMachine()
        private var commands: [LaneMachine.Command] = []
        private var open: (records: [Written], entries: [[UInt8]]) = ([], [])

        func restart() { (machine, commands) = (LaneMachine(), []) }
        func send(_ command: LaneMachine.Command) { commands.append(command) }
        func cancel() {}
        func close() {}

        /// Works off what was sent; returns what came of it.
        func answer() -> [LaneMachine.Event] {
            if isHeld { return [] }
            if failsNext, !commands.isEmpty {
                (failsNext, commands) = (false, [])
                return [.failed(.cancelled)]
            }
            var events: [LaneMachine.Event] = []
            while !commands.isEmpty {
                machine.start(commands.removeFirst(), at: 0)
                work: while true {
                    switch machine.next(isCancelled: false) {
                    case .rest: break work
                    case .wait: continue
                    case .report(let event): events.append(event)
                    case .call(let call): machine.answered(answer(call), at: 0)
                    }
                }
            }
            return events
        }

        private func answer(_ call: BrokerCall) -> Result<BrokerAnswer, KafkaError> {
            var answer = BrokerAnswer()
            switch call {
            case .fence, .begin, .abort: open = ([], [])
            case .produce(let transaction): produce(transaction)
            case .commit: return commit()
            case .committed:
                answer.offsets = [
                    PartitionOffset(topicPartition: TopicPartition(topic: "orders", partition: 0), offset: nil)
                ]
            case .inputBounds: answer.bounds = [Watermarks(low: 0, high: .max / 2)]
            case .journalBounds: answer.bounds = [Watermarks(low: 0, high: Int64(journal.count))]
            case .readJournal(let from, let to):
                let range = Int(from)..<min(Int(to), journal.count)
                answer.records = JournalRecords(
                    records: range.map { JournalRecords.Record(offset: Int64($0), value: journal[$0]) }, next: to)
            case .sendOffsets, .restoreSnapshot, .lastJournalOffset: break
            }
            return .success(answer)
        }

        private func produce(_ transaction: EncodedTransaction) {
            transaction.forEachRecord(shard: 0, LoneShard.topics) { record in
                let value = record.value.map { Array($0) } ?? []
                if record.isEntry { return open.entries.append(value) }
                let headers = record.headers.map { ($0.name, String(decoding: $0.value ?? [], as: UTF8.self)) }
                open.records.append(
                    Written(
                        topic: record.topic, key: String(decoding: record.key.map { Array($0) } ?? [], as: UTF8.self),
                        value: value, headers: Dictionary(headers) { $1 }))
            }
        }

        private func commit() -> Result<BrokerAnswer, KafkaError> {
            defer { commits += 1 }
            let isInDoubt = doubts.numbers.contains(commits)
            if !isInDoubt || doubts.tookEffect {
                written += open.records
                journal += open.entries
            }
            open = ([], [])
            guard isInDoubt else { return .success(BrokerAnswer()) }
            return .failure(KafkaError(code: -195, name: "_TRANSPORT", message: "gone", isFatal: true))
        }
    }
}
