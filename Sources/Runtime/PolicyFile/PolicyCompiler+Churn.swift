import Scoring

extension PolicyCompiler {
    mutating func compileChurn(_ cursor: Cursor?) -> ChurnRule {
        let kind = cursor?["model"]?.text.flatMap(PurchaseModel.Kind.init) ?? .bgNBD
        let parameters = cursor?["parameters"]
        return ChurnRule(
            model: parameters.flatMap { PurchaseModel(kind: kind, $0) } ?? .fittedElsewhere(kind),
            horizonDays: (span(cursor?["horizon"]) ?? .days(90)).days,
            levels: compileLevels(cursor?["levels"]),
            margin: cursor?["margin"]?.number ?? 0.02,
            isCalibrated: parameters != nil)
    }

    private mutating func compileLevels(_ cursor: Cursor?) -> [ChurnRule.Level] {
        let cursors = cursor?.elements ?? []
        checkNames(cursors)
        checkThresholds(cursors)
        return cursors.map { cursor in
            ChurnRule.Level(
                name: cursor["name"]?.text ?? "", label: Label(cursor["label"]), from: cursor["from"]?.number ?? 0,
                actions: cursor["actions"].texts)
        }
    }

    private mutating func checkThresholds(_ cursors: [Cursor]) {
        if let from = cursors.first?["from"], let number = from.number, number != 0 {
            problems.append(from.mismatch(expected: "0, where the first level starts"))
        }
        var last = 0.0
        for cursor in cursors.dropFirst() {
            guard let from = cursor["from"] else {
                problems.append(cursor.problem("the field \"from\" is missing: only the first level starts at 0"))
                continue
            }
            guard let number = from.number else { continue }
            if number <= last {
                problems.append(from.mismatch(expected: "more than \(last.plain), where the level before starts"))
            }
            last = number
        }
    }
}

extension PurchaseModel {
    /// The parameters in the file; nil unless all four are there.
    fileprivate init?(kind: Kind, _ cursor: Cursor) {
        guard let r = cursor["r"]?.number, let alpha = cursor["alpha"]?.number, let a = cursor["a"]?.number,
            let b = cursor["b"]?.number
        else { return nil }
        self.init(kind: kind, r: r, alpha: alpha, a: a, b: b)
    }

    /// Another shop's, for a shop that has not fitted its own.
    fileprivate static func fittedElsewhere(_ kind: Kind) -> PurchaseModel {
        switch kind {
        case .bgNBD: .defaultBGNBD
        case .mbgNBD: .defaultMBGNBD
        }
    }
}
