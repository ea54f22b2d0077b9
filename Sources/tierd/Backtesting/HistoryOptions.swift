import ArgumentParser
import Calibration
import Runtime
import Scoring

/// The history to learn from; shared by `fit` and `backtest`.
struct HistoryOptions: ParsableArguments {
    @OptionGroup var events: EventFileOptions

    @Option(
        name: .customLong("calibrate-until"),
        help: ArgumentHelp(
            "The last day to learn from, such as 1997-09-30 (default: as late as can be).", valueName: "day"))
    var calibrateUntil: CalendarDay?

    func validate() throws {
        guard events.orders != nil else { throw ValidationError("nothing to learn from: give --orders") }
    }

    /// What a pass over the files gave.
    struct Read {
        var purchases: [CustomerPurchases]
        /// The day of the latest event.
        var lastDay: DayIndex
        /// One per policy; empty where none ran.
        var tiers: [TierLog] = []
        /// Until when they ran.
        var end: EventTime
    }

    func until(_ read: Read) -> DayIndex { calibrateUntil?.day ?? read.lastDay }

    /// Reads the files. `policy` says what counts as a purchase; `running` are the policies whose engines run.
    func read(_ policy: Policy, running: [Policy] = []) throws -> Read {
        var book = OrderBook(policy: policy)
        var tiers = running.map { TierLog(policy: $0) }
        var progress = ProgressLine()
        var pass = try HistoryPass(policies: running, files: events.files)
        let summary = try pass.run { step in
            let fraction = step.bytesTotal.map { Double(step.bytesRead) / Double(max($0, 1)) }
            progress.show(step.events, "events", fraction: fraction)
        } events: {
            book.note($0)
        } outputs: {
            tiers[$0].note($1)
        }
        progress.clear()
        if summary.rejected > 0 {
            note("\(summary.rejected) lines are no valid events; `tierd replay --rejects` names them")
        }
        if book.unconvertible > 0 {
            note("\(book.unconvertible) orders left out: the policy has no rate for their currency")
        }
        guard let last = summary.lastEvent else { throw CalibrationError.noPurchases }
        return Read(purchases: book.customers(), lastDay: policy.calendar.day(of: last), tiers: tiers, end: last)
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
