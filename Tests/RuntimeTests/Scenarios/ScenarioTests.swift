import Foundation
import TestSupport
import Testing

/// Every table of Tests/Fixtures/scenarios against the decoder, the engine and the encoder.
@Suite struct ScenarioTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fixtures/scenarios").standardizedFileURL
    /// Empty if the folder cannot be read, which the test below says.
    static let scenarios = (try? ScenarioFile.all(in: folder)) ?? []

    @Test(arguments: scenarios) func `the engine says what the table says and nothing else`(scenario: Scenario) throws {
        var run = try ScenarioRun(scenario)
        try run.run()
        let (said, refusals, records) = (run.said, run.refusals, run.records)
        withKnownIssue("\(scenario.knownGap ?? "")") {
            let report = scenario.report(said)
            #expect(scenario.comparable(said) == scenario.expected, "\(report)")
            #expect(refusals == scenario.given.map(\.refusal), "\(scenario)")
        } when: {
            scenario.knownGap != nil
        }
        for kind in [Scenario.Kind.tierChange, .churnRisk] {
            let numbered = zip(said, records).filter { $0.0.kind == kind }.compactMap { $0.1["sequence"] as? Int }
            #expect(numbered == Array(1..<numbered.count + 1), "\(scenario)")
        }
        #expect(records.allSatisfy { $0["customer_id"] as? String == scenario.id })
    }

    @Test func `the folder holds the scenarios, each with a title of its own`() throws {
        let scenarios = try ScenarioFile.all(in: Self.folder)
        #expect(scenarios.count >= 60)
        #expect(Set(scenarios.map(\.title)).count == scenarios.count)
        #expect(scenarios.count { $0.isForBroker } * 3 >= scenarios.count)
    }

    @Test func `the list at the end of the README names every scenario under its rules`() throws {
        let readme = try String(contentsOf: Self.folder.appending(path: "README.md"), encoding: .utf8)
        let list = Self.index(try ScenarioFile.all(in: Self.folder))
        #expect(readme.hasSuffix(list), "the list should be:\n\(list)")
    }

    @Test func `every rule has a scenario in which it bites and one just short of it`() throws {
        let counts = try ScenarioFile.all(in: Self.folder).flatMap(\.rules).reduce(into: [:]) {
            $0[$1, default: 0] += 1
        }
        #expect(counts.filter { $0.value < 2 }.keys.sorted() == [])
    }

    /// Rule by rule.
    private static func index(_ scenarios: [Scenario]) -> String {
        var byRule: [String: [Scenario]] = [:]
        for scenario in scenarios { for rule in scenario.rules { byRule[rule, default: []].append(scenario) } }
        return byRule.keys.sorted().map { rule in
            let lines = (byRule[rule] ?? []).map { "- `\($0.id)` \($0.title)\n" }
            return "\n### \(rule)\n\n" + lines.joined()
        }.joined()
    }
}
