import ArgumentParser
import Calibration
import Runtime
import Scoring

/// `tierd fit`
struct FitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract: "Fit the churn and value models to your own history, and print the part of the policy they make.",
        discussion: prose(
            """
            Until it is done, churn risks are those of a CD shop of 1997 and say low confidence. Fits BG/NBD, MBG/NBD and
            Gamma-Gamma by maximum likelihood, finds the constant of the combined churn score, the thresholds of recency,
            frequency and monetary, and thresholds for the policy's tiers. The table goes to standard error, the YAML to
            standard output: `churn`, `value`, `rfm` and `tiers`, each to stand in place of the policy's own; the levels of the
            churn risk stay.

            The tiers' thresholds are those that the best 20, 5 and 1 % of the customers reach on the last day (of a fourth tier
            0.2 %, and so on): of the score, or of the first measure that a tier asks for where it does not ask for the score.
            The policy's engine runs for that on all inputs that the tiers follow from: give their files too.

            The history is that of event files, of the topics (orders, and what the tiers follow from), or of a snapshot:

              tierd fit --policy retail.yaml --orders orders.jsonl.gz > fitted.yaml
              tierd fit --config tierd.yaml > fitted.yaml
              tierd snapshot export --config tierd.yaml > customers.jsonl
              tierd fit --config tierd.yaml --customers customers.jsonl > fitted.yaml

            The same orders give the same numbers from each, as far as it still has them: topics are cut off by retention, which
            is said; a snapshot sums up what is older than the policy's history, so that quantiles of spend are close rather
            than equal, counts merged customers as one, tells nothing of days before those sums end, tells no scores and so no
            thresholds for tiers, and by default goes until its clock, the time of its last event of any kind.

            The policy gives time zone, currency, the stage from which an order counts, the purchase model and the
            horizon. Exit code 1 if the purchase or the value model did not converge.
            """))

    @Option(help: "The policy (YAML; default: the configuration's).")
    var policy: String?

    @OptionGroup var history: HistoryOptions

    @Option(
        help: ArgumentHelp(
            "The customers of a snapshot, as `tierd snapshot export` prints them; - is standard input. The policy must be the snapshot's.",
            valueName: "file"))
    var customers: String?

    @Option(help: "The churn score to write: combined, p0 or logistic.")
    var score = ChurnScoreName.combined

    @Option(help: ArgumentHelp("Write the YAML to this file, - for standard output.", valueName: "file"))
    var out = "-"

    @Option(help: ArgumentHelp("Write the fit as JSON, at full precision, to this file as well.", valueName: "file"))
    var json: String?

    func validate() throws {
        guard policy != nil || history.topics.config != nil else {
            throw ValidationError("give the policy: --policy, or --config with the configuration that names it")
        }
        // With --customers, a configuration only names the policy.
        guard customers == nil ? history.sources == 1 && !history.lacksOrders : history.events.files.isEmpty else {
            throw ValidationError("a history to learn from: give one of --orders, --config and --customers")
        }
    }

    func run() throws {
        let path = try policy ?? history.topics.load()?.policy ?? ""
        let policy = try PolicyFile.load(path: path)
        let found: HistoryFit
        var tiers: TierThresholds?
        if let customers {
            found = try fit(exported: customers, policy)
        } else {
            found = try fit(events: policy, &tiers)
        }
        note(String(found.text.dropLast()))
        if let json { try write(found.json(tiers).bytes, to: json) }
        let missing = history.missing(policy.inputsOfTiers)
        guard let fragment = found.fragment(score: score, tiers: tiers, missing: missing) else {
            throw CleanExitFailure(
                "no logistic score: fewer than 60 customers bought, or did not, in the last \(found.settings.horizonDays) days, or a snapshot does not tell what was known before them"
            )
        }
        try write(fragment.utf8, to: out)
        guard found.purchases.quality.isConverged, found.orderValue.quality.isConverged else {
            throw CleanExitFailure(
                "a fit did not converge: the history may be too short, or its customers too much alike")
        }
    }

    private func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
        let file = try LineFile(path: path)
        try file.write(bytes)
        try file.close()
    }

    private func fit(events policy: Policy, _ tiers: inout TierThresholds?) throws -> HistoryFit {
        let read = try history.read(policy, running: [policy], of: policy.inputsOfTiers, cut: .end)
        let buyers = read.purchases.filter { !$0.until(read.until).isEmpty }
        let readings = buyers.compactMap { customer in read.surveys.first.flatMap { $0[customer.id] } }
        tiers = TierThresholds(policy, readings)
        return try fit(read.purchases, until: read.until, policy)
    }

    private func fit(exported path: String, _ policy: Policy) throws -> HistoryFit {
        var book = ExportBook(policy: policy)
        var progress = ProgressLine()
        var count = 0
        let lines = try FileLines(EventFile(.orders, path: path))
        while try lines.read() {
            for line in lines.lines {
                do throws(ExportError) { try book.note(lines.text(of: line)) } catch {
                    throw CleanExitFailure("\(lines.name):\(line.number): \(error)")
                }
            }
            count += lines.lines.count
            let fraction = lines.size.map { Double(lines.position) / Double(max($0, 1)) }
            progress.show(count, "customers", fraction: fraction)
        }
        progress.clear()
        guard let lastDay = book.lastDay else { throw CalibrationError.noPurchases }
        return try fit(book.customers(), until: history.calibrateUntil?.day ?? lastDay, policy)
    }

    private func fit(_ purchases: [CustomerPurchases], until day: DayIndex, _ policy: Policy) throws -> HistoryFit {
        let progress = ProgressLine()
        progress.show("fitting \(purchases.count) customers")
        defer { progress.clear() }
        let horizonDays = max(Int(policy.churn.horizonDays.rounded()), 1)
        let settings = HistoryFit.Settings(policy, until: day, horizonDays: horizonDays)
        return try HistoryFit(purchases, settings)
    }
}

extension ChurnScoreName: ExpressibleByArgument {}
