import Foundation
import Runtime
import Testing

/// `kill -9` while customers come under another policy, on real sockets.
@Suite(.serialized, .enabled(if: DaemonProcess.isAvailable, "scripts/test names the program"))
struct RetieringCrashTests {
    private static let customers = 20_000
    /// Of each of four shards: all are looked at twice in 20 seconds.
    private static let retiersPerSecond = 500
    /// The process is killed when no more looks than these are left, of two for every customer: three times while customers are
    /// told, and once after.
    private static let killsAt = [0.9, 0.775, 0.65, 0.25].map { $0 * 2 * Double(customers) }

    @Test(.timeLimit(.minutes(10)))
    func `kill -9 in the middle of a change of policy tells every customer of it once`() throws {
        let fixture = try BrokerFixture(partitions: 4)
        let policy = FileManager.default.temporaryDirectory.appending(path: fixture.prefix + "policy.yaml")
        defer { try? FileManager.default.removeItem(at: policy) }
        try Self.save([], to: policy)
        try fixture.produceOrders(customers: Self.customers)
        let process = try DaemonProcess(
            fixture, DaemonProcess.Settings(policy: policy.path, retiersPerSecond: Self.retiersPerSecond))
        try process.start()
        eventually("all orders are worked off", within: 180) { fixture.committedOrders == Self.customers }

        try Self.save([("version: 1", "version: 2"), ("{score: 25}", "{score: 20}")], to: policy)
        eventually("every shard has taken the policy up; \(Self.errors(process))", within: 60) {
            process.logLines.count { $0.message == "policy became active" } == 4
        }
        for left in Self.killsAt {
            eventually("no more than \(left) looks are left; \(Self.errors(process))", within: 120) {
                process.sum("tierd_retier_remaining").map { $0 > 0 && $0 <= left } ?? false
            }
            process.kill()
            try process.start()
            eventually("it is back; \(Self.errors(process))", within: 60) { process.isReady }
        }
        eventually("every customer is settled; \(Self.errors(process))", within: 120) {
            process.isReady && process.sum("tierd_retier_remaining") == 0
        }
        #expect(process.stop() == 0)
        try Self.expectToldOnce(CrashAudit(fixture))
        try CrashAudit.expectJournalSound(process.configuration)
    }

    /// Every customer came as standard, and rose to silver by the policy: nothing else, nothing twice, nobody missing.
    private static func expectToldOnce(_ audit: CrashAudit) throws {
        #expect(audit.deadLetters.isEmpty)
        let changes = audit.outputs.first { $0.destination == "tier-change" }?.records ?? []
        let byCustomer = Dictionary(grouping: changes, by: \.key)
        #expect(Set(byCustomer.keys) == Set((0..<customers).map { "c\($0)" }))
        let expected = [["1", "nothing", "standard"], ["2", "standard", "silver"]]
        let others = byCustomer.filter { _, changes in
            changes.map { change in
                let json = change.json
                return [
                    change.headers["tierd_sequence"] ?? "", json["from"] as? String ?? "nothing",
                    json["to"] as? String ?? "",
                ]
            } != expected
        }
        #expect(
            others.isEmpty, "\(others.count) customers were told something else, such as \(others.keys.min() ?? "")")
        let stamps = audit.outputs.flatMap(\.records).map { $0.headers["tierd_batch"] ?? "" }
        #expect(Set(stamps).count == stamps.count, "a batch stamp stands on more than one output")
    }

    /// Saves the retail policy with these replacements.
    private static func save(_ replacements: [(String, String)], to file: URL) throws {
        try BrokerFixture.retailText(replacements).write(to: file, atomically: true, encoding: .utf8)
    }

    private static func errors(_ process: DaemonProcess) -> [String] {
        process.logLines.filter { $0.level == "error" }.suffix(5).map(\.message)
    }
}
