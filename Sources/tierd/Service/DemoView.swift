import Foundation
import Runtime
import Scoring
import Synchronization

/// What the demonstration shows: a picture redrawn in a terminal, a line now and then elsewhere, and the closing summary.
final class DemoView: Sendable {
    private let demo: Demonstration
    private let daemon: Daemon
    private let isTerminal: Bool
    private let state = Mutex(State())

    private struct State {
        var port: Int?
        var hasStarted = false
        var lastLine = 0.0
        var lastCount: (time: Double, events: Int64) = (0, 0)
        var rate = 0.0
        var linesDrawn = 0
    }

    init(demo: Demonstration, daemon: Daemon, isTerminal: Bool) {
        self.demo = demo
        self.daemon = daemon
        self.isTerminal = isTerminal
    }

    /// Where the page is: the picture says it all the time, elsewhere it is said once.
    func listening(on port: Int) {
        state.withLock { $0.port = port }
        guard !isTerminal else { return }
        print(title())
        fflush(nil)
    }

    private func title() -> String {
        "tierd demo — \(demo.cluster.isEmbedded ? "embedded cluster" : demo.cluster.bootstrap)" + address()
    }

    /// The story has been told, and the daemon goes on.
    func stay() {
        print("\nStill running\(address()) — until Ctrl-C")
        fflush(nil)
    }

    /// Draws the present; lets time start when every shard is live.
    func draw() {
        let isReady = daemon.readinessProblems.isEmpty && !daemon.board.shards.isEmpty
        let starts = state.withLock { state in
            guard isReady, !state.hasStarted else { return false }
            state.hasStarted = true
            return true
        }
        if starts { demo.startTime() }
        measureRate()
        if isTerminal { redraw() } else { printLineIfDue() }
    }

    private func measureRate() {
        let events = daemon.board.shards.reduce(0) { $0 + $1.eventsApplied }
        state.withLock { state in
            let now = SteadyClock.now
            guard now - state.lastCount.time >= 1 else { return }
            if state.lastCount.time > 0 {
                state.rate = Double(events - state.lastCount.events) / (now - state.lastCount.time)
            }
            state.lastCount = (now, events)
        }
    }

    private func headline() -> String {
        let (rate, hasStarted) = state.withLock { ($0.rate, $0.hasStarted) }
        guard hasStarted else { return "waiting: " + (daemon.readinessProblems.first ?? "shards are starting") }
        let lag = daemon.board.totalLag(demo.cluster.inputs.map(\.topic)).map(String.init) ?? "?"
        let applied = daemon.board.shards.reduce(0) { $0 + $1.eventsApplied }
        // At a great speed the feed is ahead of the daemon's clock by more than events may be from the future.
        let rejected = daemon.board.shards.reduce(0) { $0 + $1.rejected }
        return "\(demo.clock.now.rfc3339.prefix(10))   \(applied) of \(demo.feed.delivered) events   "
            + (rejected > 0 ? "\(rejected) rejected   " : "") + "\(Int(rate)) events/s   lag \(lag) records"
            + (demo.feed.isDone ? "   no more orders: only silence now" : "")
    }

    private func tierLines() -> [String] {
        let names = daemon.options.policy.tiers.map(\.name)
        var counts = Array(repeating: 0, count: names.count)
        for shard in daemon.board.shards {
            for (index, count) in shard.tierCounts.enumerated() { counts[index] += count }
        }
        let most = max(counts.max() ?? 1, 1)
        return zip(names, counts).reversed().map { name, count in
            let bar = String(repeating: "█", count: count == 0 ? 0 : max(1, count * 40 / most))
            return "  \(name.padded(to: 12)) \(String(count).leftPadded(to: 6))  \(bar)"
        }
    }

    private func redraw() {
        var lines = [title(), "", headline(), ""]
        lines += tierLines()
        let seen = demo.watcher.changes
        lines += ["", "  latest tier changes"] + places(seen.latestTiers)
        lines += ["", "  latest churn-risk changes"] + places(seen.latestChurn)
        let drawn = state.withLock { state in
            defer { state.linesDrawn = lines.count }
            return state.linesDrawn
        }
        let up = drawn > 0 ? "\u{1b}[\(drawn)A" : ""
        print(up + lines.map { "\u{1b}[2K" + $0 }.joined(separator: "\n"))
        fflush(nil)
    }

    /// Five lines, filled or not, so that the picture keeps its height.
    private func places(_ changes: [WatchedChange]) -> [String] {
        (0..<5).map { $0 < changes.count ? "  " + changes[$0].line : "" }
    }

    private func address() -> String {
        state.withLock { $0.port }.map { " — http://127.0.0.1:\($0)/" } ?? ""
    }

    private func printLineIfDue() {
        let isDue = state.withLock { state in
            guard SteadyClock.now - state.lastLine >= 5 else { return false }
            state.lastLine = SteadyClock.now
            return true
        }
        guard isDue else { return }
        print(headline())
        let seen = demo.watcher.changes
        for change in seen.latestTiers.prefix(1) + seen.latestChurn.prefix(1) { print("    " + change.line) }
        fflush(nil)
    }

    /// The closing summary: what moved, and why.
    func close() {
        let seen = demo.watcher.changes
        print("\nWhat moved, as a consumer of the output topics saw it")
        print("  tier changes: " + seen.byDirection.ordered)
        print("  their reasons: " + seen.byReason.ordered)
        print("  churn-risk changes, by new level: " + seen.churnByLevel.ordered)
        print("  \(seen.bySilence) of \(seen.total) changes were caused by no event at all, only by time")
        print("\nWhere the customers stand at the end")
        for line in tierLines() { print(line) }
        printSilentCustomer(seen)
        if let failure = demo.feed.failure { print("\n" + failure) }
        fflush(nil)
    }

    /// One customer who did nothing, and what it cost.
    private func printSilentCustomer(_ seen: OutputWatcher.Seen) {
        let best =
            seen.silentFalls.last { seen.silentRises[$0.customer]?.to == demo.options.policy.churn.levels.last?.name }
            ?? seen.silentFalls.last
        guard let fall = best else { return }
        print("\nMoved by silence alone: \(fall.customer)")
        print("  " + fall.line)
        if let rise = seen.silentRises[fall.customer] {
            print("  " + rise.line)
            if let days = rise.daysSinceLastOrder {
                print("  no order for \(Int(days)) days by the latest of these; no event caused them")
            }
        }
    }
}

extension WatchedChange {
    /// For people: when, who, what, why.
    fileprivate var line: String {
        let day = effectiveAt.prefix(10)
        let what = kind == .tier ? "\(from ?? "–") → \(to)" : "churn risk \(from ?? "–") → \(to)"
        let figure = kind == .tier ? "score \(Int(number.rounded()))" : "\(Int((number * 100).rounded())) %"
        let silence = isBySilence ? "  by silence" : ""
        return "\(day)  \(customer.padded(to: 12)) \(what.padded(to: 26)) \(figure.padded(to: 9)) \(reason)\(silence)"
    }
}

extension Dictionary where Key == String, Value == Int {
    /// Most first; ties by name.
    fileprivate var ordered: String {
        sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }
    fileprivate func leftPadded(to width: Int) -> String {
        count >= width ? self : String(repeating: " ", count: width - count) + self
    }
}
