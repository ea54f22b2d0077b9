import KafkaClient
import Runtime
import Testing

@Suite(.timeLimit(.minutes(1)))
struct JournalReaderTests {
    private static let entry = [UInt8](repeating: 7, count: 5_000)
    private let cluster: MockCluster
    private let partition = TopicPartition(topic: "journal", partition: 0)

    /// A journal of one record.
    init() throws {
        cluster = try MockCluster(brokers: 1)
        try cluster.createTopic(partition.topic, partitions: 1)
        let producer = try Producer(settings: settings([:]))
        try Self.entry.withUnsafeBytes { try producer.produce(topic: partition.topic, key: nil, value: $0) }
        try producer.flush(timeoutMilliseconds: 10_000)
        #expect(producer.deliveries.delivered == 1)
    }

    private func settings(_ user: [String: String]) -> ClientSettings {
        ClientSettings(user, defaults: ["bootstrap.servers": cluster.bootstrapServers])
    }

    private func reader(_ user: [String: String] = [:], patienceSeconds: Double? = nil) throws -> JournalReader {
        try JournalReader(partition, settings: settings(user), patienceSeconds: patienceSeconds)
    }

    private func failure(of reader: JournalReader, to end: Int64) -> KafkaError? {
        #expect(throws: KafkaError.self) { _ = try reader.read(from: 0, to: end, maximum: 10) }
    }

    @Test func `what is there is read, up to the end that was asked for`() throws {
        let read = try reader().read(from: 0, to: 1, maximum: 10)
        #expect(read.records.map(\.value) == [Self.entry] && read.records.map(\.offset) == [0] && read.next == 1)
    }

    @Test func `a wait for what never comes ends when patience does`() throws {
        let error = try #require(failure(of: reader(patienceSeconds: 1), to: 2))
        #expect(error.message == "journal[0] gave nothing for 1 s")
        #expect(error.isTimedOut && error.isRetriable)
    }

    @Test func `a wait for a response that the client finds too large says so`() throws {
        // The record is larger than all that one response may hold.
        let small = [
            "message.max.bytes": "1000", "fetch.max.bytes": "1000", "fetch.message.max.bytes": "1000",
            "receive.message.max.bytes": "2000",
        ]
        let error = try explainedFailure(of: reader(small, patienceSeconds: 1))
        #expect(error.message.contains("increase receive.message.max.bytes"), "\(error.message)")
        #expect(error.isTimedOut && error.isRetriable)
    }

    @Test func `a wait for a broker that is gone says so`() throws {
        try cluster.setBrokerDown(1)
        let error = try explainedFailure(of: reader(patienceSeconds: 1))
        #expect(!error.message.contains("brokers are down"), "\(error.message)")
        #expect(error.isTimedOut && error.isRetriable)
    }

    /// Of the first wait in vain that has a reason: on a busy machine the first may end before the client knows one.
    private func explainedFailure(of reader: JournalReader) throws -> KafkaError {
        let failures = (0..<20).lazy.compactMap { _ in failure(of: reader, to: 1) }
        return try #require(failures.first { $0.message.contains(" s ago the client said: ") })
    }
}
