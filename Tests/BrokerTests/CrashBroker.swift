import Foundation
import KafkaClient
import Testing

/// The pinned broker as a process of one test's own, to be killed and started again on the same data.
///
/// What it keeps over a restart, and what it does not (`scripts/broker --help`): a test that kills it says when it may.
final class CrashBroker {
    private let folder: URL
    private var process = Process()
    private var port = "0"
    var bootstrap: String { "127.0.0.1:\(port)" }
    private var stateFile: URL { folder.appending(path: "data/kafka.json") }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "broker-\(UInt32.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try start()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Returns when it answers, at the same address as before.
    func start() throws {
        let log = folder.appending(path: "log")
        try Data().write(to: log)
        process = Process()
        process.executableURL = URL(fileURLWithPath: BrokerFixture.repository + "/scripts/broker")
        process.arguments = ["--port", port, "--data", folder.appending(path: "data").path]
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = FileHandle.nullDevice
        try process.run()
        try eventually("the broker answers") {
            let text = try String(contentsOf: log, encoding: .utf8)
            guard let address = text.firstMatch(of: /kafka +127\.0\.0\.1:(\d+)/) else { return false }
            port = String(address.1)
            return try Program.run("kcat", ["-L", "-m", "2", "-b", bootstrap]).status == 0
        }
    }

    /// Returns when all that it has acknowledged so far outlives SIGKILL: it writes its whole state to one file about
    /// once a second, so a topic made now stands in the file no earlier than everything before it.
    func flush(_ fixture: BrokerFixture) throws {
        let marker = "\(fixture.prefix)flushed-\(UInt32.random(in: 0 ... .max))"
        _ = try fixture.admin().createTopics([NewTopic(name: marker, partitions: 1, replication: 1)])
        eventually("the broker has written its state to \(stateFile.path)", within: 60) {
            (try? String(contentsOf: stateFile, encoding: .utf8))?.contains(marker) ?? false
        }
    }

    /// Everything that it has on its disk.
    func disk() throws -> Data { try Data(contentsOf: stateFile) }

    /// Puts an older state in the place of the present one, while it is down.
    func restore(_ disk: Data) throws { try disk.write(to: stateFile, options: .atomic) }

    func kill() {
        guard process.isRunning else { return }
        // One that stands still takes SIGKILL as well.
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// SIGSTOP: connections stay, and nothing is answered until it is sent on.
    func freeze() { Foundation.kill(process.processIdentifier, SIGSTOP) }
    func thaw() { Foundation.kill(process.processIdentifier, SIGCONT) }
}
