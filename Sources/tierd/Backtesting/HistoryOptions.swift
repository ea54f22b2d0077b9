import ArgumentParser
import Calibration
import Runtime
import Scoring

/// The history to learn from, in files or in the topics; shared by `fit` and `backtest`.
struct HistoryOptions: ParsableArguments {
    @OptionGroup var events: EventFileOptions

    @OptionGroup var topics: OptionalConfiguration

    @Option(
        name: .customLong("calibrate-until"),
        help: ArgumentHelp(
            "The last day to learn from, such as 1997-09-30 (default: as late as can be).", valueName: "day"))
    var calibrateUntil: CalendarDay?

    /// How many of the sources are given.
    var sources: Int { (events.files.isEmpty ? 0 : 1) + (topics.config == nil ? 0 : 1) }
    var lacksOrders: Bool { topics.config == nil && events.orders == nil }

    /// What a pass over the history gave.
    struct Read {
        var purchases: [CustomerPurchases]
        /// The day of the latest event.
        var lastDay: DayIndex
        /// One per policy; empty where none ran.
        var tiers: [TierLog] = []
        /// Until when they ran.
        var end: EventTime
    }

    func until(lastDay: DayIndex) -> DayIndex { calibrateUntil?.day ?? lastDay }

    /// Reads the history. `policy` says what counts as a purchase; `running` are the policies whose engines run. Without
    /// any, orders are enough.
    func read(_ policy: Policy, running: [Policy] = []) throws -> Read {
        var book = OrderBook(policy: policy)
        var tiers = running.map { TierLog(policy: $0) }
        var progress = ProgressLine()
        let kinds: [InputKind] = running.isEmpty ? [.orders] : InputKind.allCases
        let latest = topics.config == nil ? EventTime.never : WallClock.now + policy.maxFutureSkew
        var pass = HistoryPass(policies: running, history: try history(of: kinds), latest: latest)
        let summary = try pass.run { step in
            progress.show(step.events + step.rejected, "events", fraction: step.fraction)
        } events: {
            book.note($0)
        } outputs: {
            tiers[$0].note($1)
        }
        progress.clear()
        complain(summary, book)
        guard let last = summary.lastEvent else { throw CalibrationError.noPurchases }
        return Read(purchases: book.customers(), lastDay: policy.calendar.day(of: last), tiers: tiers, end: last)
    }

    private func history(of kinds: [InputKind]) throws -> EventHistory {
        guard let configuration = try topics.load() else { return try EventHistory(files: events.files) }
        let archive = InputArchive(configuration)
        let stretches = try archive.stretches(of: kinds)
        if let gap = stretches.gap { note("\(gap); who bought before looks newer than he is") }
        return try archive.history(stretches)
    }

    private func complain(_ summary: HistoryPass.Summary, _ book: OrderBook) {
        if summary.rejected > 0 {
            let remedy =
                topics.config == nil
                ? "`tierd replay --rejects FILE` names them" : "the daemon has sent them to the dead letters"
            note("\(summary.rejected) records are no valid events; \(remedy)")
        }
        if book.unconvertible > 0 {
            note("\(book.unconvertible) orders left out: the policy has no rate for their currency")
        }
    }
}

/// A day as people give it: `1997-09-30`.
struct CalendarDay: ExpressibleByArgument, Hashable {
    let day: DayIndex

    init?(argument: String) {
        guard argument.count == 10, let time = EventTime(argument: argument) else { return nil }
        day = ZoneCalendar.utc.day(of: time)
    }
}
