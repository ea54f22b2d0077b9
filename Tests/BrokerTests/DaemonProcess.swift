import Foundation
import FoundationNetworking
import Runtime
import Testing

/// The real program running with a configuration of the test's own, to be killed and started again.
final class DaemonProcess {
    private static let binary = ProcessInfo.processInfo.environment["TIERD_BINARY"]
    static var isAvailable: Bool { binary != nil }

    let instance: String
    /// Where its snapshots are, if it keeps them in a folder.
    let snapshots: URL
    let configuration: URL
    /// By default small batches, frequent commits and snapshots, so that a kill finds one in the middle.
    struct Settings {
        /// Where the clock goes once the events have ended; nil: only events move it.
        var until: String?
        var store = "directory"
        var snapshotInterval = "1s"
        var batchRecords = 100
        var readsCommands = false
        /// A file; nil: the retail policy, with profiles.
        var policy: String?
        var retiersPerSecond = 1_000
        /// Of the profiles.
        var throttle = "365d"
    }

    private let folder: URL
    private let log: URL
    private var process: Process?
    /// Where in the log the present start begins.
    private var startOfLog: UInt64 = 0

    init(_ fixture: BrokerFixture, _ settings: Settings = Settings(), instance: String = "one") throws {
        self.instance = instance
        let name = fixture.prefix + "daemon-" + instance
        folder = FileManager.default.temporaryDirectory.appending(path: name)
        snapshots = folder.appending(path: "snapshots")
        configuration = folder.appending(path: "tierd.yaml")
        // Logs that outlive the test, for those who look for a cause.
        let logs = ProcessInfo.processInfo.environment["TIERD_TEST_LOGS"].map { URL(fileURLWithPath: $0) }
        log = (logs ?? folder).appending(path: name + ".log")
        for folder in [folder, logs].compactMap(\.self) {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        try Data().write(to: log)
        let policy = folder.appending(path: "policy.yaml").path
        try BrokerFixture.talkativePolicy(throttle: settings.throttle).write(
            toFile: policy, atomically: true, encoding: .utf8)
        try configure(fixture, settings)
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Writes the configuration; the next start reads it.
    func configure(_ fixture: BrokerFixture, _ settings: Settings) throws {
        let inputs = fixture.inputs.map(\.topic)
        let clock = settings.until.map { #"{mode: event, until: "\#($0)"}"# } ?? "{mode: event}"
        let text = """
            application: \(fixture.prefix)app
            policy: \(settings.policy ?? "policy.yaml")
            activation: {rate: \(settings.retiersPerSecond)}
            clock: \(clock)
            kafka:
              bootstrap: "\(fixture.bootstrap)"
              instance: \(instance)
              settings: {session.timeout.ms: 6000, receive.message.max.bytes: \(BrokerFixture.receivedBytes)}
            topics:
              orders: \(inputs[0])
              browse: \(inputs[1])
              feedback: \(inputs[2])
              tier_changes: \(fixture.outputs.tierChanges)
              churn_risk: \(fixture.outputs.churnRisk)
              tier_notices: \(fixture.outputs.tierNotices)
              customer_profiles: \(fixture.outputs.customerProfiles)
              dead_letters: \(fixture.outputs.deadLetters)
              journal: \(fixture.outputs.journal)\(settings.readsCommands ? "\n  commands: \(fixture.commands)" : "")
            limits: {batch_records: \(settings.batchRecords), commit_interval: 100ms, dead_letters_per_second: 1000}
            snapshots:
              interval: \(settings.snapshotInterval)
              store: \(settings.store)
              path: snapshots
              topic: \(fixture.prefix)snapshots
            http: {port: 0}
            log: {level: info, format: json}
            """
        try text.write(to: configuration, atomically: true, encoding: .utf8)
    }

    // MARK: - Life and death

    func start() throws {
        let output = try FileHandle(forWritingTo: log)
        startOfLog = try output.seekToEnd()
        let started = Process()
        started.executableURL = URL(fileURLWithPath: try #require(Self.binary))
        started.arguments = ["run", "--config", configuration.path]
        started.standardError = output
        try started.run()
        process = started
    }

    var isRunning: Bool { process?.isRunning ?? false }

    /// SIGKILL: nothing of the program runs after it.
    func kill() {
        guard let process, process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// SIGTERM; returns the exit code.
    func stop() -> Int32 {
        guard let process else { return -1 }
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// SIGSTOP: the program stands still in the middle of whatever it does, until it is sent on.
    func freeze() { signal(SIGSTOP) }
    func thaw() { signal(SIGCONT) }

    private func signal(_ number: Int32) {
        guard let process, process.isRunning else { return }
        Foundation.kill(process.processIdentifier, number)
    }

    /// Lets the program run for a while.
    static func pause(milliseconds: Int) { _ = ThreadSignal().wait(seconds: Double(milliseconds) / 1000) }

    // MARK: - What it says

    struct LogLine: Equatable {
        /// With milliseconds, so that the texts of two processes sort by time.
        var time: String
        var level: String
        var message: String
        var fields: [String: String]
    }

    /// Of all starts, oldest first.
    var logLines: [LogLine] { lines(from: 0) }
    var logLinesSinceStart: [LogLine] { lines(from: startOfLog) }

    private func lines(from offset: UInt64) -> [LogLine] {
        guard let file = try? FileHandle(forReadingFrom: log), (try? file.seek(toOffset: offset)) != nil,
            let bytes = try? file.readToEnd()
        else { return [] }
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let fields = try? JSONDecoder().decode([String: String].self, from: Data(line)) else { return nil }
            return LogLine(
                time: fields["time"] ?? "", level: fields["level"] ?? "", message: fields["message"] ?? "",
                fields: fields)
        }
    }

    /// The body of a page of its HTTP server; nil while it does not answer with success.
    func page(_ path: String) -> String? {
        guard isRunning,
            let address = logLinesSinceStart.first(where: { $0.message == "listening" })?.fields["address"],
            let url = URL(string: address + path)
        else { return nil }
        return try? String(contentsOf: url, encoding: .utf8)
    }

    var isReady: Bool { page("/readyz") != nil }

    /// The sum of a metric's samples, whatever their labels; nil while there is none.
    func sum(_ metric: String) -> Double? {
        let lines = page("/metrics")?.split(separator: "\n").filter { $0.hasPrefix(metric + "{") } ?? []
        return lines.isEmpty
            ? nil : lines.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
    }

    /// The value of a sample in /metrics, by its name with labels.
    func metric(_ sample: String) -> Double? {
        let line = page("/metrics")?.split(separator: "\n").first { $0.hasPrefix(sample + " ") }
        return line?.split(separator: " ").last.flatMap { Double($0) }
    }
}
