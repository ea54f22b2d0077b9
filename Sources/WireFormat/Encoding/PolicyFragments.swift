import Scoring

/// The parts of outputs that only the policy decides, as JSON made once: spans of one text.
struct PolicyFragments: Sendable {
    /// A tier or a churn-risk level.
    struct Rung: Sendable {
        let name: TextSpan
        /// `,"from_label":…` and `,"to_label":…`; empty without labels.
        let fromLabel: TextSpan
        let toLabel: TextSpan
        /// `,"benefits":[…]`; empty of a level.
        let benefits: TextSpan
        /// `,"actions":[…]` of whoever holds it.
        let actions: TextSpan
    }

    /// `,"actions":[…]` of the tier changes of one direction.
    struct Advice: Sendable {
        /// By the tier reached or kept.
        let reached: ContiguousArray<TextSpan>
        let fallen: TextSpan
    }

    /// A term up to its value, and from behind its points.
    struct TermFrame: Sendable {
        let opening: TextSpan
        let closing: TextSpan
    }

    let text: ContiguousArray<UInt8>
    let tiers: ContiguousArray<Rung>
    let levels: ContiguousArray<Rung>
    /// By the direction's place among all.
    private let changes: ContiguousArray<Advice>
    private let nearUpgrade: TextSpan
    private let nearExpiry: TextSpan
    let terms: ContiguousArray<TermFrame>
    /// Their names.
    let measures: ContiguousArray<TextSpan>
    /// `"horizon_days":…,"model":…,"score":…`
    let churnModel: TextSpan
    /// `,"policy":{…}}`, the end of every output.
    let policy: TextSpan

    init(_ policy: Policy) {
        var maker = Maker(policy)
        tiers = ContiguousArray(
            policy.tiers.map { maker.rung($0.name, $0.label, benefits: $0.benefits, actions: $0.actions) })
        levels = ContiguousArray(
            policy.churn.levels.map { maker.rung($0.name, $0.label, benefits: nil, actions: $0.actions) })
        changes = ContiguousArray(TierChange.Direction.allCases.map { maker.advice($0) })
        nearUpgrade = maker.actions(policy.actions(of: .approachingUpgrade))
        nearExpiry = maker.actions(policy.actions(of: .approachingExpiry))
        terms = ContiguousArray(policy.terms.map { maker.frame($0, policy.measures[$0.measure]) })
        measures = ContiguousArray(policy.measures.map { maker.string($0.name) })
        churnModel = maker.churnModel(policy.churn)
        self.policy = maker.closing()
        text = maker.text
    }

    /// As `Policy.actions(of:from:to:)` has them.
    func actions(of change: TierChange) -> TextSpan {
        let advice = changes[change.direction.place]
        if change.direction == .downgrade || change.from.map({ change.to < $0 }) == true { return advice.fallen }
        return advice.reached[change.to]
    }

    func actions(of notice: TierNotice.Kind) -> TextSpan {
        switch notice {
        case .approachingUpgrade: nearUpgrade
        case .approachingExpiry: nearExpiry
        }
    }
}

/// Appends fragments to the text that they are spans of.
private struct Maker {
    let policy: Policy
    private(set) var text = ContiguousArray<UInt8>()

    init(_ policy: Policy) { self.policy = policy }

    private mutating func fragment(_ write: (inout ByteWriter) -> Void) -> TextSpan {
        let start = text.count
        text.append(writing: write)
        return TextSpan(offset: start, length: text.count - start)
    }

    mutating func string(_ value: String) -> TextSpan { fragment { $0.append(jsonString: value) } }

    mutating func rung(
        _ name: String, _ label: Label, benefits: [String]?, actions: [String]
    ) -> PolicyFragments.Rung {
        PolicyFragments.Rung(
            name: string(name), fromLabel: self.label(",\"from_label\":", label),
            toLabel: self.label(",\"to_label\":", label),
            benefits: benefits.map { list(",\"benefits\":", $0) } ?? .empty, actions: self.actions(actions))
    }

    mutating func advice(_ direction: TierChange.Direction) -> PolicyFragments.Advice {
        let reached = policy.tiers.indices.map { actions(policy.actions(of: direction, from: nil, to: $0)) }
        let fallen = actions(policy.changeActions[ChangeActions.Kind(direction)])
        return PolicyFragments.Advice(reached: ContiguousArray(reached), fallen: fallen)
    }

    mutating func actions(_ actions: [String]) -> TextSpan { list(",\"actions\":", actions) }

    private mutating func list(_ key: StaticString, _ texts: [String]) -> TextSpan {
        fragment { writer in
            writer.append(literal: key)
            writer.append(jsonStrings: texts)
        }
    }

    /// An object by language.
    private mutating func label(_ key: StaticString, _ label: Label) -> TextSpan {
        guard !label.entries.isEmpty else { return .empty }
        return fragment { writer in
            writer.append(literal: key)
            for (index, entry) in label.entries.enumerated() {
                writer.append(UInt8(ascii: index == 0 ? "{" : ","))
                writer.append(jsonString: entry.language)
                writer.append(UInt8(ascii: ":"))
                writer.append(jsonString: entry.text)
            }
            writer.append(UInt8(ascii: "}"))
        }
    }

    mutating func closing() -> TextSpan {
        let policy = policy
        return fragment { writer in
            writer.append(literal: ",\"policy\":{\"name\":")
            writer.append(jsonString: policy.name)
            writer.append(literal: ",\"version\":")
            writer.append(decimal: Int64(policy.version))
            writer.append(literal: ",\"hash\":")
            writer.append(jsonString: policy.hash)
            writer.append(literal: "}}")
        }
    }

    mutating func frame(_ term: Term, _ measure: Measure) -> PolicyFragments.TermFrame {
        let opening = fragment { writer in
            writer.append(literal: "{\"name\":")
            writer.append(jsonString: term.name)
            writer.append(literal: ",\"measure\":")
            writer.append(jsonString: measure.name)
            writer.append(literal: ",\"value\":")
        }
        let closing = fragment { writer in
            writer.append(literal: ",\"weight\":")
            writer.append(number: term.weight)
            writer.append(literal: "}")
        }
        return PolicyFragments.TermFrame(opening: opening, closing: closing)
    }

    mutating func churnModel(_ rule: ChurnRule) -> TextSpan {
        fragment { writer in
            writer.append(literal: "\"horizon_days\":")
            writer.append(number: rule.horizonDays)
            writer.append(literal: ",\"model\":")
            writer.append(jsonString: rule.model.kind.rawValue)
            writer.append(literal: ",\"score\":")
            writer.append(jsonString: rule.scoring.score.name)
        }
    }
}

extension TierChange.Direction {
    /// Among `allCases`.
    fileprivate var place: Int {
        switch self {
        case .entry: 0
        case .upgrade: 1
        case .downgrade: 2
        case .renewal: 3
        case .correction: 4
        case .pin: 5
        }
    }
}
