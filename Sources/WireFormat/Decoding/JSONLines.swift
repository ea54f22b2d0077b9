import CSimdJSON
import Scoring

extension JSONRecord {
    /// Lines of the order, where there is an array of them; those that are not handed out included.
    @inline(__always) var lineCount: Int { unsafe Int(record.lines.pointee.count) }
    /// Whether each line is an object.
    @inline(__always) var hasOnlyLines: Bool { unsafe record.lines.pointee.strays == 0 }

    /// The `index`-th line of the first 16.
    @inline(__always) func line(_ index: Int) -> JSONLine {
        unsafe JSONLine(csj_line(record.lines, UInt32(index)).unsafelyUnwrapped)
    }
}

/// One line of an order. Points into the parsed record.
@safe struct JSONLine {
    private let item: UnsafePointer<csj_item>

    @unsafe init(_ item: UnsafePointer<csj_item>) { unsafe self.item = unsafe item }

    var sku: JSONValue? { unsafe value(item.pointee.sku, CSJ_ITEM_SKU) }
    /// Of a call of Segment's.
    var productID: JSONValue? { unsafe value(item.pointee.product_id, CSJ_ITEM_PRODUCT_ID) }
    var category: JSONValue? { unsafe value(item.pointee.category, CSJ_ITEM_CATEGORY) }
    var quantity: JSONValue? { unsafe value(item.pointee.quantity, CSJ_ITEM_QUANTITY) }
    var unitPrice: JSONValue? { unsafe value(item.pointee.unit_price, CSJ_ITEM_UNIT_PRICE) }

    /// Nil if the field is absent or null.
    @inline(__always) private func value(_ field: csj_field, _ key: csj_item_key) -> JSONValue? {
        guard unsafe item.pointee.present & 1 << key.rawValue != 0 else { return nil }
        return unsafe field.type == CSJ_NULL ? nil : JSONValue(field)
    }
}

/// What an object or an array holds, in its order. Points into the parser; valid until the next list.
@safe struct JSONMembers {
    private let members: UnsafePointer<csj_member>
    /// Members in all; only the first `CSJ_MAXIMUM_MEMBERS` are handed out.
    let count: Int

    @unsafe init(_ members: UnsafePointer<csj_member>, count: Int) {
        unsafe self.members = unsafe members
        self.count = count
    }

    /// The name of a member of an object.
    func name(_ index: Int) -> JSONValue { unsafe JSONValue(members[index].name) }
    func value(_ index: Int) -> JSONValue { unsafe JSONValue(members[index].value) }
}
