import Foundation
import Scoring
import Synchronization

/// One run of the demonstration: cluster, feed, watcher and the two clocks.
package final class Demonstration: Sendable {
    package let cluster: DemoCluster
    package let options: DaemonOptions
    package let feed: DemoFeed
    package let watcher: OutputWatcher
    package let clock: LapseClock
    package let history: DemoHistory
    private let daemonClock: LapseClock
    /// `SteadyClock` when the end of time was first seen with no lag.
    private let endedAt = Mutex<Double?>(nil)

    /// Days of pure silence played after the last order.
    private static let silentDays = 180
    /// Seconds by which the daemon's clock follows the feed's, so that records under way are not late.
    private static let clockDelay = 1.5
    private static let seed: UInt64 = 1997
    private static let settlingSeconds = 3.0

    package init(bootstrap: String?, orders: String, policy: Policy, seconds: Double) throws(DemoError) {
        history = try DemoHistory(orderLines: Self.lines(of: orders), seed: Self.seed)
        cluster = try DemoCluster(bootstrap: bootstrap, suffix: String(WallClock.now.milliseconds / 1000 % 1_000_000))
        let first = history.records.first?.time ?? .earliest
        let last = (history.records.last?.time ?? .earliest) + .days(Self.silentDays)
        let factor = Double((last - first).milliseconds) / (seconds * 1000)
        clock = LapseClock(from: first, factor: factor, until: last, isStarted: false)
        daemonClock = LapseClock(from: first, factor: factor, until: last, delay: Self.clockDelay, isStarted: false)
        feed = try DemoFeed(history, to: cluster, clock: clock)
        watcher = OutputWatcher(cluster)
        var options = DaemonOptions(
            application: cluster.application, bootstrap: cluster.bootstrap, group: cluster.application,
            // The embedded cluster lets members join after their session timeout, which is 45 s by default.
            settings: cluster.isEmbedded ? ["session.timeout.ms": "6000"] : [:], inputs: cluster.inputs,
            outputs: cluster.outputs, policy: policy, clock: .lapse(daemonClock))
        options.asksForTopicSettings = !cluster.isEmbedded
        self.options = options
    }

    private static func lines(of orders: String) throws(DemoError) -> [[UInt8]] {
        do throws(EventFileError) { return try FileLines.all(of: EventFile(.orders, path: orders)) } catch {
            throw DemoError("\(error); run from the project's folder, or name the orders with --orders")
        }
    }

    /// Starts watching; time starts when the daemon is ready, with `startTime`.
    package func start() throws(DemoError) {
        try watcher.start()
        // The first instant's records go out at once, so that connections are warm when time starts.
        feed.start()
    }

    /// Lets time run, once.
    package func startTime() {
        clock.start()
        daemonClock.start()
    }

    package func stop() {
        feed.stop()
        watcher.stop()
    }

    /// Everything has been played and worked off, and the last deadlines have had time to show.
    package func isOver(_ daemon: Daemon) -> Bool {
        guard feed.isDone, let until = daemonClock.until, daemonClock.now >= until,
            daemon.board.totalLag(cluster.inputs.map(\.topic)) == 0
        else { return false }
        let end = endedAt.withLock { ended in
            ended = ended ?? SteadyClock.now
            return ended ?? 0
        }
        return SteadyClock.now - end > Self.settlingSeconds
    }
}
