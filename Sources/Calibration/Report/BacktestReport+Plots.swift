import RealModule
import Scoring

/// Colours that stay apart for the colour-blind (Okabe, Ito), in the order of use.
enum Palette {
    static let series = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
    static let reference = "#9aa5b1"
    /// From the lowest tier up.
    static let tiers = ["#9aa5b1", "#56b4e9", "#e69f00", "#7b5ea7", "#d55e00", "#009e73", "#0072b2", "#cc79a7"]

    static func tier(_ index: Int) -> String { tiers[min(index, tiers.count - 1)] }
}

extension BacktestReport {
    /// A plot with its heading, its legend and a sentence on how to read it.
    struct Figure {
        var heading: String
        var reading: String
        var drawing: SVGDrawing
        /// Names and colours.
        var legend: [(String, String)] = []
    }

    var figures: [Figure] {
        [reliabilityFigure, gainsFigure] + policyReliabilityFigures + policies.map(sharesFigure)
            + moves.map(movesFigure)
    }

    private var reliabilityFigure: Figure {
        figure(
            "Calibration of the churn scores", heading: "Do risks mean what they say?",
            churnScores.compactMap { score in score.reliability.map { (score.title, $0) } })
    }

    /// One, or none where every horizon reaches beyond the history.
    private var policyReliabilityFigures: [Figure] {
        let judged = policies.compactMap { policy in
            policy.churn.judgement.map { (policy.title, $0.reliability) }
        }
        guard !judged.isEmpty else { return [] }
        return [
            figure(
                "Calibration of the policies' churn risks", heading: "Do the policies' own risks mean what they say?",
                judged)
        ]
    }

    private func figure(_ title: String, heading: String, _ scores: [(String, Reliability)]) -> Figure {
        var plot = SharePlot(title: title, across: "predicted risk, %", up: "share that did not buy, %")
        var legend: [(String, String)] = []
        for (index, (name, reliability)) in scores.enumerated() {
            let colour = Palette.series[index % Palette.series.count]
            legend.append((name, colour))
            let bins = reliability.bins.compactMap { bin -> (Double, Double, Int)? in
                guard let predicted = bin.predicted, let observed = bin.observed else { return nil }
                return (predicted, observed, bin.customers)
            }
            plot.curve(bins.map { ($0.0, $0.1) }, colour: colour)
            for (predicted, observed, count) in bins {
                let radius = 2.5 + 6 * Double.sqrt(Double(count) / Double(customers))
                let tip =
                    "\(name): \(Figures.count(count)) customers, predicted \(Figures.percent(predicted)), "
                    + "observed \(Figures.percent(observed))"
                plot.dot(predicted, observed, radius: radius, colour: colour, tip: tip)
            }
        }
        return Figure(
            heading: heading,
            reading:
                "On the diagonal a predicted risk came true as often as it said. The larger a dot, the more customers.",
            drawing: plot.drawing, legend: legend)
    }

    private var gainsFigure: Figure {
        var plot = SharePlot(
            title: "Gains of the value scores", across: "best customers by score, %", up: "share of the revenue, %")
        var legend: [(String, String)] = []
        let shown = ["spend_ewma_90d", "spend_365d", "clv_12m", "rfm_sum"]
        for (score, colour) in zip(valueScores.filter { shown.contains($0.name) }, Palette.series) {
            legend.append((score.title, colour))
            plot.curve(Self.thinned(score.gains).map { ($0.customers, $0.amount) }, colour: colour)
        }
        plot.curve(
            Self.thinned(perfectGains).map { ($0.customers, $0.amount) }, colour: Palette.reference, isDashed: true)
        legend.append(("the perfect order", Palette.reference))
        return Figure(
            heading: "Who brings the revenue?",
            reading: "The further a curve bends to the upper left, the better the score finds those who will spend.",
            drawing: plot.drawing, legend: legend)
    }

    private func sharesFigure(_ policy: PolicyResult) -> Figure {
        let parts = policy.tiers.enumerated().map { index, tier in
            (
                tier: tier, colour: Palette.tier(index), customers: Double(tier.customers) / Double(customers),
                revenue: Double(tier.revenue) / Double(revenue)
            )
        }
        let drawing = FlowPlot.drawing(
            title: "Customers and revenue by tier of \(policy.title)", heads: ("customers", "revenue after"),
            left: parts.map {
                FlowPlot.Part(
                    label: "\($0.tier.name) \(Figures.percent($0.customers))", size: $0.customers, colour: $0.colour)
            },
            right: parts.map {
                FlowPlot.Part(
                    label: "\($0.tier.name) \(Figures.percent($0.revenue))", size: $0.revenue, colour: $0.colour)
            },
            bands: parts.enumerated().map { index, part in
                FlowPlot.Band(
                    from: index, to: index, sizeFrom: part.customers, sizeTo: part.revenue,
                    tip: "\(part.tier.name): \(Figures.percent(part.customers)) of the customers, "
                        + "\(Figures.percent(part.revenue)) of the revenue")
            })
        return Figure(
            heading: "\(policy.title): what its tiers hold",
            reading:
                "Left the customers by tier on \(until.date), right what they spent in the \(holdoutDays) days after it.",
            drawing: drawing)
    }

    private func movesFigure(_ moves: PolicyMoves) -> Figure {
        let whole = Double(customers)
        func parts(_ names: [String], _ counts: [Int]) -> [FlowPlot.Part] {
            names.indices.map { index in
                FlowPlot.Part(
                    label: "\(names[index]) \(Figures.count(counts[index]))", size: Double(counts[index]) / whole,
                    colour: Palette.tier(index))
            }
        }
        var bands: [FlowPlot.Band] = []
        for (from, row) in moves.customers.enumerated() {
            for (to, count) in row.enumerated() where count > 0 {
                let tip = "\(moves.fromTiers[from]) → \(moves.toTiers[to]): \(Figures.count(count)) customers"
                let share = Double(count) / whole
                bands.append(
                    FlowPlot.Band(
                        from: from, to: to, sizeFrom: share, sizeTo: share, tip: tip,
                        isMarked: moves.fromTiers[from] != moves.toTiers[to]))
            }
        }
        let after = moves.toTiers.indices.map { tier in moves.customers.reduce(0) { $0 + $1[tier] } }
        let drawing = FlowPlot.drawing(
            title: "Customers by tier of \(moves.from) and of \(moves.to)", heads: (moves.from, moves.to),
            left: parts(moves.fromTiers, moves.customers.map { $0.reduce(0, +) }),
            right: parts(moves.toTiers, after), bands: bands)
        return Figure(
            heading: "Who moves from \(moves.from) to \(moves.to)?",
            reading:
                "Customers by tier on \(until.date) under the one policy and under the other; who moves is drawn darker.",
            drawing: drawing)
    }

    /// A curve of a few hundred points at most looks the same.
    private static func thinned(_ points: [GainsPoint]) -> [GainsPoint] {
        var kept: [GainsPoint] = []
        for (index, point) in points.enumerated() {
            let isFar = kept.last.map { point.customers - $0.customers >= 0.004 } ?? true
            if isFar || index == points.count - 1 { kept.append(point) }
        }
        return kept
    }
}
