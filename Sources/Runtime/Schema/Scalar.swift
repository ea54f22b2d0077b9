/// A scalar of a YAML document. Quoted ones are text; plain ones mean what YAML's core schema says (YAML 1.2.2, 10.3.2).
package struct Scalar: Hashable, Sendable {
    /// As written, without quotes.
    package let text: String
    package let isQuoted: Bool
    package let kind: Kind

    package enum Kind: Hashable, Sendable {
        case null
        case boolean(Bool)
        case integer(Int)
        /// Finite: infinities, NaN and what overflows are taken as text, which no number may be.
        case number(Double)
        case text
    }

    package init(_ text: String, isQuoted: Bool = false) {
        self.text = text
        self.isQuoted = isQuoted
        kind = isQuoted ? .text : Self.resolve(text)
    }

    /// The value of a number, whole or not.
    package var number: Double? {
        switch kind {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .null, .boolean, .text: nil
        }
    }

    /// The value of a whole number, however it is written: 5, 5.0 or 5e0.
    package var integer: Int? {
        switch kind {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        case .null, .boolean, .text: nil
        }
    }

    /// Whether both mean the same value: 1 and 1.0 do, 1 and "1" do not.
    package func means(_ other: Scalar) -> Bool {
        if kind == .text || other.kind == .text { return kind == other.kind && text == other.text }
        if let number { return number == other.number }
        return kind == other.kind
    }

    private static func resolve(_ text: String) -> Kind {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        default: return resolveNumber(text) ?? .text
        }
    }

    private static func resolveNumber(_ text: String) -> Kind? {
        if text.hasPrefix("0x") { return digits(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return digits(text.dropFirst(2), radix: 8) }
        // Double also reads "nan", "infinity" and hexadecimal floats, which the core schema does not.
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
        if let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { return nil }
        return .number(number)
    }

    private static func digits(_ text: Substring, radix: Int) -> Kind? {
        guard let first = text.first, first.isHexDigit else { return nil }
        return Int(text, radix: radix).map { .integer($0) }
    }
}
