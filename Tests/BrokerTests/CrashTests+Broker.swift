import Foundation
import Runtime
import Testing

/// What becomes of the broker itself.
///
/// A Kafka cluster keeps what it has acknowledged, transactions under way, and the epochs of transactional ids, so that an
/// owner from before its restart is still shut out after it. The pinned broker keeps none of the last two over any restart,
/// and loses the last second under SIGKILL. So it is killed when its disk has everything and nothing is under way, and fed
/// again when every owner from before has let go.
extension CrashTests {
    @Test(.timeLimit(.minutes(10)))
    func `a broker that is killed and started again finds both instances going on`() throws {
        let broker = try CrashBroker()
        defer { broker.kill() }
        let cluster = try CrashCluster(bootstrap: broker.bootstrap)
        try cluster.start()
        try cluster.feed(0.5, over: 2)
        eventually("the first half is worked off", within: 60) { cluster.isCaughtUp }
        try broker.flush(cluster.fixture)
        let before = cluster.logLengths
        broker.kill()
        DaemonProcess.pause(milliseconds: 1_000)
        try broker.start()
        eventually("both have joined again; \(cluster.errors(0) + cluster.errors(1))", within: 120) {
            cluster.haveJoinedAgain(since: before)
        }
        try cluster.reconnect()
        try cluster.feed(0.9, over: 2)
        eventually("both work again; \(cluster.errors(0) + cluster.errors(1))", within: 120) {
            cluster.instances.allSatisfy(\.isReady) && cluster.isCaughtUp
        }
        try cluster.finish()
        try expectNothingLost(cluster)
    }

    @Test(.timeLimit(.minutes(10)))
    func `a broker that stands still in the middle of transactions, past every session, costs nothing`() throws {
        let broker = try CrashBroker()
        defer { broker.kill() }
        let cluster = try CrashCluster(bootstrap: broker.bootstrap)
        try cluster.start()
        try cluster.feed(0.2, over: 1)
        // At once, so that the instances are behind when it stops.
        try cluster.feed(0.5)
        broker.freeze()
        DaemonProcess.pause(milliseconds: Int(CrashCluster.sessionSeconds * 1_500))
        broker.thaw()
        try cluster.feed(0.9, over: 2)
        try eventually("both work again; \(cluster.errors(0) + cluster.errors(1))", within: 120) {
            // One whose own request is taken up late finds its instance name taken, says so and ends.
            for (index, instance) in cluster.instances.enumerated() where !instance.isRunning {
                #expect(!cluster.errors(index).isEmpty, "it ended without a word")
                try instance.start()
            }
            return cluster.instances.allSatisfy(\.isReady) && cluster.isCaughtUp
        }
        try cluster.finish()
        try expectNothingLost(cluster)
    }

    @Test(.timeLimit(.minutes(10)))
    func
        `a broker that comes back without what it had acknowledged is found out, and a restart goes on from what is left`()
        throws
    {
        let broker = try CrashBroker()
        defer { broker.kill() }
        // Without a newer snapshot only the instances themselves can know.
        let cluster = try CrashCluster(bootstrap: broker.bootstrap, snapshotInterval: "1h")
        try cluster.start()
        try cluster.feed(0.4, over: 1)
        eventually("all of that is worked off", within: 60) { cluster.isCaughtUp }
        try broker.flush(cluster.fixture)
        let disk = try broker.disk()
        let outputs = try cluster.fixture.read(cluster.fixture.outputs.tierChanges)
        try cluster.feed(0.6, over: 1)
        eventually("all of that is worked off, too", within: 60) { cluster.isCaughtUp }
        broker.kill()
        try broker.restore(disk)
        try broker.start()
        eventually("both have found out; \(cluster.errors(0) + cluster.errors(1))", within: 120) {
            cluster.instances.allSatisfy { instance in
                instance.logLines.contains { $0.level == "error" && $0.message.contains("lost what they had acknowl") }
            }
        }
        #expect(cluster.instances.filter(\.isReady).map(\.instance) == [])
        #expect(try cluster.fixture.read(cluster.fixture.outputs.tierChanges) == outputs)
        for instance in cluster.instances { instance.kill() }
        try cluster.reconnect(fed: 0.4)
        try cluster.start()
        try cluster.feed(0.9, over: 2)
        try cluster.finish()
        try expectNothingLost(cluster)
    }
}
