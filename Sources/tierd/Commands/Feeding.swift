import ArgumentParser
import Foundation
import Runtime

/// Runs a feeder to its end, with progress, Ctrl-C and a last word; shared by the commands that produce.
enum Feeding {
    private static let pause = 0.1

    /// Blocks. Throws when records were lost; `expected` is how many there should be, where that is known.
    static func run(_ feeder: EventFeeder, expected: Int?) throws {
        let signals = StopSignals { feeder.stop() }
        defer { signals.cancel() }
        let finished = ThreadSignal()
        let started = SteadyClock.now
        feeder.start()
        let failure = Mailbox<FeedingError?> { finished.raise() }
        DedicatedThread.start("join") { failure.send(feeder.join()) }
        var line = ProgressLine()
        var complaint: String?
        while !finished.wait(seconds: pause) {
            let progress = feeder.progress
            line.show(progress.sent, "records", fraction: expected.map { Double(progress.sent) / Double(max($0, 1)) })
            if let text = progress.complaint, text != complaint {
                line.clear()
                note("kafka: \(text)")
                complaint = text
            }
        }
        line.clear()
        report(feeder.progress, seconds: SteadyClock.now - started)
        if let error = failure.drain().compactMap({ $0 }).first { throw error }
        guard feeder.progress.failed == 0 else { throw ExitCode.failure }
    }

    private static func report(_ progress: FeedProgress, seconds: Double) {
        let rate = Int(Double(progress.delivered) / max(seconds, 0.001))
        var text =
            "\(progress.delivered) of \(progress.sent) records delivered, \(progress.sentBytes) bytes, "
            + "in \((seconds * 10).rounded() / 10) s (\(rate) a second)"
        if progress.undecodable > 0 { text += "; \(progress.undecodable) do not decode" }
        if progress.tooLong > 0 { text += "; \(progress.tooLong) too long to send" }
        if progress.failed > 0 {
            text += "; \(progress.failed) were given up: \(progress.complaint ?? "no reason given")"
        }
        note(text)
    }
}
