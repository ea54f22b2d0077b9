import Foundation
import Scoring

extension Scenario.Row {
    /// An output's JSON value as a line of the table; nil if it is no output.
    package init?(output: [String: Any], zone: TimeZone) {
        self.init()
        let times = LocalTime(zone)
        guard let at = times.text(rfc3339: output["effective_at"]) else { return nil }
        when = at
        if let notice = output["notice"] as? String {
            says = notice
            tier = output["tier"] as? String ?? "?"
            validUntil = times.text(rfc3339: output["expires_at"]) ?? ""
        } else {
            guard let to = output["to"] as? String else { return nil }
            says = output["direction"] as? String ?? "churn"
            tier = (output["from"] as? String).map { "\($0) → \(to)" } ?? "→ \(to)"
            reason = (output["reasons"] as? [String] ?? []).joined(separator: " ")
            validUntil = times.text(rfc3339: output["valid_until"]) ?? ""
        }
        let cause = output["cause"] as? [String: Any]
        because = cause?["id"] as? String ?? cause?["deadline"] as? String ?? "?"
        if let progress = output["progress"] as? [String: Any] { self.progress = Self.text(progress) }
    }

    /// `gold 84.5%`
    private static func text(_ progress: [String: Any]) -> String {
        let hundredths = ((progress["fraction"] as? Double ?? .nan) * 10_000).rounded() / 100
        let digits = hundredths == hundredths.rounded() ? "\(Int(hundredths))" : "\(hundredths)"
        return "\(progress["next_tier"] as? String ?? "?") \(digits)%"
    }
}

extension LocalTime {
    /// The local time of an instant such as `2024-03-31T09:15:00.250Z`; nil for anything else.
    fileprivate func text(rfc3339 value: Any?) -> String? {
        guard let value = value as? String, value.hasSuffix("Z") else { return nil }
        return instant(value.dropLast().replacing("T", with: " ") + " +00:00").map { text($0) }
    }
}
