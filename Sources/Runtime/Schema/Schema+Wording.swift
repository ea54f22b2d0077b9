extension SourceNode {
    /// Whether the value is of `type`; a whole number is an integer however it is written.
    func isOf(_ type: ValueType) -> Bool {
        switch (value, type) {
        case (.mapping, .object), (.sequence, .array): true
        case (.scalar(let scalar), _): scalar.isOf(type)
        default: false
        }
    }
}

extension Scalar {
    fileprivate func isOf(_ type: ValueType) -> Bool {
        switch type {
        case .null: kind == .null
        case .boolean: kind == .boolean(true) || kind == .boolean(false)
        case .integer: integer != nil
        case .number: number != nil
        case .string: kind == .text
        case .array, .object: false
        }
    }
}

extension Schema {
    /// What would be right here, in words: "an integer", "a length of time, such as 90d", "a list such as [0, 12]".
    func expectation(insteadOf node: SourceNode) -> String {
        guard types.count == 1, let type = types.first else { return types.map(\.rendered).joined(lastBy: "or") }
        let example = examples.first.flatMap { $0.isOf(type) ? $0 : nil }
        guard type == .string else {
            return type.rendered + (type.isCompound ? example.map { " such as \($0.flow)" } ?? "" : "")
        }
        // A title names the kind of text; without one only its pattern tells what else may stand there.
        if let title, let example { return "\(title.lowercased().withArticle), such as \(example.flow)" }
        var words = title.map { $0.lowercased().withArticle } ?? "text"
        if let example { words += " such as \(example.rendered)" }
        // Somebody who reads 0.92 as text has to be told what makes it text.
        if example == nil, title == nil, node.text == nil { words += " in quotes" }
        return words + (pattern.map { ", matching \($0)" } ?? "")
    }
}

extension SourceNode {
    /// The value in YAML's flow style.
    fileprivate var flow: String {
        switch value {
        case .scalar(let scalar): Scalar(scalar.text).kind == scalar.kind ? scalar.text : "\"\(scalar.text)\""
        case .sequence(let elements): "[" + elements.map(\.flow).joined(separator: ", ") + "]"
        case .mapping(let entries): "{" + entries.map { "\($0.key): \($0.node.flow)" }.joined(separator: ", ") + "}"
        }
    }
}

extension ValueType {
    fileprivate var isCompound: Bool { self == .array || self == .object }

    fileprivate var rendered: String {
        switch self {
        case .null: "null"
        case .boolean: "true or false"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "text"
        case .array: "a list"
        case .object: "a mapping"
        }
    }
}

extension Schema.Bounds {
    /// The bound that `count` violates, in words; nil if none.
    func violation(by count: Int, of unit: String) -> String? {
        let isLow = least.map { count < $0 } ?? false
        guard isLow || most.map({ count > $0 }) ?? false else { return nil }
        if let least, least == most { return "exactly \(least) \(unit)\(least == 1 ? "" : "s")" }
        guard let bound = isLow ? least : most else { return nil }
        return "at \(isLow ? "least" : "most") \(bound) \(unit)\(bound == 1 ? "" : "s")"
    }
}

extension Schema.Range {
    /// The bound that `number` violates, in words; nil if none.
    func violation(by number: Double) -> String? {
        if let minimum, number < minimum { return "at least \(minimum.plain)" }
        if let maximum, number > maximum { return "at most \(maximum.plain)" }
        if let exclusiveMinimum, number <= exclusiveMinimum { return "more than \(exclusiveMinimum.plain)" }
        if let exclusiveMaximum, number >= exclusiveMaximum { return "less than \(exclusiveMaximum.plain)" }
        return nil
    }
}

extension Double {
    /// Whole numbers without a point.
    var plain: String { Int(exactly: self).map(String.init) ?? description }
}

extension [String] {
    /// "a, b or c".
    func joined(lastBy conjunction: String) -> String {
        guard count > 1, let last else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " \(conjunction) \(last)"
    }
}

extension String {
    fileprivate var withArticle: String {
        guard let first, last != "s" else { return self }
        return ("aeiou".contains(first) ? "an " : "a ") + self
    }
}
