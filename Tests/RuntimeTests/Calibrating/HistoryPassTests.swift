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

    @Test func `engines are asked when all until an instant is known and nothing after, and go on as they would`()
        throws
    {
        let file = try orders([
            EventLines.order("o-1", at: "2026-01-05T10:00:00Z"), EventLines.order("o-3", at: "2026-01-07T10:00:00Z"),
            EventLines.order("o-2", at: "2026-01-06T10:00:00Z"),
            EventLines.order("o-4", customer: "c-2", at: "2026-01-08T10:00:00Z"),
        ])
        func survey(at time: String?) throws -> (found: [String], changes: [String]) {
            var (found, changes): ([String], [String]) = ([], [])
            let survey = HistoryPass.Survey(
                at: time.flatMap { EventTime(argument: $0) },
                customers: { ["c-1", "c-2", "nobody"].map { Array($0.utf8) } },
                found: { index, report in
                    let id = String(decoding: report.id, as: UTF8.self)
                    found.append(
                        "\(index) \(id) \(report.asOf.rfc3339.prefix(19)) \(report.lastOrderAt?.rfc3339.prefix(10) ?? "")"
                    )
                })
            var pass = try HistoryPass(
                policies: [BenchPolicy.retail, BenchPolicy.retail], history: EventHistory(files: [file]))
            _ = try pass.run(survey: survey, progress: { _ in }, events: { _ in }) { index, outputs in
                for case .tierChange(let change) in outputs.outputs {
                    changes.append("\(index) \(change.to) \(change.effectiveAt.milliseconds)")
                }
            }
            return (found, changes.sorted())
        }
        let early = try survey(at: "2026-01-06T10:00:00Z")
        #expect(
            early.found == [
                "0 c-1 2026-01-06T10:00:00 2026-01-06", "1 c-1 2026-01-06T10:00:00 2026-01-06",
            ])
        let end = try survey(at: nil)
        #expect(end.found.count == 4 && end.found[1] == "0 c-2 2026-01-08T23:59:59 2026-01-08")
        #expect(early.changes == end.changes && !end.changes.isEmpty)
    }

    @Test func `silence after the last event is waited for only when an end is given`() throws {
        let file = try orders([EventLines.order("o-1", at: "2026-01-05T10:00:00Z", total: "900.00")])
        let still = try changes([BenchPolicy.retail], [file])
        let moved = try changes([BenchPolicy.retail], [file], until: EventTime(argument: "2028-01-01"))
        #expect(moved.said[0].starts(with: still.said[0]))
        #expect(moved.said[0].count > still.said[0].count)
    }
}
