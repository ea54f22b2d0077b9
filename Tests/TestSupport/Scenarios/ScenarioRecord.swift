import Foundation
import Scoring

/// A line of the table of events as the record that a producer would send.
struct ScenarioRecord {
    var event: String
    var id: String
    var customer: String
    var time: EventTime
    /// What an order costs, a refund gives back or an answer scores; the session of browsing.
    var value: String
    var currency: String
    /// Further members of the record, as JSON.
    var fields: String

    /// Nil for an unknown event.
    var record: Scenario.Record? {
        guard let input else { return nil }
        let key = input == .orders ? "order_id" : "event_id"
        var members = [
            #""\#(key)":"\#(id)""#, #""customer_id":"\#(customer)""#, #""type":"\#(event)""#,
            #""occurred_at":\#(time.milliseconds)"#,
        ]
        members += input == .orders ? amounts : rating
        if !fields.isEmpty { members.append(fields) }
        return Scenario.Record(input: input, json: "{" + members.joined(separator: ",") + "}")
    }

    private var input: InputKind? {
        if OrderType.allCases.contains(where: { "\($0.name)" == event }) { return .orders }
        if BrowseType.allCases.contains(where: { "\($0.name)" == event }) { return .browse }
        if FeedbackType.allCases.contains(where: { "\($0.name)" == event }) { return .feedback }
        return ["erase", "pin", "unpin", "merge", "attribute", "recompute"].contains(event) ? .commands : nil
    }

    /// `120`, or `120 USD` for another currency than the policy's.
    private var amounts: [String] {
        let parts = value.split(separator: " ")
        let code = #""currency":"\#(parts.count > 1 ? String(parts[1]) : currency)""#
        switch (event, parts.first) {
        case ("cancelled", nil): return []
        case ("refunded", let amount?): return [code, #""refund":{"amount":"\#(amount)"}"#]
        case (_, let amount?): return [code, #""total":"\#(amount)""#]
        case (_, nil): return [code]
        }
    }

    private var rating: [String] {
        guard !value.isEmpty else { return [] }
        return input == .browse ? [#""session_id":"\#(value)""#] : [#""score":\#(value)"#]
    }
}
