import Scoring

extension PolicyCompiler {
    mutating func compileChurn(_ cursor: Cursor?) -> ChurnRule {
        let kind = cursor?["model"]?.text.flatMap(PurchaseModel.Kind.init) ?? .bgNBD
        let parameters = cursor?["parameters"]
        let scoring = ChurnModel(
            purchases: parameters.flatMap { PurchaseModel(kind: kind, $0) } ?? .fittedElsewhere(kind),
            horizonDays: (span(cursor?["horizon"]) ?? .days(90)).days,
            ewmaHalfLifeDays: (span(cursor?["ewma_half_life"]) ?? .days(60)).days,
            score: compileScore(cursor))
        if !scoring.risesWithSilence, let coefficients = cursor?["coefficients"] {
            problems.append(coefficients.problem("with these the risk could fall in silence: see the schema's bounds"))
        }
        return ChurnRule(
            scoring: scoring, adjustment: compileAdjustment(cursor?["adjustment"]),
            levels: compileLevels(cursor?["levels"]),
            margin: cursor?["margin"]?.number ?? 0.02,
            isCalibrated: parameters != nil)
    }

    /// With coefficients the combined score, unless another is named; without any, p0.
    private mutating func compileScore(_ cursor: Cursor?) -> ChurnModel.Score {
        let (name, coefficients) = (cursor?["score"], cursor?["coefficients"])
        switch name?.text ?? (coefficients == nil ? "p0" : "combined") {
        case "combined":
            guard let constant = coefficients?["constant"]?.number else {
                let message =
                    "the field \"coefficients.constant\" is missing: tierd fit finds it; without it use the score p0"
                if let place = name ?? coefficients { problems.append(place.problem(message)) }
                return .p0
            }
            return .combined(
                CombinedChurnScore(
                    p0: coefficients?["p0"]?.number ?? 0.4, ewma: coefficients?["ewma"]?.number ?? -0.7,
                    constant: constant))
        case "logistic":
            func weight(_ name: String) -> Double { coefficients?[name]?.number ?? 0 }
            return .logistic(
                LogisticChurnScore(
                    intercept: weight("intercept"), recency: weight("recency"), frequency: weight("frequency"),
                    monetary: weight("monetary"), age: weight("age"), ewma: weight("ewma")))
        default: return .p0
        }
    }

    private func compileAdjustment(_ cursor: Cursor?) -> ChurnAdjustment {
        ChurnAdjustment(
            perOpenComplaint: cursor?["open_complaint"]?.number ?? 0,
            dissatisfaction: cursor?["dissatisfaction"]?.number ?? 0, browseDrop: cursor?["browse_drop"]?.number ?? 0,
            limit: cursor?["limit"]?.number ?? 1)
    }

    func compileValue(_ cursor: Cursor?) -> ValueRule? {
        guard let amounts = cursor?["gamma_gamma"] else { return nil }
        return ValueRule(
            amounts: OrderValueModel(
                p: amounts["p"]?.number ?? 1, q: amounts["q"]?.number ?? 2, v: amounts["v"]?.number ?? 1),
            months: cursor?["months"]?.integer ?? 12,
            discountPerMonth: cursor?["discount_per_month"]?.text.flatMap { Double(percent: $0) } ?? 0.01)
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
