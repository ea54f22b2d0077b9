import Scoring

extension HistoryFit {
    /// A table for people; ends in a line feed.
    package var text: String {
        var text = "\(Figures.count(customers)) customers until \(settings.until.date), "
        text += "\(Figures.count(repeatBuyers)) of them bought on two days or more\n\n"
        text += Self.section("BG/NBD, days", bgNBD.parameters, bgNBD.quality)
        text += Self.section("MBG/NBD, days", mbgNBD.parameters, mbgNBD.quality)
        text += Self.section("Gamma-Gamma, amounts in major units", orderValue.parameters, orderValue.quality)
        if let logistic {
            let title = "logistic regression on the last \(settings.horizonDays) days"
            text += Self.section(title, logistic.parameters, logistic.quality)
        } else {
            text += "logistic regression: too few customers are older than the horizon\n\n"
        }
        text += "churn constant \(Figures.decimal(churnConstant, 6)), for the combined score on "
        return text + "\(settings.kind.rawValue) and a horizon of \(settings.horizonDays) days\n"
    }

    private static func section(_ title: String, _ parameters: [FittedParameter], _ quality: FitQuality) -> String {
        var table = TextTable(["parameter", "value", "standard error"])
        for parameter in parameters {
            table.add(
                [
                    parameter.name, Figures.decimal(parameter.value, 6), Figures.decimal(parameter.standardError, 6),
                ])
        }
        let outcome = quality.isConverged ? "converged" : "NOT CONVERGED: do not use it"
        return """
            \(title): log-likelihood \(Figures.decimal(quality.logLikelihood, 4)) of \
            \(Figures.count(quality.customers)) customers, \(outcome) after \(Figures.count(quality.evaluations)) \
            evaluations
            \(table.text)

            """
    }
}
