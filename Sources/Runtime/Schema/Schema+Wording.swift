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
    /// What would be right here, in words: "an integer", "a length of time, such as 90d".
    func expectation(insteadOf node: SourceNode) -> String {
        guard types.count == 1, types[0] == .string else {
            return types.map(\.rendered).joined(lastBy: "or")
        }
        var words = title.map { $0.lowercased().withArticle } ?? "text"
        if let example = examples.first, let scalar = example.scalar {
            words += title == nil ? " such as \(scalar.rendered)" : ", such as \(scalar.text)"
        } else {
            // Somebody who reads 0.92 as text has to be told what makes it text.
            if case .scalar(let scalar) = node.value, scalar.kind != .text, title == nil { words += " in quotes" }
            if let pattern { words += " that matches \(pattern)" }
        }
        return words
    }
}

extension ValueType {
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
