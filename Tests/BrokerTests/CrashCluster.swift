import Foundation
import KafkaClient
import Runtime
import Scoring
import Testing

/// Two instances that share a fixture's shards, and the orders that are fed to them while they run.
final class CrashCluster {
    /// Half a year after the last order.
    private static let until = "1999-01-01T00:00:00Z"
    /// session.timeout.ms of the instances.
    static let sessionSeconds = 6.0

    /// The orders of every other customer, oldest first: the pinned broker is the slower the more it holds.
    private static let orders = Result {
        try FileLines.all(of: EventFile(.orders, path: HistoryTests.orders)).filter { line in
            let number = HistoryTests.customer(of: line)?.split(separator: "-").last.flatMap { Int($0) }
            return (number ?? 0).isMultiple(of: 2)
        }
    }

    /// What the offline replay says of them.
    static let replayed = Result {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "orders-\(UInt32.random(in: 0 ... .max)).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(orders.get().joined(separator: [UInt8(ascii: "\n")])).write(to: file)
        let time = try #require(EventTime(rfc3339: until))
        return try ReplayedOutputs(
            BrokerFixture.talkativePolicy(), [EventFile(.orders, path: file.path)], until: time
        ).lines
    }

    let fixture: BrokerFixture
    let instances: [DaemonProcess]
    private var settings: DaemonProcess.Settings
    private let lines: [[UInt8]]
    private var producer: Producer
    private(set) var fed = 0

    init(bootstrap: String? = nil, snapshotInterval: String = "1s") throws {
        fixture = try BrokerFixture(partitions: 4, bootstrap: bootstrap)
        settings = DaemonProcess.Settings(snapshotInterval: snapshotInterval)
        lines = try Self.orders.get()
        producer = try Producer(settings: fixture.settings)
        instances = try ["one", "two"].map { [fixture, settings] name in
            try DaemonProcess(fixture, settings, instance: name)
        }
    }

    var isFed: Bool { fed == lines.count }

    /// Sends orders, oldest first, until this share of them is on the broker.
    func feed(_ share: Double) throws {
        let end = min(lines.count, Int(Double(lines.count) * share))
        guard end > fed else { return }
        for line in lines[fed..<end] {
            let key = try #require(HistoryTests.customer(of: line))
            try Array(key.utf8).withUnsafeBytes { key in
                try line.withUnsafeBytes { try producer.produce(topic: fixture.inputs[0].topic, key: key, value: $0) }
            }
        }
        try producer.flush(timeoutMilliseconds: 30_000)
        fed = end
        #expect(producer.deliveries.failed == 0, "orders were not delivered; the rest of the test says nothing")
    }

    /// Feeds from one share to another in small portions over a while.
    func feed(_ share: Double, over seconds: Double) throws {
        let (first, started) = (Double(fed) / Double(lines.count), SteadyClock.now)
        while case let part = (SteadyClock.now - started) / seconds, part < 1 {
            try feed(first + (share - first) * part)
            DaemonProcess.pause(milliseconds: 20)
        }
        try feed(share)
    }

    /// After a broker's restart; `fed` is the share of the orders that it still has.
    func reconnect(fed share: Double? = nil) throws {
        producer = try Producer(settings: fixture.settings)
        if let share { fed = Int(Double(lines.count) * share) }
    }

    var logLengths: [Int] { instances.map(\.logLines.count) }

    /// Since their logs were so long, both have let go of what they held, and hold two live shards each: no producer from
    /// before is left.
    func haveJoinedAgain(since lengths: [Int]) -> Bool {
        let isAnew = zip(instances, lengths).allSatisfy { instance, length in
            let messages = instance.logLines.dropFirst(length).map(\.message)
            guard let letGo = messages.firstIndex(where: { ["lost", "revoked"].contains($0) }) else { return false }
            return messages[letGo...].contains("assigned")
        }
        return isAnew && hasShards([2, 2])
    }

    /// Starts both and waits until each has half of the shards.
    func start() throws {
        for instance in instances { try instance.start() }
        eventually("both instances have two live shards", within: 60) { hasShards([2, 2]) }
    }

    /// What the broker is to do about an instance that was silent for the length of its session.
    func endSession(_ index: Int) {
        CrashEviction.evict(instances[index].instance, from: fixture.prefix + "app", at: fixture.bootstrap)
    }

    func hasShards(_ counts: [Int]) -> Bool {
        zip(instances, counts).allSatisfy { instance, count in
            instance.isReady && instance.metric("tierd_assigned_shards") == Double(count)
        }
    }

    func hasAllShards(_ index: Int) -> Bool {
        instances[index].isReady && instances[index].metric("tierd_assigned_shards") == Double(fixture.partitions)
    }

    /// The group has committed everything that was fed, as any tool would see it.
    var isCaughtUp: Bool { fixture.committedOrders == fed }

    /// From now on a start plays out the silence after the last order; only once everything is fed, or the clock would
    /// run ahead of the orders.
    func allowSilence() throws {
        try #require(isFed)
        settings.until = Self.until
        for instance in instances { try instance.configure(fixture, settings) }
    }

    /// Feeds the rest, plays out the silence, and stops both cleanly.
    func finish() throws {
        try feed(1)
        try allowSilence()
        for instance in instances where instance.isRunning { #expect(instance.stop() == 0) }
        for instance in instances { try instance.start() }
        let expected = try Self.replayed.get().count
        try eventually("all \(expected) outputs of the replay are there", within: 90) {
            try fixture.outputCount() >= expected
        }
        for instance in instances { #expect(instance.stop() == 0) }
    }

    /// How often a shard became live on another instance than before.
    var shardsMoved: Int {
        let takes = instances.flatMap { instance in
            instance.logLines.filter { $0.message == "shard is live" }.map { (instance.instance, $0) }
        }
        var owners: [String: String] = [:]
        var moved = 0
        for (instance, line) in takes.sorted(by: { $0.1.time < $1.1.time }) {
            let shard = line.fields["shard"] ?? ""
            if let owner = owners[shard], owner != instance { moved += 1 }
            owners[shard] = instance
        }
        return moved
    }

    /// For the comment of a failed expectation.
    func errors(_ instance: Int) -> [String] {
        instances[instance].logLines.filter { $0.level == "error" }.suffix(10).map { "\($0.time) \($0.message)" }
    }
}
