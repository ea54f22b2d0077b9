import Foundation
import Scoring
import WireFormat

/// What the demonstration plays: real orders, with browsing and feedback made up around them from a fixed seed.
package struct DemoHistory: Sendable {
    package struct Record: Sendable {
        package var time: EventTime
        package var input: InputKind
        package var key: [UInt8]
        package var value: [UInt8]
    }

    /// Rising by time.
    package var records: [Record]
    package var customers: Int

    /// Reads order events, one JSON object a line, and makes up the rest.
    package init(orderLines: [[UInt8]], seed: UInt64) throws(DemoError) {
        var random = SplitMix64(seed: seed)
        var made: [Record] = []
        var decoder: RecordDecoder
        do {
            decoder = try RecordDecoder(requiresKey: false)
        } catch {
            throw DemoError("no memory for a record decoder: \(error)")
        }
        var names: Set<[UInt8]> = []
        for (number, line) in orderLines.enumerated() {
            var buffer = EventBuffer()
            do throws(Rejection) {
                try line.withUnsafeBufferPointer { bytes throws(Rejection) in
                    try decoder.decode(UnsafeRawBufferPointer(bytes), key: nil, as: .orders, into: &buffer)
                }
            } catch {
                throw DemoError("line \(number + 1) of the orders: \(error.message)")
            }
            let event = buffer.events[0]
            let customer = Array(buffer.text[event.customer.range])
            names.insert(customer)
            made.append(Record(time: event.time, input: .orders, key: customer, value: line))
            Self.addVisit(around: event.time, customer, number, &random, to: &made)
        }
        records = made.sorted { ($0.time, $0.input.rawValue) < ($1.time, $1.input.rawValue) }
        customers = names.count
    }

    /// Some browsing before the order, and now and then an opinion or a complaint after it.
    private static func addVisit(
        around time: EventTime, _ customer: [UInt8], _ number: Int, _ random: inout SplitMix64,
        to records: inout [Record]
    ) {
        let name = String(decoding: customer, as: UTF8.self)
        for step in 0..<2 + random.below(6) {
            let at = EventTime(milliseconds: time.milliseconds + Int64(step) * 60_000 + Int64(random.below(50_000)))
            let type = ["page_viewed", "product_viewed", "product_viewed", "searched", "cart_added"][random.below(5)]
            let text =
                #"{"event_id":"b-\#(number)-\#(step)","customer_id":"\#(name)","session_id":"s-\#(number)","type":"\#(type)","#
                + #""occurred_at":\#(at.milliseconds),"sku":"cd-\#(random.below(900))","category":"music","dwell_ms":\#(random.below(90_000)),"channel":"web"}"#
            records.append(Record(time: at, input: .browse, key: customer, value: Array(text.utf8)))
        }
        guard random.unit() < 0.2 else { return }
        let at = time + TimeSpan(milliseconds: Int64(random.exponential(mean: 3 * TimeSpan.millisecondsPerDay)))
        let kind =
            random.unit() < 0.15
            ? #""type":"complaint""# : #""type":"csat","score":\#(3 + random.below(3)),"scale_max":5"#
        let text = #"{"event_id":"f-\#(number)","customer_id":"\#(name)",\#(kind),"occurred_at":\#(at.milliseconds)}"#
        records.append(Record(time: at, input: .feedback, key: customer, value: Array(text.utf8)))
    }
}

/// Why the demonstration cannot run, in one sentence.
package struct DemoError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
