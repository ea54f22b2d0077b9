import KafkaClient
import Scoring
import Simulation
import Testing

@Suite struct TransactionCoordinatorTests {
    private var coordinator = TransactionCoordinator()
    private let place = TransactionCoordinator.Place.partition(TopicPartition(topic: "out", partition: 0))
    private let other = TransactionCoordinator.Place.group("tierd")

    @Test mutating func `a fenced producer's late commit is refused`() throws {
        let old = try initialise()
        #expect(coordinator.add([place], to: "t", by: old, at: .start).isSuccess)
        #expect(coordinator.initialise("t", timeout: .seconds(10)).error == .concurrentTransactions)
        writeMarkers()
        let new = try initialise()
        #expect(coordinator.end("t", .commit, by: old).error == .producerFenced)
        #expect(new.id == old.id && new.epoch > old.epoch)
    }

    @Test mutating func `a new holder's epoch aborts the transaction that was open`() throws {
        let old = try initialise()
        #expect(coordinator.add([place], to: "t", by: old, at: .start).isSuccess)
        _ = coordinator.initialise("t", timeout: .seconds(10))
        let marker = try #require(coordinator.takeMarkers().first)
        #expect(marker.outcome == .abort && marker.producer.epoch > old.epoch)
    }

    @Test mutating func `a new holder waits for a prepared transaction, which completes`() throws {
        let old = try initialise()
        #expect(coordinator.add([place, other], to: "t", by: old, at: .start).isSuccess)
        #expect(coordinator.end("t", .commit, by: old).isSuccess)
        #expect(coordinator.initialise("t", timeout: .seconds(10)).error == .concurrentTransactions)
        let markers = coordinator.takeMarkers()
        #expect(markers.map(\.outcome) == [.commit, .commit])
        coordinator.written(markers[0])
        #expect(coordinator.phase(of: "t") == .preparing(.commit))
        coordinator.written(markers[1])
        #expect(coordinator.phase(of: "t") == .complete(.commit))
        #expect(try initialise().epoch == old.epoch + 1)
    }

    @Test mutating func `a repeated commit is answered alike, an abort after it is not`() throws {
        let producer = try initialise()
        #expect(coordinator.add([place], to: "t", by: producer, at: .start).isSuccess)
        #expect(coordinator.end("t", .commit, by: producer).isSuccess)
        #expect(coordinator.end("t", .commit, by: producer).error == .concurrentTransactions)
        writeMarkers()
        #expect(coordinator.end("t", .commit, by: producer).isSuccess)
        #expect(coordinator.end("t", .abort, by: producer).error == .invalidTransactionState)
    }

    @Test mutating func `a late commit of the same epoch ends the next transaction`() throws {
        // Why a commit whose outcome is unknown has to be followed by a new epoch.
        let producer = try initialise()
        #expect(coordinator.add([place], to: "t", by: producer, at: .start).isSuccess)
        #expect(coordinator.end("t", .abort, by: producer).isSuccess)
        writeMarkers()
        #expect(coordinator.add([place], to: "t", by: producer, at: .start).isSuccess)
        #expect(coordinator.end("t", .commit, by: producer).isSuccess)
    }

    @Test mutating func `a transaction that is open too long is aborted and its producer fenced`() throws {
        let producer = try initialise()
        #expect(coordinator.add([place], to: "t", by: producer, at: .start).isSuccess)
        #expect(coordinator.expire(at: .start + .seconds(9)) == [])
        #expect(coordinator.expire(at: .start + .seconds(10)) == ["t"])
        writeMarkers()
        #expect(coordinator.end("t", .commit, by: producer).error == .producerFenced)
        #expect(coordinator.phase(of: "t") == .complete(.abort))
    }

    @Test mutating func `a holder may raise its own epoch, a former holder may not`() throws {
        let first = try initialise()
        let second = try coordinator.initialise("t", timeout: .seconds(10), current: first).get()
        #expect(second.epoch == first.epoch + 1)
        #expect(coordinator.initialise("t", timeout: .seconds(10), current: first).error == .producerFenced)
    }

    @Test func `offsets of a transaction are visible with its commit only`() throws {
        let producer = ProducerIdentity(id: 1, epoch: 0)
        let partition = TopicPartition(topic: "orders", partition: 0)
        var offsets = GroupOffsets()
        let position = PartitionOffset(topicPartition: partition, offset: 7)
        #expect(offsets.prepare([position], by: producer).isSuccess)
        #expect(offsets.read([partition]).error == .unstableOffsets)
        offsets.mark(.abort, by: producer)
        #expect(try offsets.read([partition]).get().map(\.offset) == [nil])
        #expect(offsets.prepare([position], by: producer).isSuccess)
        offsets.mark(.commit, by: producer)
        #expect(try offsets.read([partition]).get() == [position])
        offsets.mark(.abort, by: producer.next)
        #expect(offsets.prepare([position], by: producer).error == .producerFenced)
    }

    private mutating func initialise() throws -> ProducerIdentity {
        try coordinator.initialise("t", timeout: .seconds(10)).get()
    }

    private mutating func writeMarkers() {
        for marker in coordinator.takeMarkers() { coordinator.written(marker) }
    }
}
