import Scoring

extension BacktestReport {
    /// One page without scripts that loads nothing from elsewhere: figures as SVG, and the tables behind them.
    package var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>tierd backtest until \(until.date)</title>
        <style>
        \(Self.style)
        </style>
        </head>
        <body>
        <header>
        <h1>Back-test: fitted until \(until.date), judged by the \(holdoutDays) days after</h1>
        <dl>\(facts)</dl>
        </header>
        <main>
        \(figures.map(Self.card).joined())</main>
        <section>
        <h2>Who will not buy</h2>
        \(churnTable)<p>AUC: how often one who did not buy had a higher score than one who did; 0.5 is chance. Brier: mean \
        square of what the risk missed. Calibration error: mean distance of predicted from observed over ten bins.</p>
        <h2>What the policies' own churn risks foretold</h2>
        \(policyChurnTable)<p>The risks as each policy gives them at the end of \(until.date), judged by who bought nothing \
        within the policy's own horizon; the scores above were fitted to this history until that day.</p>
        <h2>Who will spend</h2>
        \(valueTable)<p>Gini ratio: how much of the revenue is ordered right; 0 is chance, 1 the perfect order. Captured: \
        the share of the revenue that the best customers by this score brought.</p>
        <h2>What the policies did</h2>
        \(policyTable)<p>Changes of tier over the whole history, the entry not counted; a change undone goes the other way \
        than the one before it.</p>
        <h2>What was fitted</h2>
        \(fitTable)</section>
        </body>
        </html>

        """
    }

    private var facts: String {
        let combined = churnScores.first { $0.name == "combined" }?.areaUnderCurve
        let spend = valueScores.first { $0.name == "spend_ewma_90d" }?.giniRatio
        let facts = [
            ("customers", Figures.count(customers)),
            ("bought nothing", Figures.percent(Double(churned) / Double(customers))),
            ("revenue after, \(currency.text)", Figures.amount(revenue, minorPerMajor)),
            ("AUC of the churn risk", Figures.decimal(combined, 3)),
            ("Gini of the spend EWMA", Figures.decimal(spend, 3)),
        ]
        return facts.map { "<div><dt>\(HTMLText.escaped($0.0))</dt><dd>\($0.1)</dd></div>" }.joined()
    }

    private static func card(_ figure: Figure) -> String {
        let legend = figure.legend.map {
            "<span><i style=\"background:\($0.1)\"></i>\(HTMLText.escaped($0.0))</span>"
        }
        let list = legend.isEmpty ? "" : "<p class=\"legend\">\(legend.joined())</p>\n"
        return """
            <figure>
            <h2>\(HTMLText.escaped(figure.heading))</h2>
            \(figure.drawing.markup)\(list)<figcaption>\(HTMLText.escaped(figure.reading))</figcaption>
            </figure>

            """
    }

    private var churnTable: String {
        Self.table(
            ["score", "AUC", "Brier", "calibration error"],
            churnScores.map { score in
                [
                    score.title, Figures.decimal(score.areaUnderCurve, 4),
                    Figures.decimal(score.reliability?.brier, 4), Figures.decimal(score.reliability?.error, 4),
                ]
            })
    }

    private var policyChurnTable: String {
        Self.table(
            ["policy and its score", "horizon, days", "customers", "AUC", "Brier", "calibration error"],
            policies.map { policy in
                let (churn, judged) = (policy.churn, policy.churn.judgement)
                return [
                    "\(policy.title): \(churn.title)", Figures.count(churn.horizonDays),
                    judged.map { Figures.count($0.customers) } ?? "beyond the history",
                    Figures.decimal(judged?.areaUnderCurve, 4), Figures.decimal(judged?.reliability.brier, 4),
                    Figures.decimal(judged?.reliability.error, 4),
                ]
            })
    }

    private var valueTable: String {
        Self.table(
            ["score", "Gini ratio", "best 10 % captured", "best 20 % captured"],
            valueScores.map { score in
                [
                    score.title, Figures.decimal(score.giniRatio, 4), Figures.percent(score.capturedByTenth),
                    Figures.percent(score.capturedByFifth),
                ]
            })
    }

    private var policyTable: String {
        Self.table(
            ["policy", "Gini ratio of its tiers", "changes per customer and quarter", "up", "down", "undone"],
            policies.map { policy in
                [
                    policy.title, Figures.decimal(policy.giniRatio, 4), Figures.decimal(policy.movement.rate, 3),
                    Figures.count(policy.movement.upgrades), Figures.count(policy.movement.downgrades),
                    Figures.count(policy.movement.reversals),
                ]
            })
    }

    private var fitTable: String {
        let sections =
            [("BG/NBD", fit.bgNBD.parameters), ("MBG/NBD", fit.mbgNBD.parameters)]
            + [("Gamma-Gamma", fit.orderValue.parameters)]
            + (fit.logistic.map { [("logistic regression", $0.parameters)] } ?? [])
        return Self.table(
            ["model and parameter", "value", "standard error"],
            sections.flatMap { name, parameters in
                parameters.map {
                    ["\(name): \($0.name)", Figures.decimal($0.value, 5), Figures.decimal($0.standardError, 5)]
                }
            } + [["combined: constant", Figures.decimal(fit.churnConstant, 5), "–"]])
    }

    private static func table(_ header: [String], _ rows: [[String]]) -> String {
        let head = header.map { "<th>\(HTMLText.escaped($0))</th>" }.joined()
        let body = rows.map { row in
            "<tr>" + row.map { "<td>\(HTMLText.escaped($0))</td>" }.joined() + "</tr>\n"
        }
        return "<table><thead><tr>\(head)</tr></thead>\n<tbody>\n\(body.joined())</tbody></table>\n"
    }

    private static let style = """
        :root { color-scheme: light; --ink: #1f2933; --faint: #66727f; --line: #dde3e9; }
        body { margin: 0 auto; max-width: 1160px; padding: 24px 20px 48px; color: var(--ink); background: #f6f8fa;
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
        h1 { font-size: 22px; margin: 0 0 12px; } h2 { font-size: 16px; margin: 0 0 8px; }
        dl { display: flex; flex-wrap: wrap; gap: 12px; margin: 0 0 20px; }
        dl div { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 8px 16px;
          flex: 1 1 150px; display: flex; flex-direction: column; justify-content: space-between; }
        dt { color: var(--faint); font-size: 13px; } dd { margin: 0; font-size: 22px; font-variant-numeric: tabular-nums; }
        main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 16px; }
        figure, section { margin: 0; background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 16px 18px; }
        figure { display: flex; flex-direction: column; } figure svg { width: 100%; max-height: 400px; margin: auto; }
        figure:last-child:nth-child(odd) { grid-column: 1 / -1; }
        figcaption, section p { color: var(--faint); font-size: 13px; margin: 6px 0 0; }
        section { margin-top: 16px; } section p { margin-bottom: 22px; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0 0; font-size: 13px; }
        .legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; vertical-align: -1px; }
        table { border-collapse: collapse; table-layout: fixed; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { text-align: right; padding: 5px 10px; border-bottom: 1px solid var(--line); }
        th { font-weight: 600; font-size: 13px; color: var(--faint); vertical-align: bottom; }
        th:first-child, td:first-child { text-align: left; width: 34%; }
        svg text { fill: var(--ink); font-size: 12px; } svg .tick { fill: var(--faint); font-size: 11px; }
        svg .head { font-weight: 600; } svg .grid { stroke: #e9edf1; } svg .diagonal { stroke: #9aa5b1; stroke-dasharray: 3 4; }
        @media print { body { background: #fff; } figure, section { break-inside: avoid; } }
        """
}
