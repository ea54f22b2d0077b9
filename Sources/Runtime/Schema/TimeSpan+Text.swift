import Scoring

extension TimeSpan {
    /// A century; sums of an event's time and such a span stay far from overflow.
    static let longest = TimeSpan.days(36_525)

    /// Reads `90d`, `12h`, `5m`, `30s` or `250ms`; nil for anything else and beyond a century.
    init?(text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits), let unit = Self.units[String(text.dropFirst(digits.count))] else {
            return nil
        }
        let (product, overflows) = count.multipliedReportingOverflow(by: unit)
        guard !overflows, product <= Self.longest.milliseconds else { return nil }
        self.init(milliseconds: product)
    }

    private static let units: [String: Int64] = [
        "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]
}

extension Cursor {
    /// Reads a length of time that the schema has approved of, so that only its size can be wrong.
    func span(_ problems: inout [FileProblem]) -> TimeSpan? {
        guard let text else { return nil }
        let span = TimeSpan(text: text)
        if span == nil { problems.append(mismatch(expected: "at most 36525d")) }
        return span
    }
}
