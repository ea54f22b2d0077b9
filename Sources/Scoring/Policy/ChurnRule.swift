/// How the churn risk is computed and cut into levels.
package struct ChurnRule: Hashable, Sendable {
    package var scoring: ChurnModel
    /// Of what customers say and do besides buying.
    package var adjustment: ChurnAdjustment
    /// From the lowest to the highest risk; the first starts at 0.
    package var levels: [Level]
    /// A level is left downwards only when the risk is this far below its threshold.
    package var margin: Double
    /// False while the parameters are the documented defaults: outputs then say low confidence.
    package var isCalibrated: Bool

    package struct Level: Hashable, Sendable {
        package var name: String
        package var label: Label
        /// The risk from which it holds, 0…1.
        package var from: Double
        package var actions: [String]

        package init(name: String, label: Label = Label(), from: Double, actions: [String] = []) {
            self.name = name
            self.label = label
            self.from = from
            self.actions = actions
        }
    }

    package init(
        scoring: ChurnModel, adjustment: ChurnAdjustment = .none, levels: [Level], margin: Double, isCalibrated: Bool
    ) {
        self.scoring = scoring
        self.adjustment = adjustment
        self.levels = levels
        self.margin = margin
        self.isCalibrated = isCalibrated
    }

    /// The risk is p0 itself.
    package init(model: PurchaseModel, horizonDays: Double, levels: [Level], margin: Double, isCalibrated: Bool) {
        self.init(
            scoring: ChurnModel(purchases: model, horizonDays: horizonDays, score: .p0), levels: levels, margin: margin,
            isCalibrated: isCalibrated)
    }

    /// The level for a risk, given the level held; the risk must fall `margin` below a level's threshold to leave it.
    package func level(for risk: Double, held: Int?) -> Int {
        let plain = levels.lastIndex { risk >= $0.from } ?? 0
        guard let held, plain < held else { return plain }
        return risk < levels[held].from - margin ? plain : held
    }

    package var model: PurchaseModel { scoring.purchases }
    package var horizonDays: Double { scoring.horizonDays }
}

/// What customers are worth.
package struct ValueRule: Hashable, Sendable {
    package var amounts: OrderValueModel
    /// How far ahead the lifetime value looks, 1…120.
    package var months: Int
    /// What one unit loses in a month: 0.01 = a hundredth.
    package var discountPerMonth: Double

    package init(amounts: OrderValueModel, months: Int = 12, discountPerMonth: Double = 0.01) {
        self.amounts = amounts
        self.months = months
        self.discountPerMonth = discountPerMonth
    }

    private static let daysPerMonth = 30.4375

    package func lifetimeValue(_ purchases: PurchaseModel) -> LifetimeValue {
        LifetimeValue(
            purchases: purchases, amounts: amounts, step: Self.daysPerMonth, steps: months,
            discountPerStep: discountPerMonth)
    }
}

extension ChurnModel.Score {
    /// The name in policies and outputs.
    package var name: String {
        switch self {
        case .p0: "p0"
        case .combined: "combined"
        case .logistic: "logistic"
        }
    }
}
