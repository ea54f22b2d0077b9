/// A header of a record: a name and bytes; nil is a header without a value.
package struct RecordHeader: Hashable, Sendable {
    package let name: String
    package let value: [UInt8]?

    package init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    package init(_ name: String, _ text: String) {
        self.init(name: name, value: Array(text.utf8))
    }
}
