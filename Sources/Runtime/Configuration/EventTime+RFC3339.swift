import Foundation
import Scoring

extension EventTime {
    /// Reads `1997-01-01T00:00:00Z`, with any offset and fraction, cut to milliseconds; nil for a time that does not exist.
    /// Leap seconds are not taken: nobody starts a clock at one.
    package init?(rfc3339 text: String) {
        let local = text.prefix(19).uppercased() + "Z"
        // Foundation reads 30 February as 2 March: only what comes out as it went in exists.
        guard let date = try? Self.style.parse(local), date.formatted(Self.style) == local else { return nil }
        var rest = text.dropFirst(19)
        var milliseconds: Int64 = 0
        if rest.first == "." {
            let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            milliseconds = Int64((digits + "000").prefix(3)) ?? 0
            rest = rest.dropFirst(digits.count + 1)
        }
        guard let offset = Self.seconds(offset: rest) else { return nil }
        self.init(milliseconds: (Int64(date.timeIntervalSince1970) - offset) * 1000 + milliseconds)
    }

    private static let style = Date.ISO8601FormatStyle()

    /// Seconds east of UTC: `Z` or `+05:30`.
    private static func seconds(offset text: Substring) -> Int64? {
        if text == "Z" || text == "z" { return 0 }
        let parts = text.dropFirst().split(separator: ":").compactMap { Int64($0) }
        guard text.first == "+" || text.first == "-", parts.count == 2, (0...23).contains(parts[0]),
            (0...59).contains(parts[1])
        else { return nil }
        return (text.first == "-" ? -1 : 1) * (parts[0] * 3600 + parts[1] * 60)
    }
}
