import ArgumentParser
import Calibration
import Runtime
import Scoring

/// `tierd backtest`
///
/// The JSON report is one object; names are those of the table, numbers have full precision, amounts are major units of
/// the first policy's currency, days are those of its time zone:
///
///     {"until": "1997-09-30", "holdout_days": 90, "currency": "USD", "customers", "churned", "revenue",
///      "fit": {"repeat_buyers", "model": "bg_nbd", "ewma_half_life_days",
///              "bg_nbd" | "mbg_nbd" | "gamma_gamma" | "logistic"?:
///                  {"parameters": [{"name", "value", "standard_error": number | null}],
///                   "log_likelihood", "converged", "customers"},
///              "churn_constant", "rfm": {"recency": [4 numbers], "frequency": [4], "monetary": [4]}},
///      "churn_scores": [{"name": "combined", "auc", "brier"?, "calibration_error"?,
///                        "bins"?: [10 × {"customers", "predicted": number | null, "observed": number | null}]}],
///      "value_scores": [{"name": "spend_ewma_90d", "gini_ratio", "captured_by_best_tenth", "captured_by_best_fifth"}],
///      "policies": [{"name", "version", "hash", "gini_ratio", "tiers": [{"name", "customers", "revenue"}],
///                    "upgrades", "downgrades", "corrections", "reversals", "customer_quarters",
///                    "changes_per_customer_quarter",
///                    "churn": {"score", "model", "calibrated", "horizon_days",
///                              "customers"?, "churned"?, "auc"?, "brier"?, "calibration_error"?, "bins"?}}],
///      "moves": [{"from": "retail v1", "to": "retail v2",
///                 "cells": [{"from_tier", "to_tier", "customers", "revenue"}]}]}
///
/// A bin holds the risks from a tenth to the next. `logistic` is missing where too few customers are old enough. A policy's
/// `churn` is about its own risk and its own horizon; its figures are missing where the horizon ends after the history.
struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Judge churn scores, value scores and policies by what your customers did next.",
        discussion: prose(
            """
            Fits the models to a history until one day, and compares what they foretold with the days after it. Every
            policy runs over the whole history in the engine that `run` uses: how often customers change tiers, which
            tiers bring the revenue, who stands elsewhere under another policy, and how much of what its own churn risks said at
            the end of that day came true within the policy's horizon. The scores that were fitted stand apart from them: they
            are what a policy could have.

              tierd backtest --policy retail.yaml --orders orders.jsonl.gz --calibrate-until 1997-09-30
              tierd backtest --policy old.yaml --policy new.yaml --orders orders.jsonl.gz --html report.html
              tierd backtest --policy retail.yaml --config tierd.yaml     # from the input topics, as far as they still go

            The first policy gives time zone, currency and the stage from which an order counts. Without --calibrate-until the
            holdout is the end of the history, which is read twice then. The same files and policies give the same bytes.
            """))

    @Option(help: "A policy (YAML); several are compared with the first.")
    var policy: [String]

    @OptionGroup var history: HistoryOptions

    @Option(help: ArgumentHelp("The days after it to judge by, such as 90d.", valueName: "days"))
    var holdout = DayCount(days: 90)

    @Option(help: ArgumentHelp("Write the report as JSON to this file, - for standard output.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Write the report as one HTML page with figures to this file.", valueName: "file"))
    var html: String?

    func validate() throws {
        guard !policy.isEmpty else { throw ValidationError("give at least one --policy") }
        guard history.sources == 1, !history.lacksOrders else {
            throw ValidationError("a history to judge by: give either --orders or --config")
        }
    }

    func run() throws {
        let policies = try policy.map { try PolicyFile.load(path: $0) }
        let read = try history.read(
            policies[0], running: policies, of: InputKind.allCases, cut: .before(days: holdout.days))
        let report = try report(on: read, policies)
        if json != "-" { print(report.text, terminator: "") }
        if let json { try write(report.json.bytes, to: json) }
        if let html { try write(report.html.utf8, to: html) }
    }

    private func report(on read: HistoryOptions.Read, _ policies: [Policy]) throws -> BacktestReport {
        guard read.until + holdout.days <= read.lastDay else {
            throw CalibrationError.holdoutBeyondHistory(
                from: read.until.date, days: holdout.days, lastDay: read.lastDay.date)
        }
        let progress = ProgressLine()
        progress.show("fitting and judging \(read.purchases.count) customers")
        defer { progress.clear() }
        return try BacktestReport(
            read.purchases, HistoryFit.Settings(policies[0], until: read.until, horizonDays: holdout.days),
            currency: policies[0].currency, tiers: read.tiers, surveys: read.surveys, end: read.end)
    }

    private func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
        let file = try LineFile(path: path)
        try file.write(bytes)
        try file.close()
    }
}

/// A number of whole days: `90d`.
struct DayCount: ExpressibleByArgument, Hashable {
    let days: Int

    init(days: Int) { self.days = days }

    init?(argument: String) {
        guard argument.last == "d", let days = Int(argument.dropLast()), (1...Measure.maximumWindowDays).contains(days)
        else { return nil }
        self.days = days
    }

    var defaultValueDescription: String { "\(days)d" }
}
