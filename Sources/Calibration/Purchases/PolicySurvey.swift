import Scoring

/// What one policy's engine said of every customer at one instant.
package struct PolicySurvey: Sendable {
    package struct Reading: Hashable, Sendable {
        /// The churn risk as the policy scores it, its adjustment included; nil before the first order.
        package var risk: Double?
        package var score: Double
        /// In the order of `Policy.measures`; nil for unknown.
        package var measures: [Double?]

        package init(risk: Double?, score: Double, measures: [Double?]) {
            self.risk = risk
            self.score = score
            self.measures = measures
        }

        /// What a condition asks about; nil for unknown.
        package func value(of subject: Comparison.Subject) -> Double? {
            switch subject {
            case .score: score
            case .measure(let index): measures[index]
            }
        }
    }

    package let policy: Policy
    private var readings: [[UInt8]: Reading] = [:]

    package init(policy: Policy) { self.policy = policy }

    package mutating func note(_ customer: [UInt8], _ reading: Reading) { readings[customer] = reading }

    package subscript(_ customer: [UInt8]) -> Reading? { readings[customer] }
}
