import Foundation
import Scoring

/// A claim about the rules of standing, written as tables that people read; Tests/Fixtures/scenarios/README.md has the
/// format.
package struct Scenario: Sendable {
    package var title: String
    /// File and number within it; also the customer's id.
    package var id: String
    /// The rules that it is about.
    package var rules: [String]
    /// The whole policy, as YAML.
    package var policy: String
    package var zone: TimeZone
    package var isForBroker: Bool
    /// What is not as it should be yet; nil for a claim that holds.
    package var knownGap: String?
    package var given: [Given]
    package var expected: [Row]
    /// The columns of `expected` that may be left out.
    package var columns: Set<Column>

    /// Something that happens, in the order of arrival.
    package struct Given: Sendable {
        package var time: EventTime
        /// When it reaches the shard; for silence when it ends.
        package var arrival: EventTime
        /// Nil for silence.
        package var record: Record?
        /// Why it is refused; nil if it is not.
        package var refusal: String?
    }

    package struct Record: Sendable {
        package var input: InputKind
        package var json: String
    }

    /// A line of the table of what is said.
    package struct Row: Hashable, Sendable {
        package var when = ""
        package var says = ""
        package var tier = ""
        package var reason = ""
        package var validUntil = ""
        package var because = ""
        package var progress = ""

        package init() {}

        package var kind: Kind {
            switch says {
            case "churn": .churnRisk
            case "approaching_upgrade", "approaching_expiry": .notice
            default: .tierChange
            }
        }
    }

    /// The topics that outputs go to.
    package enum Kind: CaseIterable, Sendable { case tierChange, notice, churnRisk }

    /// Columns that are compared only where the table has them.
    package enum Column: Sendable { case because, progress }

    /// Up to when the customer is watched.
    package var end: EventTime { given.map(\.arrival).max() ?? .earliest }
}

extension Scenario: CustomStringConvertible {
    package var description: String { "\(id): \(title)" }
}

extension Scenario {
    /// What must be said for the claim to hold, of what was said: churn-risk levels are left out where they are not the
    /// point, as long as there is but the first order's.
    package func comparable(_ said: [Row]) -> [Row] {
        let listsChurn = expected.contains { $0.kind == .churnRisk }
        let rows = listsChurn ? said : said.filter { $0.kind != .churnRisk || !$0.tier.hasPrefix("→") }
        return rows.map { row in
            var row = row
            if !columns.contains(.because) { row.because = "" }
            if !columns.contains(.progress) { row.progress = "" }
            return row
        }
    }

    /// Both tables, for whoever has to find out what went wrong.
    package func report(_ said: [Row]) -> String {
        """
        \(self)
        expected:
        \(table(expected))
        but the engine says:
        \(table(comparable(said)))
        """
    }

    private func table(_ rows: [Row]) -> String {
        guard !rows.isEmpty else { return "  nothing" }
        let lines = rows.map { [$0.when, $0.says, $0.tier, $0.reason, $0.validUntil, $0.because, $0.progress] }
        let widths = (0..<7).map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { cells in
            let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return "  | " + padded.joined(separator: " | ") + " |"
        }.joined(separator: "\n")
    }
}
