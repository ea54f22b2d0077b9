import Scoring
import WireFormat

/// One generated record; the ranges are of the bytes that it was appended to.
package struct GeneratedRecord: Sendable {
    package var input: InputKind
    package var time: EventTime
    /// The customer id, which is the record's key.
    package var key: Range<Int>
    package var value: Range<Int>
}

/// The records of a workload as shops send them: about 250 bytes, with the fields that scoring passes over (articles,
/// channels, campaigns) in them. The same workload gives the same bytes.
package struct GeneratedRecords: Sendable {
    private var workload: Workload
    private var encoder = EventEncoder()
    private var scratch = EventBuffer()

    package init(_ shape: WorkloadShape) { self.init(continuing: Workload(shape)) }

    /// Goes on where `workload` stands.
    package init(continuing workload: Workload) { self.workload = workload }

    /// Appends the next record's key and value to `bytes`.
    package mutating func append(to bytes: inout ContiguousArray<UInt8>) -> GeneratedRecord {
        scratch.removeAll()
        let input = workload.append(to: &scratch)
        let event = scratch.events[0]
        let start = bytes.count
        bytes.append(contentsOf: scratch.text[event.customer.range])
        let end = bytes.count
        // Before the buffer is handed over, for it goes there too.
        let session = session(of: event)
        encoder.encode(event, in: scratch, session: session, into: &bytes)
        // More fields before the closing brace.
        bytes.removeLast()
        write(moreOf: event, &bytes)
        bytes.append(UInt8(ascii: "}"))
        return GeneratedRecord(input: input, time: event.time, key: start..<end, value: end..<bytes.count)
    }

    /// The same id for all events of one session.
    private mutating func session(of event: Event) -> TextSpan {
        guard case .browse(let browse) = event.body else { return .empty }
        var text = "s-" + String(browse.sessionHash, radix: 16)
        return text.withUTF8 { scratch.append(text: UnsafeRawBufferPointer($0)) }
    }

    // MARK: - Fields that scoring passes over, drawn from the event's id

    private static let channels = ["web", "app", "store", "marketplace"]
    private static let campaigns = ["spring-sale", "newsletter-week-12", "retargeting", "brand-search"]

    private func write(moreOf event: Event, _ bytes: inout ContiguousArray<UInt8>) {
        let draw = event.idHash
        let channel = Self.channels[Int(draw & 3)]
        switch event.body {
        case .order(let order):
            append(",\"channel\":\"\(channel)\"", &bytes)
            write(itemsOf: order, draw, &bytes)
        case .browse:
            append(",\"sku\":\"\(Self.sku(draw >> 8))\",\"channel\":\"\(channel)\"", &bytes)
            let campaign = Self.campaigns[Int(draw >> 4 & 3)]
            append(",\"campaign\":\"\(campaign)\"", &bytes)
        case .feedback:
            append(",\"order_id\":\"o-\(draw >> 40)\",\"channel\":\"\(channel)\"", &bytes)
            append(",\"locale\":\"en-US\",\"survey\":\"after-purchase-2\"", &bytes)
        case .command: break
        }
    }

    /// One or two articles whose prices sum to the total.
    private func write(itemsOf order: OrderEvent, _ draw: UInt64, _ bytes: inout ContiguousArray<UInt8>) {
        let total = order.total.minorUnits
        let first = draw >> 16 & 1 == 0 || total < 2 ? total : total * 2 / 3
        append(",\"items\":[", &bytes)
        append(item(first, order.currency, draw >> 20), &bytes)
        if first < total {
            append(",", &bytes)
            append(item(total - first, order.currency, draw >> 36), &bytes)
        }
        append("]", &bytes)
    }

    private func item(_ price: Int64, _ currency: CurrencyCode, _ draw: UInt64) -> String {
        "{\"sku\":\"\(Self.sku(draw))\",\"category\":\"category-\(draw % 40)\",\"quantity\":1,\"unit_price\":"
            + "\(Self.decimal(price, places: currency.exponent))}"
    }

    private static func sku(_ draw: UInt64) -> String { "SKU-\(100_000 + draw % 50_000)" }

    /// `minorUnits` · 10^−`places` for an amount from 0.
    private static func decimal(_ minorUnits: Int64, places: Int) -> String {
        guard places > 0 else { return "\(minorUnits)" }
        let digits = String(minorUnits)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return "\(padded.dropLast(places)).\(padded.suffix(places))"
    }

    private func append(_ text: String, _ bytes: inout ContiguousArray<UInt8>) { bytes.append(contentsOf: text.utf8) }
}
