import Foundation
import KafkaClient
import Logging
import Runtime
import Scoring
import TestSupport
import Testing

/// The tables of Tests/Fixtures/scenarios that are marked for it, through a daemon and a broker.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ScenarioBrokerTests {
    /// The scenarios of one policy share a daemon: each customer is one scenario.
    struct Group: Sendable, CustomTestStringConvertible {
        var policy: String
        var scenarios: [Scenario]
        var testDescription: String { scenarios.map(\.id).joined(separator: ", ") }
    }

    static let groups: [Group] = {
        let folder = URL(fileURLWithPath: BrokerFixture.repository).appending(path: "Tests/Fixtures/scenarios")
        let marked = ((try? ScenarioFile.all(in: folder)) ?? []).filter { $0.isForBroker && $0.knownGap == nil }
        return Dictionary(grouping: marked, by: \.policy)
            .map { Group(policy: $0, scenarios: $1) }.sorted { $0.testDescription < $1.testDescription }
    }()

    @Test func `there are scenarios to run`() { #expect(Self.groups.reduce(0) { $0 + $1.scenarios.count } >= 20) }

    @Test(arguments: groups) func `a reader of the topics gets what the table says and nothing else`(
        group: Group
    ) throws {
        let fixture = try BrokerFixture(partitions: 1)
        let said = try work(group, fixture)
        for scenario in group.scenarios {
            let rows = said.filter { $0.key == scenario.id }.compactMap { record in
                Scenario.Row(output: record.json, zone: scenario.zone)
            }
            // The others' silence may go on for longer.
            let end = LocalTime(scenario.zone).text(scenario.end)
            let watched = rows.filter { $0.when <= end }
            let report = scenario.report(watched)
            for kind in Scenario.Kind.allCases {
                let expected = scenario.expected.filter { $0.kind == kind }
                #expect(scenario.comparable(watched).filter { $0.kind == kind } == expected, "\(report)")
            }
        }
    }

    /// Runs a daemon over the scenarios' events and all of their silence; returns what it committed, topic by topic.
    private func work(_ group: Group, _ fixture: BrokerFixture) throws -> [ReadRecord] {
        let stream = ScenarioStream(group.scenarios)
        var counts: [String: Int64] = [:]
        for input in fixture.inputs {
            guard let records = stream.records[input.kind] else { continue }
            try fixture.produce(input.topic, records.map { ($0.key, Array($0.json.utf8)) })
            counts[input.topic] = Int64(records.count)
        }
        let daemon = try daemon(group.policy, fixture)
        eventually("the daemon has not worked off \(counts)") { daemon.isCaughtUp(fixture, records: counts) }
        daemon.stop()
        #expect(daemon.join() == nil)
        let outputs = fixture.outputs
        return try [outputs.tierChanges, outputs.tierNotices, outputs.churnRisk].flatMap { try fixture.read($0) }
    }

    private func daemon(_ policy: String, _ fixture: BrokerFixture) throws -> Daemon {
        var options = try fixture.options(clock: .event(until: nil))
        options.policy = try PolicyFile.parse(text: policy, file: "scenario")
        // Within a batch events are put in the order of time, and none would be late.
        options.batchRecords = 1
        var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        let daemon = try Daemon(options, version: "test", logger: logger)
        try daemon.start()
        return daemon
    }
}
