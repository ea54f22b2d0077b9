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
        /// The day of the latest event, and the last one to learn from.
        var lastDay: DayIndex
        var until: DayIndex
        /// One per policy: its changes, and what it made of the customers at the end of `until`.
        var tiers: [TierLog] = []
        var surveys: [PolicySurvey] = []
        /// Until when they ran.
        var end: EventTime
    }

    /// The day at whose end the policies are asked what they make of the customers.
    enum Cut {
        /// The last day of the history, unless the command line names one.
        case end
        /// So many days before it, likewise.
        case before(days: Int)
    }

    /// Reads the history. `policy` says what counts as a purchase; `running` are the policies whose engines run on `kinds`.
    ///
    /// Without the command line's day, the day before the end is known only after a first reading.
    func read(_ policy: Policy, running: [Policy], of kinds: [InputKind], cut: Cut) throws -> Read {
        let open = try source(of: kinds)
        let latest = topics.config == nil ? EventTime.never : WallClock.now + policy.maxFutureSkew
        var day = calibrateUntil?.day
        if case .before(let days) = cut, day == nil {
            guard !events.files.contains(where: \.isStandardInput) else {
                throw ValidationError(
                    "standard input is read once, and its last day comes last: name the day with --calibrate-until")
            }
            day = try lastDay(try open(), latest, policy) + -days
        }
        var (book, tiers) = (OrderBook(policy: policy), running.map { TierLog(policy: $0) })
        var surveys = running.map { PolicySurvey(policy: $0) }
        var progress = ProgressLine()
        let survey = HistoryPass.Survey(at: day.map { policy.calendar.end(of: $0) }) {
            book.customerIDs
        } found: { index, report in
            surveys[index].note(
                report.id,
                PolicySurvey.Reading(risk: report.churnRisk, score: report.score, measures: report.measures))
        }
        var pass = HistoryPass(policies: running, history: try open(), latest: latest)
        let summary = try pass.run(
            survey: survey, progress: { progress.show($0.events + $0.rejected, "events", fraction: $0.fraction) },
            events: { book.note($0) }, outputs: { tiers[$0].note($1) })
        progress.clear()
        complain(summary, book)
        guard let last = summary.lastEvent else { throw CalibrationError.noPurchases }
        let lastDay = policy.calendar.day(of: last)
        return Read(
            purchases: book.customers(), lastDay: lastDay, until: day ?? lastDay, tiers: tiers, surveys: surveys,
            end: last)
    }

    private func lastDay(_ history: EventHistory, _ latest: EventTime, _ policy: Policy) throws -> DayIndex {
        var progress = ProgressLine()
        var pass = HistoryPass(policies: [], history: history, latest: latest)
        let summary = try pass.run(
            progress: { progress.show($0.events + $0.rejected, "events looked through", fraction: $0.fraction) },
            events: { _ in })
        progress.clear()
        guard let last = summary.lastEvent else { throw CalibrationError.noPurchases }
        return policy.calendar.day(of: last)
    }

    /// Opens the same history as often as it is asked to; standard input once.
    private func source(of kinds: [InputKind]) throws -> () throws -> EventHistory {
        guard let configuration = try topics.load() else { return { try EventHistory(files: events.files) } }
        let archive = InputArchive(configuration)
        let stretches = try archive.stretches(of: kinds)
        if let gap = stretches.gap { note("\(gap); who bought before looks newer than he is") }
        return { try archive.history(stretches) }
    }

    /// Which of these inputs are not read: of files those that are not given.
    func missing(_ kinds: [InputKind]) -> [InputKind] {
        guard topics.config == nil else { return [] }
        return kinds.filter { kind in !events.files.contains { $0.input == kind } }
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
