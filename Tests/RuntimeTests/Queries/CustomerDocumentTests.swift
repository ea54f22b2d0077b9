import Foundation
import Runtime
import Scoring
import TestSupport
import Testing

struct CustomerDocumentTests {
    private func document(_ block: String) throws -> [String: Any] {
        let policy = try PolicyFile.parse(text: SamplePolicy.shortest + "\n" + block, file: "f")
        var run = ProfileRun(policy)
        let time = EventTime(milliseconds: 1_768_900_000_000)
        run.apply([
            .order(time, "o-1") { ($0.total, $0.categories, $0.channel) = (12_345, ["tea"], "app") },
            .browse(time, "b-1") { $0.category = "tea" },
        ])
        let later = EventTime(milliseconds: time.milliseconds + 86_400_000)
        let found = run.engine.report(on: Array("ann".utf8), at: later)
        let report = try #require(found)
        let json = try CustomerDocument.json(report, policy)
        return try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    }

    @Test func `a customer is shown with the profile as of now`() throws {
        let shown = try document("profiles: {catch_up: none}")
        #expect(shown["customer_id"] as? String == "ann")
        let profile = try #require(shown["profile"] as? [String: Any])
        #expect(profile["effective_at"] as? String == shown["as_of"] as? String)
        let dimensions = try #require(profile["dimensions"] as? [String: [String: Any]])
        #expect(dimensions["value"]?["spend"] as? Double == 123.45)
        #expect(dimensions["lifecycle"]?["level"] as? String == "new")
        let categories = try #require(dimensions["preference"]?["categories"] as? [[String: Any]])
        #expect(categories.map { $0["name"] as? String } == ["tea"])
    }

    @Test func `tags that rules give are shown with and without profiles`() throws {
        let rules =
            "tags: [{name: buyer, when: {measure: spend_30d, at_least: 100}}, {name: whale, when: {measure: spend_30d, at_least: 1000}}]\n"
        let shown = try document(rules + "profiles: {catch_up: none}")
        #expect(shown["tags"] as? [String] == ["buyer"])
        #expect((shown["profile"] as? [String: Any])?["tags"] as? [String] == ["buyer"])
        #expect(try document(rules)["tags"] as? [String] == ["buyer"])
    }

    @Test func `without profiles in the policy there is none`() throws {
        let shown = try document("")
        #expect(shown["profile"] == nil && shown["score"] != nil)
    }
}
