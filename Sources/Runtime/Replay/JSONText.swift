/// JSON written field by field, in the order of the calls: the same calls give the same bytes.
package struct JSONText: Sendable {
    package private(set) var bytes = ContiguousArray<UInt8>()
    private var needsComma = false

    package init() {}

    /// For people and tests.
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Forgets the text, keeps the memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    package mutating func object(_ name: StaticString? = nil, _ body: (inout JSONText) -> Void) {
        nest(name, "{", "}", body)
    }

    package mutating func array(_ name: StaticString? = nil, _ body: (inout JSONText) -> Void) {
        nest(name, "[", "]", body)
    }

    package mutating func field(_ name: StaticString, _ text: String?) {
        begin(name)
        if let text { append(quoted: text.utf8) } else { append("null") }
        needsComma = true
    }

    /// `text` must be UTF-8.
    package mutating func field(_ name: StaticString, utf8 text: some Sequence<UInt8>) {
        begin(name)
        append(quoted: text)
        needsComma = true
    }

    package mutating func field(_ name: StaticString, _ number: Int) { literal(name, "\(number)") }

    /// Null where JSON has no number for it.
    package mutating func field(_ name: StaticString, _ number: Double) {
        literal(name, number.isFinite ? number.description : "null")
    }

    package mutating func field(_ name: StaticString, _ flag: Bool) { literal(name, flag ? "true" : "false") }

    /// A field whose value is JSON already.
    package mutating func field(_ name: StaticString, json: some Sequence<UInt8>) {
        begin(name)
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// A field whose name is known only at run time.
    package mutating func field(named name: String, _ number: Int) {
        separate()
        append(quoted: name.utf8)
        append(":\(number)")
        needsComma = true
    }

    /// An element of an array.
    package mutating func element(_ number: Double) {
        separate()
        append(number.isFinite ? number.description : "null")
        needsComma = true
    }

    /// An element of an array that is JSON already.
    package mutating func element(json: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    package mutating func endLine() {
        bytes.append(0x0A)
        needsComma = false
    }

    // MARK: - Pieces

    private mutating func nest(
        _ name: StaticString?, _ opening: String, _ closing: String, _ body: (inout JSONText) -> Void
    ) {
        if let name { begin(name) } else { separate() }
        append(opening)
        needsComma = false
        body(&self)
        append(closing)
        needsComma = true
    }

    private mutating func literal(_ name: StaticString, _ text: String) {
        begin(name)
        append(text)
        needsComma = true
    }

    /// The names are this package's own: nothing in them needs escaping.
    private mutating func begin(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func separate() { if needsComma { bytes.append(UInt8(ascii: ",")) } }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func append(quoted text: some Sequence<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                append(byte < 16 ? "\\u000" : "\\u00")
                append(String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
