import KafkaClient
import Runtime
import Testing

/// A shard that stops by itself on real sockets, and its neighbours.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RetakingTests {
    /// Initialises a shard's transactional id, as another owner would: its next transaction is refused.
    private func fence(_ shard: Int32, _ fixture: BrokerFixture) throws {
        let stranger = try TransactionalProducer(
            settings: fixture.settings, transactionalID: "\(fixture.prefix)app-\(shard)")
        try stranger.initTransactions(timeoutMilliseconds: 10_000)
    }

    /// Orders of customers that have none yet: each gives one tier change.
    private func order(_ customers: Range<Int>, _ fixture: BrokerFixture) throws {
        try fixture.produce(
            fixture.inputs[0].topic,
            customers.map { number in
                let text =
                    #"{"order_id":"o\#(number)","customer_id":"c\#(number)","type":"completed","occurred_at":1767225600000,"currency":"USD","total":5.00}"#
                return ("c\(number)", Array(text.utf8))
            })
    }

    @Test func `fenced shards are taken anew under load, the others stay live, and every change is there once`() throws
    {
        let fixture = try BrokerFixture(partitions: 3)
        let daemon = try fixture.daemon(clock: .event(until: nil))
        func live() -> Set<Int32> { Set(daemon.board.shards.filter { $0.stage == .live }.map(\.shard)) }
        eventually("every shard is live", within: 60) { live() == [0, 1, 2] }
        var customers = 0
        for fenced: Int32 in [0, 1, 2, 0, 1] {
            try fence(fenced, fixture)
            var hasStopped = false
            try eventually("shard \(fenced) is live again") {
                try order(customers..<customers + 30, fixture)
                customers += 30
                let shards = live()
                #expect(shards.isSuperset(of: Set([0, 1, 2]).subtracting([fenced])))
                if !shards.contains(fenced) { hasStopped = true }
                return hasStopped && shards.contains(fenced)
            }
        }
        eventually("the daemon has not worked off \(customers) orders") {
            daemon.isCaughtUp(fixture, records: [fixture.inputs[0].topic: Int64(customers)])
        }
        daemon.stop()
        #expect(daemon.join() == nil)
        let changes = try fixture.read(fixture.outputs.tierChanges).map(\.key)
        #expect(changes.count == customers && Set(changes).count == customers)
    }
}
