/// Moves the churn risk by what customers say and do besides buying: log-odds, bounded, and reported by themselves.
///
/// All coefficients are 0 unless a policy sets them: no public data set can prove a value.
package struct ChurnAdjustment: Hashable, Sendable {
    /// Per open complaint.
    package var perOpenComplaint: Double
    /// At the worst satisfaction (0 %), nothing at 50 % and above.
    package var dissatisfaction: Double
    /// When browsing has ceased (a drop of 1).
    package var browseDrop: Double
    /// The sum is held within ±limit.
    package var limit: Double

    package init(
        perOpenComplaint: Double = 0, dissatisfaction: Double = 0, browseDrop: Double = 0, limit: Double = 1
    ) {
        self.perOpenComplaint = perOpenComplaint
        self.dissatisfaction = dissatisfaction
        self.browseDrop = browseDrop
        self.limit = limit
    }

    package static let none = ChurnAdjustment()

    /// - Parameters:
    ///   - satisfaction: per cent of its scale; nil without an answer.
    ///   - browseDrop: 0 = as much as before, 1 = none any more; nil where there was too little to compare.
    package func logOdds(openComplaints: Int, satisfaction: Double?, browseDrop drop: Double?) -> Double {
        var sum = perOpenComplaint * Double(openComplaints)
        if let satisfaction { sum += dissatisfaction * min(max(1 - satisfaction / 50, 0), 1) }
        if let drop { sum += browseDrop * min(max(drop, 0), 1) }
        return min(max(sum, -limit), limit)
    }
}
