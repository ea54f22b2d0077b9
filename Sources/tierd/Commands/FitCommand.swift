import ArgumentParser
import Calibration
import Runtime
import Scoring

/// `tierd fit`
struct FitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract: "Fit the churn and value models to your own history, and print the part of the policy they make.",
        discussion: """
            Until it is done, churn risks are those of a CD shop of 1997 and say low confidence. Reads order events as
            `replay` does, fits BG/NBD, MBG/NBD and Gamma-Gamma by maximum likelihood, finds the constant of the combined
            churn score, and the thresholds of recency, frequency and monetary. The table goes to standard error, the
            YAML to standard output.

              tierd fit --policy retail.yaml --orders orders.jsonl.gz > fitted.yaml
              kcat -C -e -q -b localhost:9092 -t orders | tierd fit --policy retail.yaml --orders - > fitted.yaml

            The policy gives time zone, currency, the stage from which an order counts, the purchase model and the
            horizon. The same files give the same numbers. Exit code 1 if the purchase or the value model did not converge.
            """)

    @Option(help: "The policy (YAML).")
    var policy: String

    @OptionGroup var history: HistoryOptions

    @Option(help: "The churn score to write: combined, p0 or logistic.")
    var score = ChurnScoreName.combined

    @Option(help: ArgumentHelp("Write the YAML to this file, - for standard output.", valueName: "file"))
    var out = "-"

    func run() throws {
        let policy = try PolicyFile.load(path: policy)
        let read = try history.read(policy)
        let fit = try fit(read, policy)
        note(String(fit.text.dropLast()))
        guard let fragment = fit.fragment(score: score) else {
            throw CleanExitFailure(
                "no logistic score: fewer than 60 customers bought, or did not, in the last \(fit.settings.horizonDays) days"
            )
        }
        let file = try LineFile(path: out)
        try file.write(fragment.utf8)
        try file.close()
        guard fit.purchases.quality.isConverged, fit.orderValue.quality.isConverged else {
            throw CleanExitFailure(
                "a fit did not converge: the history may be too short, or its customers too much alike")
        }
    }

    private func fit(_ read: HistoryOptions.Read, _ policy: Policy) throws -> HistoryFit {
        let progress = ProgressLine()
        progress.show("fitting \(read.purchases.count) customers")
        defer { progress.clear() }
        return try HistoryFit(
            read.purchases,
            HistoryFit.Settings(policy, until: history.until(read), horizonDays: horizonDays(policy)))
    }

    private func horizonDays(_ policy: Policy) -> Int { max(Int(policy.churn.horizonDays.rounded()), 1) }
}

extension ChurnScoreName: ExpressibleByArgument {}
