import Scoring

extension DecisionAudit {
    typealias Outcome = (found: String, verdict: Verdict)

    /// Which tier follows from the numbers, by the rule that the change's direction names.
    func outcome(of change: TierChangeRecord, from: Int?, to: Int, _ readings: RecordedReadings) -> Outcome {
        let top = policy.tiers.count - 1
        switch change.direction {
        case "entry": return oneOf(readings.highest(upTo: top), to)
        case "upgrade":
            guard let from, to > from else { return ("an upgrade leads up", .differs) }
            return oneOf(readings.highest(upTo: top), to)
        case "downgrade":
            guard let from else { return ("the tier below one that the policy has no more", .untold) }
            return downgrade(from: from, to: to, readings)
        case "renewal": return holds(readings.holds(eased(to)), "\(name(to)) is kept", "\(name(to)) is not kept")
        case "correction": return correction(change, from: from, to: to, readings)
        case "pin": return pin(change, from: from, to: to, readings)
        default: return ("no such direction", .differs)
        }
    }

    private func downgrade(from: Int, to: Int, _ readings: RecordedReadings) -> Outcome {
        guard to < from else { return ("a downgrade leads down", .differs) }
        let kept = readings.highest(upTo: from, easedBy: policy.downgrade.margin)
        if kept.lowerBound == from { return ("\(name(from)) is kept", .differs) }
        if policy.downgrade.mode == .oneStep { return oneOf((from - 1)...(from - 1), to) }
        return oneOf(kept.lowerBound...min(kept.upperBound, from - 1), to)
    }

    /// What was given back must be kept by those who hold it; what was taken back must not.
    private func correction(
        _ change: TierChangeRecord, from: Int?, to: Int, _ readings: RecordedReadings
    ) -> Outcome {
        guard let from else { return ("a correction leads from a tier", .differs) }
        if change.reasons == ["merged"] { return ("the tier of the customer merged into this one", .untold) }
        if to > from { return holds(readings.holds(eased(to)), "\(name(to)) is kept", "\(name(to)) is not kept") }
        let kept = readings.highest(upTo: from, easedBy: policy.downgrade.margin)
        if kept.lowerBound == from { return ("\(name(from)) is kept", .differs) }
        // It may have fallen less far for what was kept when it had been given.
        return kept.lowerBound <= to
            ? ("not \(name(from)); at least \(name(kept.lowerBound))", .agrees) : oneOf(kept, to)
    }

    private func pin(_ change: TierChangeRecord, from: Int?, to: Int, _ readings: RecordedReadings) -> Outcome {
        guard change.reasons == ["pin_ended"], let from else { return ("by hand, not by numbers", .untold) }
        let qualified = readings.highest(upTo: policy.tiers.count - 1)
        let kept = readings.highest(upTo: from, easedBy: policy.downgrade.margin)
        return oneOf(
            max(qualified.lowerBound, kept.lowerBound)...max(qualified.upperBound, kept.upperBound), to)
    }

    private func oneOf(_ possible: ClosedRange<Int>, _ to: Int) -> Outcome {
        let names =
            possible.lowerBound == possible.upperBound
            ? name(possible.lowerBound) : "\(name(possible.lowerBound)) to \(name(possible.upperBound))"
        guard possible.contains(to) else { return (names + "; or a pin held it", .differs) }
        return (names, possible.count == 1 ? .agrees : .untold)
    }

    private func holds(_ isMet: Bool?, _ yes: String, _ no: String) -> Outcome {
        switch isMet {
        case true?: (yes, .agrees)
        case false?: (no + "; or a pin held it", .differs)
        case nil: (yes + ", perhaps", .untold)
        }
    }

    private func eased(_ tier: Int) -> Condition? { policy.tiers[tier].entry?.eased(by: policy.downgrade.margin) }

    private func name(_ tier: Int) -> String { policy.tiers[tier].name }
}
