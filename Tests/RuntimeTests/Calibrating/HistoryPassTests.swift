import Runtime
import Scoring
import Testing

struct HistoryPassTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func orders(_ lines: [String]) throws -> EventFile {
        EventFile(.orders, path: try folder.file("orders.jsonl", lines.joined(separator: "\n") + "\n"))
    }

    /// Every change that each policy's engine said, and the number of events shown to the reader.
    private func changes(
        _ policies: [Policy], _ files: [EventFile], until: EventTime? = nil
    ) throws -> (said: [[String]], events: Int, summary: HistoryPass.Summary) {
        var said = policies.map { _ in [String]() }
        var events = 0
        var pass = try HistoryPass(policies: policies, history: EventHistory(files: files))
        let summary = try pass.run(until: until, progress: { _ in }) {
            events += $0.events.count
        } outputs: { index, outputs in
            for case .tierChange(let change) in outputs.outputs {
                said[index].append("\(outputs.string(change.customer)) \(change.to) \(change.effectiveAt.milliseconds)")
            }
        }
        return (said, events, summary)
    }

    @Test func `every policy sees every event and says what it would say alone`() throws {
        let lines = (0..<40).map { index in
            EventLines.order(
                "o-\(index)", customer: "c-\(index % 7)", at: "2026-01-\(10 + index % 18)T10:00:00Z",
                total: "\(50 * (index % 5 + 1)).00")
        }
        let file = try orders(lines.sorted())
        var other = BenchPolicy.retail
        other.downgrade.grace = .zero
        let both = try changes([BenchPolicy.retail, other], [file], until: EventTime(argument: "2027-01-01"))
        let alone = try changes([other], [file], until: EventTime(argument: "2027-01-01"))
        #expect(both.events == 40 && alone.events == 40)
        #expect(both.said[1] == alone.said[0])
        #expect(both.said[0].count >= 7 && both.said[0] != both.said[1])
    }

    @Test func `the summary counts events and lines that are none, and knows the latest`() throws {
        let file = try orders([
            EventLines.order("o-1", at: "2026-01-05T10:00:00Z"), "not json",
            EventLines.order("o-2", at: "2026-01-03T10:00:00Z"),
        ])
        let result = try changes([], [file])
        #expect(result.events == 2 && result.summary.events == 2 && result.summary.rejected == 1)
        #expect(result.summary.lastEvent == EventTime(argument: "2026-01-05T10:00:00Z"))
    }

    @Test func `silence after the last event is waited for only when an end is given`() throws {
        let file = try orders([EventLines.order("o-1", at: "2026-01-05T10:00:00Z", total: "900.00")])
        let still = try changes([BenchPolicy.retail], [file])
        let moved = try changes([BenchPolicy.retail], [file], until: EventTime(argument: "2028-01-01"))
        #expect(moved.said[0].starts(with: still.said[0]))
        #expect(moved.said[0].count > still.said[0].count)
    }
}
