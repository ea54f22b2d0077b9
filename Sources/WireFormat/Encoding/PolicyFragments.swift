import Scoring

/// The parts of outputs that only the policy decides, as JSON made once.
struct PolicyFragments: Sendable {
    typealias Bytes = ContiguousArray<UInt8>

    /// A tier or a churn-risk level.
    struct Rung: Sendable {
        let name: Bytes
        /// An object by language; empty without labels.
        let label: Bytes
        let actions: Bytes

        init(name: String, label: Label, actions: [String]) {
            self.name = Bytes.json(name)
            self.label = label.entries.isEmpty ? [] : Self.object(label)
            var list = Bytes()
            list.append(jsonStrings: actions)
            self.actions = list
        }

        private static func object(_ label: Label) -> Bytes {
            var bytes = Bytes()
            for entry in label.entries {
                bytes.append(UInt8(ascii: bytes.isEmpty ? "{" : ","))
                bytes.append(jsonString: entry.language.utf8)
                bytes.append(UInt8(ascii: ":"))
                bytes.append(jsonString: entry.text.utf8)
            }
            bytes.append(UInt8(ascii: "}"))
            return bytes
        }
    }

    /// A term up to its value, and from behind its points.
    struct TermFrame: Sendable {
        let opening: Bytes
        let closing: Bytes

        init(_ term: Term, measure: Measure) {
            var opening = Bytes()
            opening.append(literal: "{\"name\":")
            opening.append(jsonString: term.name.utf8)
            opening.append(literal: ",\"measure\":")
            opening.append(jsonString: measure.name.utf8)
            opening.append(literal: ",\"value\":")
            self.opening = opening
            var closing = Bytes()
            closing.append(literal: ",\"weight\":")
            closing.append(number: term.weight)
            closing.append(literal: "}")
            self.closing = closing
        }
    }

    let tiers: [Rung]
    let levels: [Rung]
    let terms: [TermFrame]
    let measures: [Bytes]
    /// `"horizon_days":…,"model":…`
    let churnModel: Bytes
    let isCalibrated: Bool
    /// `"policy":{…}`
    let identity: Bytes

    init(_ policy: Policy) {
        tiers = policy.tiers.map { Rung(name: $0.name, label: $0.label, actions: $0.actions) }
        levels = policy.churn.levels.map { Rung(name: $0.name, label: $0.label, actions: $0.actions) }
        terms = policy.terms.map { TermFrame($0, measure: policy.measures[$0.measure]) }
        measures = policy.measures.map { Bytes.json($0.name) }
        churnModel = Self.churnModel(policy.churn)
        isCalibrated = policy.churn.isCalibrated
        identity = Self.identity(policy)
    }

    private static func churnModel(_ rule: ChurnRule) -> Bytes {
        var bytes = Bytes()
        bytes.append(literal: "\"horizon_days\":")
        bytes.append(number: rule.horizonDays)
        bytes.append(literal: ",\"model\":")
        bytes.append(jsonString: rule.model.kind.rawValue.utf8)
        return bytes
    }

    private static func identity(_ policy: Policy) -> Bytes {
        var bytes = Bytes()
        bytes.append(literal: "\"policy\":{\"name\":")
        bytes.append(jsonString: policy.name.utf8)
        bytes.append(literal: ",\"version\":")
        bytes.append(decimal: Int64(policy.version))
        bytes.append(literal: ",\"hash\":")
        bytes.append(jsonString: policy.hash.utf8)
        bytes.append(literal: "}")
        return bytes
    }
}

extension ContiguousArray<UInt8> {
    /// `text` as a JSON string.
    static func json(_ text: String) -> ContiguousArray<UInt8> {
        var bytes = ContiguousArray<UInt8>()
        bytes.append(jsonString: text.utf8)
        return bytes
    }
}
