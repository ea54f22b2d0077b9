import Foundation
import Runtime
import Scoring
import Testing

/// Lines that stand too low in their files.
struct LineOrderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static func yearly() throws -> Policy {
        let path = SchemaFile.folder.deletingLastPathComponent()
            .appending(path: "Tests/Fixtures/scenarios/policies/yearly.yaml").path
        return try PolicyFile.load(path: path)
    }

    private static func order(_ id: String, _ customer: String = "A", at time: String, _ total: String) -> String {
        EventLines.order(id, customer: customer, at: time, total: total, currency: "CNY")
    }

    /// 60,000 make gold for a year. In the second, 55,000 are recorded in time, and 10,000 when it is over: below an order
    /// of somebody else who has bought in January.
    private static let lateOrder = [
        order("A-1", at: "2023-06-15T02:00:00Z", "60000"), order("A-2", at: "2024-06-15T02:00:00Z", "55000"),
        order("B-1", "B", at: "2025-01-05T01:00:00Z", "10"), order("A-3", at: "2024-12-30T02:00:00Z", "10000"),
    ]

    private func file(_ lines: [String], _ input: InputKind = .orders) throws -> EventFile {
        EventFile(input, path: try folder.file("\(input).jsonl", lines.joined(separator: "\n") + "\n"))
    }

    /// `direction from → to reason` of one customer's tier changes.
    private func changes(
        _ policy: Policy, _ files: [EventFile], _ order: LineOrder, of customer: String = "A", until: String? = nil
    ) throws -> [String] {
        var replay = try OfflineReplay(
            policy: policy, files: files, order: order, until: until.flatMap { EventTime(argument: $0) })
        var found: [String] = []
        _ = try replay.run { step in
            for output in step.outputs.records where output.destination == .tierChanges {
                guard case .tierChange(let change) = try DecisionRecord(json: step.outputs.bytes[output.value.range])
                else { continue }
                guard change.customerId == customer else { continue }
                let reasons = change.reasons.joined(separator: " ")
                found.append("\(change.direction) \(change.from ?? "nothing") → \(change.to) \(reasons)")
            }
        }
        return found
    }

    @Test func `as arrived, a late order of 10,000 restores what 55,000 of 60,000 had lost`() throws {
        let found = try changes(Self.yearly(), [file(Self.lateOrder)], .asArrived, until: "2025-06-01")
        #expect(
            found == [
                "entry nothing → gold first_seen", "downgrade gold → silver term_ended",
                "correction silver → gold late_event",
            ])
    }

    @Test func `by event time the same line is not late, and nothing was lost`() throws {
        let found = try changes(Self.yearly(), [file(Self.lateOrder)], .byEventTime, until: "2025-06-01")
        #expect(found == ["entry nothing → gold first_seen", "renewal gold → gold term_renewed"])
    }

    @Test func `what is in order gives the same bytes either way`() throws {
        let policy = try Replayed.policy("retail")
        let files = try Replayed.files(policy, in: folder, events: 3_000)
        func lines(_ order: LineOrder) throws -> [UInt8] {
            var replay = try OfflineReplay(
                policy: policy, files: files, order: order, until: EventTime(argument: "2027-01-01"))
            var (writer, bytes): (ReplayLines, [UInt8]) = (ReplayLines(), [])
            _ = try replay.run { bytes += writer.outputs($0.outputs) }
            return bytes
        }
        let plain = try lines(.byEventTime)
        #expect(plain.count > 100_000)
        #expect(try lines(.asArrived) == plain)
    }

    @Test func `of two files the one whose next line is earliest gives it, and its late line comes right after`() throws
    {
        let orders = try file(Self.lateOrder)
        let browse = try file(
            [
                EventLines.browse("b-1", customer: "A", at: "2024-12-31T00:00:00Z"),
                EventLines.browse("b-2", customer: "C", at: "2025-01-05T02:00:00Z"),
            ], .browse)
        let found = try changes(Self.yearly(), [orders, browse], .asArrived)
        #expect(found.last == "correction silver → gold late_event")
        let (early, late) = (Self.lateOrder[...1], Self.lateOrder[3...])
        let before = try changes(
            Self.yearly(), [file(Array(early + late)), browse], .asArrived, until: "2025-06-01")
        #expect(before == ["entry nothing → gold first_seen", "renewal gold → gold term_renewed"])
    }

    @Test func `as arrived, what stands below the first line after the instant is not known yet`() throws {
        func explanation(_ order: LineOrder, at time: String) throws -> CustomerExplanation {
            let history = try EventHistory(files: [file(Self.lateOrder)], order: order)
            let at = try #require(EventTime(argument: time))
            return try #require(
                try CustomerReplay(policy: Self.yearly(), history: history, customer: "A", at: at).run())
        }
        // By event time it is known on 4 January, though it came on the fifth.
        #expect(try explanation(.byEventTime, at: "2025-01-04").text.contains("gold since"))
        #expect(try explanation(.asArrived, at: "2025-01-04").text.contains("silver since 2025-01-01 00:00"))
        #expect(try explanation(.asArrived, at: "2025-01-06").text.contains("correction: silver → gold"))
    }

    @Test func `a line from a far future hides nothing that stands below it`() throws {
        let policy = try Self.yearly()
        let lines = [Self.order("A-0", at: "2099-01-01T00:00:00Z", "1")] + Self.lateOrder
        let history = try EventHistory(files: [file(lines)], order: .asArrived)
        let at = try #require(EventTime(argument: "2025-01-06"))
        let found = try CustomerReplay(policy: policy, history: history, customer: "A", at: at).run()
        #expect(try #require(found).text.contains("correction: silver → gold"))
    }
}
