import KafkaClient
import Testing

struct AdminTests {
    @Test func `a cluster describes its brokers and topics`() async throws {
        let cluster = try await onOwnThread {
            let mock = try MockFixture(partitions: 3, brokers: 2)
            return try Admin(settings: mock.settings(), timeoutMilliseconds: 5000).describe()
        }
        #expect(cluster.brokers.map(\.id) == [1, 2])
        #expect(cluster.brokers.allSatisfy { $0.host == "127.0.0.1" && $0.port > 0 })
        #expect(cluster.topics["orders"]?.partitionCount == 3)
        #expect(cluster.topics["orders"]?.error == nil)
    }

    @Test func `an unreachable broker is named, in bounded time`() async throws {
        let (error, elapsed) = try await onOwnThread {
            let admin = try Admin(
                settings: ClientSettings(["bootstrap.servers": "127.0.0.1:1"]), timeoutMilliseconds: 1500)
            let start = ContinuousClock.now
            let error = #expect(throws: KafkaError.self) { try admin.describe() }
            return (error, ContinuousClock.now - start)
        }
        #expect(elapsed < .seconds(4))
        let message = try #require(error).message
        #expect(message.contains("127.0.0.1:1"), "\(message)")
        #expect(message.contains("refused"), "\(message)")
    }

    @Test func `a slow broker is given up on in bounded time`() async throws {
        let error = try await onOwnThread {
            let mock = try MockFixture()
            try mock.cluster.setRoundTripTime(broker: 1, milliseconds: 3000)
            let admin = try Admin(settings: mock.settings(), timeoutMilliseconds: 500)
            return #expect(throws: KafkaError.self) { try admin.describe() }
        }
        #expect(error?.isRetriable == true)
        #expect(error?.message.hasPrefix("no broker answered within 500 ms: ") == true)
    }

    @Test func `a broker without the admin requests is given up on in bounded time`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            let admin = try Admin(settings: mock.settings(), timeoutMilliseconds: 500)
            let creation = #expect(throws: KafkaError.self) {
                try admin.createTopics([
                    NewTopic(name: "new", partitions: 1, configuration: ["cleanup.policy": "compact"])
                ])
            }
            #expect(creation?.isTimedOut == true)
            #expect(creation?.message.contains("within 500 ms") == true)
            let description = #expect(throws: KafkaError.self) { try admin.topicConfiguration(mock.topic) }
            #expect(description?.isTimedOut == true)
        }
    }

    @Test func `an impossible topic is refused before anything is sent`() async throws {
        let error = try await onOwnThread {
            let admin = try Admin(settings: ClientSettings(["bootstrap.servers": "127.0.0.1:1"]))
            return #expect(throws: KafkaError.self) {
                try admin.createTopics([NewTopic(name: "none", partitions: 200_000)])
            }
        }
        #expect(error?.name == "_INVALID_ARG")
        #expect(error?.message.hasPrefix("topic none: num_partitions") == true)
    }
}
