import Foundation
import KafkaClient
import Logging
import Runtime
import Scoring
import Testing

/// A policy tried beside the live one under a daemon on real sockets.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ShadowTests {
    private static let customers = 60

    /// A folder with the shadow policy's file, and a fixture whose daemons watch it.
    private final class Scene {
        let fixture: BrokerFixture
        let topic: String
        private let folder: URL
        var path: String { folder.appending(path: "next.yaml").path }

        init() throws {
            fixture = try BrokerFixture()
            topic = fixture.prefix + "tier-changes-shadow"
            folder = FileManager.default.temporaryDirectory.appending(path: fixture.prefix + "shadow")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func createTopic() throws {
            let created = try fixture.admin().createTopics([
                NewTopic(name: topic, partitions: fixture.partitions, replication: 1)
            ])
            #expect(created == [topic])
        }

        /// Saves the retail policy as version 2 with these replacements.
        func save(_ replacements: [(String, String)]) throws {
            let text = try BrokerFixture.retailText([("version: 1", "version: 2")] + replacements)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }

        func remove() throws { try FileManager.default.removeItem(atPath: path) }

        func daemon() throws -> Daemon {
            var options = try fixture.options(clock: .event(until: nil))
            options.shadowPath = path
            options.outputs.tierChangesShadow = topic
            options.retiersPerSecond = 200
            var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
            logger.logLevel = .critical
            let daemon = try Daemon(options, version: "test", logger: logger)
            try daemon.start()
            return daemon
        }

        func produceOrders() throws { try fixture.produceOrders(customers: ShadowTests.customers) }
    }

    private static func waitUntilCounted(_ daemon: Daemon) {
        eventually("no shadow run is complete everywhere", within: 60) {
            let shards = daemon.board.shards
            return shards.count == 3
                && shards.allSatisfy { $0.shadow?.retierRemaining == 0 && $0.shadow?.customers != nil }
                && shards.reduce(0) { $0 + ($1.shadow?.customers?.higher ?? 0) } == Self.customers
        }
    }

    private static func stop(_ daemon: Daemon) {
        daemon.stop()
        #expect(daemon.join() == nil)
    }

    private static func startUntilCaughtUp(_ scene: Scene) throws -> Daemon {
        let daemon = try scene.daemon()
        let orders = scene.fixture.inputs[0].topic
        eventually("the daemon has not worked off the orders") {
            daemon.isCaughtUp(scene.fixture, records: [orders: Int64(Self.customers)])
        }
        return daemon
    }

    @Test func `who would move is in the topic, each once in every run, and the live topics know nothing of it`() throws
    {
        let scene = try Scene()
        try scene.createTopic()
        try scene.produceOrders()
        var daemon = try Self.startUntilCaughtUp(scene)
        let live = try scene.fixture.read(scene.fixture.outputs.tierChanges)
        try scene.save([("version: 2", "version: two")])
        eventually("the broken file was not refused") { daemon.metrics.totals.shadowsRefused.value > 1 }
        try scene.save([("{score: 25}", "{score: 20}")])
        Self.waitUntilCounted(daemon)
        #expect(daemon.metrics.text.contains(#"tierd_shadow_customers{direction="higher"} \#(Self.customers)"#))
        Self.stop(daemon)
        // A restart begins other runs, which say it again.
        daemon = try scene.daemon()
        Self.waitUntilCounted(daemon)
        try scene.remove()
        eventually("the runs did not end with their file") { daemon.board.shards.allSatisfy { $0.shadow == nil } }
        Self.stop(daemon)

        let records = try scene.fixture.read(scene.topic)
        let runs = Dictionary(grouping: records) { $0.headers["tierd_shadow_run"] ?? "" }
        #expect(records.count == 2 * Self.customers && runs.count == 6)
        for (run, records) in runs {
            #expect(Set(records.map(\.key)).count == records.count, "run \(run)")
            #expect(records.allSatisfy { $0.json["run"] as? String == run && $0.headers["tierd_batch"] == nil })
        }
        let moves = Set(
            records.map { record in
                "\(record.json["from"] ?? "") \(record.json["to"] ?? "") \(record.json["live_tier"] ?? "")"
            })
        #expect(moves == ["standard silver standard"])
        #expect(try scene.fixture.read(scene.fixture.outputs.tierChanges) == live)
        let archive = JournalArchive(bootstrap: scene.fixture.bootstrap, topics: scene.fixture.outputs)
        let audit = try archive.audit(only: nil) { _, _ in }
        #expect(audit.isSound, "\(audit.findings)")
    }

    @Test func `without its topic the daemon does not start, and says which is missing`() throws {
        let scene = try Scene()
        try scene.save([])
        #expect(throws: StartupError.missingTopics([scene.topic], partitions: nil)) { try scene.daemon() }
    }
}
