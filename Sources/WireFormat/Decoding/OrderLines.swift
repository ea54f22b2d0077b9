import Scoring

/// The lines of an order record.
///
/// They inform the measures of taste, not those of money: fractions finer than a minor unit or a thousandth are rounded,
/// and quantities beyond what 32 bits hold are cut.
enum OrderLines {
    /// Appends the lines to `buffer` and says in `order` which they are. Without a currency (`places` nil) they have no
    /// prices.
    @inline(__always) static func append(
        _ record: JSONRecord, places: Int?, of order: inout OrderEvent, _ texts: inout EventTexts,
        to buffer: inout EventBuffer
    ) throws(Rejection) {
        guard let items = record[.items] else { return }
        guard items.isArray, record.hasOnlyLines else { throw Rejection(.wrongType, .items) }
        let count = min(record.lineCount, OrderEvent.maximumItems)
        order.items = ListSpan(offset: buffer.items.count, count: count)
        order.itemCount = UInt16(clamping: record.lineCount)
        for index in 0..<count {
            let line = record.line(index)
            let item = try OrderItem(
                skuHash: skuHash(line), category: category(line, &texts),
                quantityThousandths: quantity(line, inQuotes: record.isCall), unitPrice: price(line, places))
            buffer.items.append(item)
        }
    }

    @inline(__always) private static func skuHash(_ line: JSONLine) throws(Rejection) -> UInt64 {
        guard let sku = line.sku ?? line.productID else { return 0 }
        guard sku.isString || sku.isNumber else { throw Rejection(.wrongType, .itemSKU) }
        return unsafe sku.bytes.count > 0 ? StableHash.of(sku.bytes) : 0
    }

    @inline(__always) private static func category(
        _ line: JSONLine, _ texts: inout EventTexts
    ) throws(Rejection) -> TextSpan {
        guard let category = line.category else { return .empty }
        guard category.isString else { throw Rejection(.wrongType, .itemCategory) }
        let text = unsafe category.bytes
        guard text.count > 0 else { return .empty }
        return unsafe texts.add(text.count <= Event.maximumLabelBytes ? text : JSONRecord.cut(text))
    }

    @inline(__always) private static func quantity(_ line: JSONLine, inQuotes: Bool) throws(Rejection) -> UInt32 {
        guard let quantity = line.quantity else { return 1_000 }
        if quantity.isNumber, let plain = unsafe DecimalNumber.plainDigits(quantity.bytes), plain < 1_000_000 {
            return UInt32(plain) * 1_000
        }
        guard quantity.isNumber || inQuotes && quantity.isString, let number = unsafe DecimalNumber(quantity.bytes)
        else { throw Rejection(.wrongType, .itemQuantity) }
        guard !number.isNegative || number.coefficient == 0 else { throw Rejection(.outOfRange, .itemQuantity) }
        return UInt32(clamping: number.rounded(shiftedBy: 3) ?? .max)
    }

    @inline(__always) private static func price(_ line: JSONLine, _ places: Int?) throws(Rejection) -> Money? {
        guard let price = line.unitPrice else { return nil }
        guard let places else { return nil }
        return try JSONRecord.money(price, .itemUnitPrice, places: places, isRounded: true)
    }
}
