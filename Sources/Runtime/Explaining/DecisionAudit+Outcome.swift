import Scoring

extension DecisionAudit {
    typealias Outcome = (found: String, verdict: Verdict)

    /// Which tier follows from the numbers, by the rule that the change's direction names, within the bounds of a pin.
    func outcome(
        of change: TierChangeRecord, from: Int?, to: Int, judgedBy condition: Condition?,
        within bounds: ClosedRange<Int>, _ readings: RecordedReadings
    ) -> Outcome {
        guard bounds.contains(to) else { return ("\(name(to)) is not within the pin", .differs) }
        let top = policy.tiers.count - 1
        switch change.direction {
        case "entry": return oneOf(readings.highest(upTo: top).held(within: bounds), to)
        case "upgrade":
            guard let from, to > from else { return ("an upgrade leads up", .differs) }
            return oneOf(readings.highest(upTo: top).held(within: bounds), to)
        case "downgrade":
            guard let from else { return ("the tier below one that the policy has no more", .untold) }
            return downgrade(from: from, to: to, within: bounds, readings)
        case "renewal":
            // The first term of a tier that only a pin has given so far: the rules have come up to it.
            if change.reasons == ["requirement_met"] {
                return oneOf(readings.highest(upTo: top).held(within: bounds), to)
            }
            return holds(readings.holds(condition), "\(name(to)) is kept", "\(name(to)) is not kept")
        case "correction":
            return correction(change, from: from, to: to, judgedBy: condition, within: bounds, readings)
        case "pin": return pin(change, from: from, to: to, within: bounds, readings)
        default: return ("no such direction", .differs)
        }
    }

    private func downgrade(
        from: Int, to: Int, within bounds: ClosedRange<Int>, _ readings: RecordedReadings
    ) -> Outcome {
        guard to < from else { return ("a downgrade leads down", .differs) }
        let kept = readings.highest(upTo: from, easedBy: policy.downgrade.margin).held(within: bounds)
        if kept.lowerBound == from { return ("\(name(from)) is kept", .differs) }
        if policy.downgrade.mode == .oneStep { return oneOf((from - 1)...(from - 1), to) }
        return oneOf(kept.lowerBound...min(kept.upperBound, from - 1), to)
    }

    /// What was given back must be kept by those who hold it; what was taken back must not.
    private func correction(
        _ change: TierChangeRecord, from: Int?, to: Int, judgedBy condition: Condition?,
        within bounds: ClosedRange<Int>, _ readings: RecordedReadings
    ) -> Outcome {
        guard let from else { return ("a correction leads from a tier", .differs) }
        if change.reasons == ["merged"] { return ("the tier of the customer merged into this one", .untold) }
        if to > from {
            if to == bounds.upperBound, change.pin?.ceiling != nil { return ("held down by the pin", .untold) }
            return holds(readings.holds(condition), "\(name(to)) is kept", "\(name(to)) is not kept")
        }
        let kept = readings.highest(upTo: from, easedBy: policy.downgrade.margin).held(within: bounds)
        if kept.lowerBound == from { return ("\(name(from)) is kept", .differs) }
        // It may have fallen less far for what was kept when it had been given, or what orders had reached since.
        return kept.lowerBound <= to
            ? ("not \(name(from)); at least \(name(kept.lowerBound))", .agrees) : oneOf(kept, to)
    }

    private func pin(
        _ change: TierChangeRecord, from: Int?, to: Int, within bounds: ClosedRange<Int>, _ readings: RecordedReadings
    ) -> Outcome {
        guard let from else { return ("by hand, not by numbers", .untold) }
        guard change.reasons == ["pin_ended"] else {
            // Records from before pins were named.
            guard change.pin != nil else { return ("by hand, not by numbers", .untold) }
            let held = (from...from).held(within: bounds)
            // In the place of another pin it begins from what the rules have given.
            guard held.contains(to) else {
                return ("\(name(held.lowerBound)), or what another pin held apart", .untold)
            }
            return oneOf(held, to)
        }
        let met = readings.highest(upTo: policy.tiers.count - 1)
        if to > met.upperBound {
            return ("\(name(met.upperBound)), or what margin, grace or term protect", .untold)
        }
        return oneOf(met, to)
    }

    private func oneOf(_ possible: ClosedRange<Int>, _ to: Int) -> Outcome {
        let names =
            possible.lowerBound == possible.upperBound
            ? name(possible.lowerBound) : "\(name(possible.lowerBound)) to \(name(possible.upperBound))"
        guard possible.contains(to) else { return (names, .differs) }
        return (names, possible.count == 1 ? .agrees : .untold)
    }

    private func holds(_ isMet: Bool?, _ yes: String, _ no: String) -> Outcome {
        switch isMet {
        case true?: (yes, .agrees)
        case false?: (no, .differs)
        case nil: (yes + ", perhaps", .untold)
        }
    }

    private func name(_ tier: Int) -> String { policy.tiers[tier].name }
}

extension ClosedRange<Int> {
    /// Where it comes to lie when each end is held within the bounds.
    fileprivate func held(within bounds: ClosedRange<Int>) -> ClosedRange<Int> {
        func held(_ tier: Int) -> Int { Swift.min(Swift.max(tier, bounds.lowerBound), bounds.upperBound) }
        return held(lowerBound)...held(upperBound)
    }
}
