import Scoring

/// Calls of Segment's, mapped to the canonical events.
extension RecordDecoder {
    mutating func decode(
        _ kind: CallNames.Call, _ record: JSONRecord, _ key: UnsafeRawBufferPointer?, _ buffer: inout EventBuffer
    ) throws(Rejection) {
        try record.refuseDuplicates(of: keys.call)
        if let properties = record[.properties], !properties.isObject { throw Rejection(.wrongType, .properties) }
        let meaning: CallNames.Meaning =
            switch kind {
            case .track: try record.value(.event, in: callNames.events, otherwise: .unknownType)
            case .page: .browse(.pageViewed)
            }
        let call = parser.call(record)
        try call.refuseDuplicates(of: keys.properties)
        switch meaning {
        case .order(let type):
            let envelope = try unsafe Envelope(call, id: .orderID, key: key, requiresKey: requiresKey)
            unsafe envelope.append(.order(try order(type, call, &buffer)), &texts, to: &buffer)
        case .browse(let type):
            let envelope = try unsafe Envelope(call, id: .eventID, key: key, requiresKey: requiresKey)
            unsafe envelope.append(.browse(try browse(type, call)), &texts, to: &buffer)
        case .feedback(let type):
            let envelope = try unsafe Envelope(call, id: .eventID, key: key, requiresKey: requiresKey)
            let score = try FeedbackScore(call, type: type).units
            let channel = unsafe texts.add(label: try call.label(.channel))
            let feedback = FeedbackEvent(type: type, score: score, sentiment: nil, channel: channel)
            unsafe envelope.append(.feedback(feedback), &texts, to: &buffer)
        }
    }

    private mutating func order(
        _ type: OrderType, _ call: JSONRecord, _ buffer: inout EventBuffer
    ) throws(Rejection) -> OrderEvent {
        // Segment's spec: where no currency is set, the amounts are US dollars.
        let currency = try call.currency() ?? .usDollar
        let places = currencies.places(of: currency)
        let discount = try call.money(.discount, places: places)
        let shipping = try call.money(.shipping, places: places)
        // Either may stand for the order; the total is what is paid.
        let revenue = try call.money(.revenue, places: places)
        let total = try call.money(.total, places: places) ?? revenue
        if type == .completed || type == .updated, total == nil { throw Rejection(.missingField, .total) }
        // A refund's total is what is given back.
        let refund = type == .refunded ? total : nil
        let namesAmount = total != nil || discount != nil || shipping != nil
        var order = OrderEvent(
            type: type, currency: namesAmount ? currency : .none, total: type == .refunded ? .zero : total ?? .zero,
            refund: refund, discount: discount, shipping: shipping, hasCoupon: try call.hasText(.coupon))
        order.channel = unsafe texts.add(label: try call.label(.affiliation, .channel))
        try OrderLines.append(call, places: places, of: &order, &texts, to: &buffer)
        return order
    }

    private mutating func browse(_ type: BrowseType, _ call: JSONRecord) throws(Rejection) -> BrowseEvent {
        var campaign = try unsafe call.label(.campaign, .campaignName)
        if unsafe campaign == nil { unsafe campaign = try call.optionalID(.campaignID) }
        let sku = try call.hash(ofID: call[.sku] != nil ? .sku : .productID)
        return try unsafe BrowseEvent(
            type: type, sessionHash: call.hash(ofID: .sessionID), dwellMilliseconds: 0,
            skuHash: sku, category: texts.add(label: call.label(.category)),
            channel: texts.add(label: call.label(.channel)), campaign: texts.add(label: campaign))
    }
}

extension CurrencyCode {
    fileprivate static let usDollar = CurrencyCode(packed: 0x55_5344)
}
