import Scoring

extension Policy {
    /// A twentieth of each window of orders, easier tiers and hardly any patience: within the months that a run lasts orders
    /// leave their windows, and whoever has come by them falls.
    var hurried: Policy {
        var policy = self
        for (index, measure) in measures.enumerated() where measure.quantity.history == .orders {
            guard let days = measure.windowDays else { continue }
            let shorter = Measure(measure.quantity, windowDays: max(2, days / 20))
            if !policy.measures.contains(shorter) { policy.measures[index] = shorter }
        }
        for index in policy.tiers.indices { policy.tiers[index].entry = policy.tiers[index].entry?.eased(by: 0.5) }
        policy.downgrade.minimumDwell = .zero
        policy.downgrade.grace = .zero
        return policy
    }
}
