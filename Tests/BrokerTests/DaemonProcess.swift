import Foundation
import Runtime
import Testing

/// The real program running with a configuration of the test's own, to be killed and started again.
final class DaemonProcess {
    private static let binary = ProcessInfo.processInfo.environment["TIERD_BINARY"]
    static var isAvailable: Bool { binary != nil }

    private let folder: URL
    private var process: Process?

    /// Small batches and frequent commits, so that a kill finds a transaction in the middle.
    init(_ fixture: BrokerFixture, until: String, store: String = "directory") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: fixture.prefix + "daemon")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let inputs = fixture.inputs.map(\.topic)
        let text = """
            application: \(fixture.prefix)app
            policy: \(BrokerFixture.repository)/schemas/policies/retail.yaml
            clock: {mode: event, until: "\(until)"}
            kafka: {bootstrap: "\(fixture.bootstrap)", instance: one, settings: {session.timeout.ms: 6000}}
            topics:
              orders: \(inputs[0])
              browse: \(inputs[1])
              feedback: \(inputs[2])
              tier_changes: \(fixture.outputs.tierChanges)
              churn_risk: \(fixture.outputs.churnRisk)
              dead_letters: \(fixture.outputs.deadLetters)
            limits: {batch_records: 100, commit_interval: 100ms}
            snapshots: {interval: 1s, store: \(store), topic: \(fixture.prefix)snapshots}
            http: {port: 0}
            log: {level: error}
            """
        try text.write(to: folder.appending(path: "tierd.yaml"), atomically: true, encoding: .utf8)
    }

    deinit {
        process?.terminate()
        try? FileManager.default.removeItem(at: folder)
    }

    func start() throws {
        let started = Process()
        started.executableURL = URL(fileURLWithPath: try #require(Self.binary))
        started.arguments = ["run", "--config", folder.appending(path: "tierd.yaml").path]
        try started.run()
        process = started
    }

    /// SIGKILL: nothing of the program runs after it.
    func kill() {
        guard let process else { return }
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

    /// Lets the program run for a while.
    static func pause(milliseconds: Int) { _ = ThreadSignal().wait(seconds: Double(milliseconds) / 1000) }
}
