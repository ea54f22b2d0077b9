import Foundation
import Runtime
import Scoring

/// A year of a few customers in which people and systems keep giving commands, good and bad ones: the same for one seed.
struct CommandHistory {
    struct Line {
        var input: InputKind
        var key: String
        var json: String
    }

    static let end = EventTime(milliseconds: 1_735_689_600_000)
    private static let start: Int64 = 1_704_067_200_000
    private static let step: Int64 = 10_800_000
    private static let customers = 60
    private static let tiers = ["standard", "silver", "gold", "platinum"]

    /// Oldest first; no two at one time.
    private(set) var lines: [Line] = []
    private var random: SplitMix64
    private var lastOrders: [String: String] = [:]

    init(seed: UInt64, count: Int) {
        random = SplitMix64(seed: seed)
        for number in 0..<count { append(number) }
    }

    func lines(of input: InputKind) -> [Line] { lines.filter { $0.input == input } }

    /// One file for each input, named by it.
    func write(to folder: URL) throws -> [EventFile] {
        try InputKind.allCases.map { input in
            let file = folder.appending(path: "\(input).jsonl")
            let text = lines(of: input).map { $0.json + "\n" }.joined()
            try text.write(to: file, atomically: true, encoding: .utf8)
            return EventFile(input, path: file.path)
        }
    }

    private mutating func append(_ number: Int) {
        let customer = "c-\(random.below(Self.customers))"
        switch random.below(1_000) {
        case ..<700: append(.orders, customer, number, order(customer, number))
        case ..<730: append(.orders, customer, number, refund(customer, number))
        case ..<850:
            append(.browse, customer, number, #""type":"product_viewed","session_id":"s-\#(number)","sku":"k-1""#)
        case ..<880: append(.feedback, customer, number, #""type":"csat","score":\#(1 + random.below(5))"#)
        case ..<985: append(.commands, customer, number, command(customer, number))
        default: appendBad(customer, number)
        }
    }

    private mutating func append(_ input: InputKind, _ customer: String, _ number: Int, _ members: String) {
        let id = input == .orders ? "" : #""event_id":"e-\#(number)","#
        let time = Self.start + Int64(number) * Self.step
        lines.append(
            Line(
                input: input, key: customer,
                json: #"{\#(id)"customer_id":"\#(customer)","occurred_at":\#(time),\#(members)}"#))
    }

    private mutating func order(_ customer: String, _ number: Int) -> String {
        lastOrders[customer] = "o-\(number)"
        return #""order_id":"o-\#(number)","type":"completed","currency":"USD","total":\#(10 + random.below(240)).00"#
    }

    private func refund(_ customer: String, _ number: Int) -> String {
        let order = lastOrders[customer] ?? "o-unknown"
        return #""order_id":"\#(order)","type":"refunded","currency":"USD","refund":{"amount":"5.00"}"#
    }

    private mutating func command(_ customer: String, _ number: Int) -> String {
        switch random.below(105) {
        case ..<30:
            let mode = ["exact", "floor", "ceiling"][random.below(3)]
            let until = Self.start + Int64(number) * Self.step + 30 * 86_400_000
            return #""type":"pin","tier":"\#(Self.tiers[random.below(4)])","mode":"\#(mode)","by":"anna""#
                + (random.below(2) == 0 ? #","until":\#(until)"# : "")
        case ..<50: return #""type":"unpin","by":"anna""#
        case ..<80: return #""type":"attribute","set":{"shelf":\#(number)},"add_tags":["t-\#(random.below(4))"]"#
        case ..<92: return #""type":"recompute""#
        case ..<97: return #""type":"erase","block_for":"2d""#
        default:
            let other = (random.below(Self.customers - 1) + 1 + (Int(customer.dropFirst(2)) ?? 0)) % Self.customers
            return #""type":"merge","merged_customer_id":"c-\#(other)""#
        }
    }

    private mutating func appendBad(_ customer: String, _ number: Int) {
        switch number % 5 {
        case 0: append(.commands, customer, number, #""type":"promote""#)
        case 1: append(.commands, customer, number, #""type":"pin","tier":"gold","by":"anna""#)
        case 2: append(.commands, customer, number, #""type":"merge","merged_customer_id":"\#(customer)""#)
        case 3: append(.commands, customer, number, #""type":"pin","tier":"diamond","mode":"exact","by":"anna""#)
        default: lines.append(Line(input: .commands, key: customer, json: #"{"event_id":"e-\#(number)","#))
        }
    }
}
