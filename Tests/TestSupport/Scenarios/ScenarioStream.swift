import Scoring

/// Several scenarios under one policy as one shard's topics: every event arrives at its time, as if live.
package struct ScenarioStream: Sendable {
    /// Each input's records in the order of their offsets, with the customers as keys.
    package private(set) var records: [InputKind: [(key: String, json: String)]] = [:]
    /// Somebody who only moves the shard's clock.
    package static let metronome = "metronome"

    package init(_ scenarios: [Scenario]) {
        let given = scenarios.flatMap { scenario in scenario.given.map { (customer: scenario.id, given: $0) } }
        // Stable: what one customer does keeps its order.
        let arriving = given.enumerated().sorted {
            ($0.element.given.arrival, $0.offset) < ($1.element.given.arrival, $1.offset)
        }
        for (number, entry) in arriving.map(\.element).enumerated() {
            guard let record = entry.given.record else { continue }
            // A partition is merged with the others by the time of its next record: a late one must not come early.
            if entry.given.arrival > entry.given.time {
                records[record.input, default: []].append(Self.tick(record.input, number, entry.given.arrival))
            }
            records[record.input, default: []].append((entry.customer, record.json))
        }
        // The rest of everybody's silence.
        let end = scenarios.map(\.end).max() ?? .earliest
        records[.orders, default: []].append(Self.tick(.orders, given.count, end))
    }

    private static func tick(_ input: InputKind, _ number: Int, _ time: EventTime) -> (key: String, json: String) {
        let event =
            switch input {
            case .orders: "placed"
            case .browse: "page_viewed"
            case .feedback: "support_contact"
            case .commands: "recompute"
            }
        let record = ScenarioRecord(
            event: event, id: "tick-\(number)", customer: metronome, time: time, value: input == .orders ? "0" : "",
            currency: "EUR", fields: "")
        return (metronome, record.record?.json ?? "")
    }
}
