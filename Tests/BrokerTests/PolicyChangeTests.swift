import Foundation
import KafkaClient
import Logging
import Runtime
import Scoring
import Testing

/// Changing the policy file under a daemon on real sockets.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PolicyChangeTests {
    private static let customers = 60

    /// A folder with a policy file, and a fixture whose daemons watch it.
    private final class Scene {
        let fixture: BrokerFixture
        private let folder: URL
        var path: String { folder.appending(path: "policy.yaml").path }

        init() throws {
            fixture = try BrokerFixture()
            folder = FileManager.default.temporaryDirectory.appending(path: fixture.prefix + "policy")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        /// Saves the retail policy with these replacements; returns its hash.
        @discardableResult
        func save(_ replacements: [(String, String)]) throws -> PolicyHash? {
            let text = try BrokerFixture.retailText(replacements)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return (try? PolicyFile.parse(text: text, file: "policy.yaml")).map { PolicyHash(of: $0) }
        }

        func daemon() throws -> Daemon {
            var options = try fixture.options(clock: .event(until: nil))
            options.policy = try PolicyFile.load(path: path)
            options.policyPath = path
            options.retiersPerSecond = 200
            var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
            logger.logLevel = .critical
            let daemon = try Daemon(options, version: "test", logger: logger)
            try daemon.start()
            return daemon
        }

        func produceOrders() throws { try fixture.produceOrders(customers: PolicyChangeTests.customers) }

        /// Each customer's tier changes behind the first `count`, as from, to and reason.
        func changes(after count: Int) throws -> [String] {
            try fixture.read(fixture.outputs.tierChanges).map(\.json).compactMap { json in
                let reasons = json["reasons"] as? [String] ?? []
                guard let sequence = json["sequence"] as? Int, sequence > count, let to = json["to"] as? String else {
                    return nil
                }
                return "\(json["from"] as? String ?? "nothing") \(to) \(reasons.joined())"
            }
        }
    }

    private static func waitUntilSettled(_ daemon: Daemon, under hash: PolicyHash?) {
        eventually("not every customer is settled under the new policy", within: 60) {
            let shards = daemon.board.shards
            return shards.count == 3
                && shards.allSatisfy { $0.stage == .live && $0.policyHash == hash && $0.retierRemaining == 0 }
        }
    }

    private static func stop(_ daemon: Daemon) {
        daemon.stop()
        #expect(daemon.join() == nil)
    }

    @Test func `a saved file reaches every customer, running or at the next start, and a broken one nobody`() throws {
        let scene = try Scene()
        try scene.save([])
        try scene.produceOrders()
        var daemon = try scene.daemon()
        let orders = scene.fixture.inputs[0].topic
        eventually("the daemon has not worked off the orders") {
            daemon.isCaughtUp(scene.fixture, records: [orders: Int64(Self.customers)])
        }
        #expect(try scene.save([("version: 1", "version: one")]) == nil)
        eventually("the broken file was not refused") { daemon.metrics.totals.policiesRefused.value == 1 }
        #expect(daemon.readinessProblems.isEmpty)

        let easier = [("version: 1", "version: 2"), ("{score: 25}", "{score: 20}")]
        Self.waitUntilSettled(daemon, under: try scene.save(easier))
        #expect(daemon.metrics.totals.policiesActivated.value == 3)
        #expect(daemon.metrics.text.contains(#"tierd_policy_info{name="retail",version="2",hash=""#))
        Self.stop(daemon)
        #expect(
            try scene.changes(after: 1)
                == Array(repeating: "standard silver policy_changed", count: Self.customers))

        let renamed = easier + [("version: 2", "version: 3"), ("name: silver", "name: argent")]
        let hash = try scene.save(renamed)
        daemon = try scene.daemon()
        Self.waitUntilSettled(daemon, under: hash)
        Self.stop(daemon)
        let moves = try scene.changes(after: 2)
        #expect(moves.count == 2 * Self.customers)
        #expect(Set(moves) == ["nothing standard policy_changed", "standard argent policy_changed"])

        let archive = JournalArchive(bootstrap: scene.fixture.bootstrap, topics: scene.fixture.outputs)
        let audit = try archive.audit(only: nil) { _, _ in }
        #expect(audit.isSound, "\(audit.findings)")
        var texts = 0
        for shard: Int32 in 0..<3 {
            try archive.entries(of: shard, from: 0) { found in
                if case .success(let entry) = found.entry, entry.policy != nil { texts += 1 }
                return true
            }
        }
        #expect(texts == 9)
    }
}
