/// One line of a policy's canonical text, taken word by word. Whoever asks for what is not there gets nil.
struct CanonicalLine {
    private enum Token: Equatable {
        case word(String)
        /// What stood in quotes.
        case text(String)
        case open, close
    }

    private var tokens: ArraySlice<Token>

    /// Nil when quotes do not end.
    init?(_ line: Substring) {
        var tokens: [Token] = []
        var rest = line.unicodeScalars[...]
        while let first = rest.first {
            switch first {
            case " ": rest.removeFirst()
            case "(", ")":
                tokens.append(first == "(" ? .open : .close)
                rest.removeFirst()
            case "\"":
                guard let text = Self.quoted(&rest) else { return nil }
                tokens.append(.text(text))
            default:
                let word = rest.prefix { !" ()\"".unicodeScalars.contains($0) }
                tokens.append(.word(String(word)))
                rest = rest[word.endIndex...]
            }
        }
        self.tokens = tokens[...]
    }

    /// The text up to the closing quote, escapes undone.
    private static func quoted(_ rest: inout Substring.UnicodeScalarView) -> String? {
        var text = ""
        rest.removeFirst()
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return text
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                text.unicodeScalars.append(escaped == "n" ? "\n" : escaped)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return nil
    }

    var isAtEnd: Bool { tokens.isEmpty }

    mutating func word() -> String? {
        guard case .word(let word) = tokens.first else { return nil }
        tokens.removeFirst()
        return word
    }

    mutating func text() -> String? {
        guard case .text(let text) = tokens.first else { return nil }
        tokens.removeFirst()
        return text
    }

    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) -> Value? {
        word().flatMap { Value($0) }
    }

    mutating func number() -> Double? { word().flatMap { Double($0) } }

    mutating func opens() -> Bool { takes(.open) }

    mutating func closes() -> Bool { takes(.close) }

    private mutating func takes(_ token: Token) -> Bool {
        guard tokens.first == token else { return false }
        tokens.removeFirst()
        return true
    }
}
