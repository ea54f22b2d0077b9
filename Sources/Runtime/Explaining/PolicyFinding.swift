import Scoring

/// Something about a valid policy that its author should know.
package struct PolicyFinding: Hashable, Sendable {
    /// Raw values are the names in JSON.
    package enum Severity: String, Sendable {
        /// It hardly does what was meant.
        case warning
        /// It does what it says; what that costs or lacks.
        case note
    }

    package var severity: Severity
    /// Where in the policy, by names: `tiers.gold.enter`.
    package var path: String
    package var message: String

    static func warning(_ path: String, _ message: String) -> PolicyFinding {
        PolicyFinding(severity: .warning, path: path, message: message)
    }

    static func note(_ path: String, _ message: String) -> PolicyFinding {
        PolicyFinding(severity: .note, path: path, message: message)
    }
}
