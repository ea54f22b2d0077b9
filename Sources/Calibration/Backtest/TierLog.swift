import Scoring

/// The tier changes of one policy over a history, by customer.
package struct TierLog: Sendable {
    package let policy: Policy
    private var index: [[UInt8]: Int] = [:]
    private var changes: [[Change]] = []

    private struct Change {
        var at: EventTime
        var to: Int
        var direction: TierChange.Direction
    }

    /// What happened to all customers together.
    package struct Movement: Hashable, Sendable {
        package var upgrades = 0
        package var downgrades = 0
        /// Withdrawn orders, orders that came late, and pins.
        package var corrections = 0
        /// Changes that undo the direction of the customer's change before.
        package var reversals = 0
        /// Time in which customers had a tier, in quarters of 365.25 / 4 days.
        package var customerQuarters = 0.0

        package var changes: Int { upgrades + downgrades + corrections }
        /// Changes per customer and quarter, the entry not counted.
        package var rate: Double { customerQuarters > 0 ? Double(changes) / customerQuarters : 0 }
    }

    private static let quarterDays = 365.25 / 4

    package init(policy: Policy) { self.policy = policy }

    package mutating func note(_ outputs: OutputBuffer) {
        for output in outputs.outputs {
            guard case .tierChange(let change) = output else { continue }
            let id = Array(outputs.text[change.customer.range])
            let customer = index[id] ?? changes.count
            if customer == changes.count {
                index[id] = customer
                changes.append([])
            }
            changes[customer].append(Change(at: change.effectiveAt, to: change.to, direction: change.direction))
        }
    }

    /// The tier held just before `time`; nil before the entry.
    package func tier(of customer: [UInt8], before time: EventTime) -> Int? {
        guard let customer = index[customer] else { return nil }
        return changes[customer].last { $0.at < time }?.to
    }

    /// Everything that happened until `end`.
    package func movement(until end: EventTime) -> Movement {
        var movement = Movement()
        for customer in changes {
            guard let entry = customer.first, entry.at <= end else { continue }
            movement.customerQuarters += (end - entry.at).days / Self.quarterDays
            var last: (tier: Int, step: Int) = (entry.to, 0)
            for change in customer.dropFirst() where change.at <= end {
                switch change.direction {
                case .upgrade: movement.upgrades += 1
                case .downgrade: movement.downgrades += 1
                case .correction, .pin: movement.corrections += 1
                case .entry, .renewal: continue
                }
                let step = (change.to - last.tier).signum()
                if step == -last.step { movement.reversals += 1 }
                last = (change.to, step)
            }
        }
        return movement
    }
}
