import ArgumentParser
import Foundation
import Logging
import OpsServer
import Runtime

/// `tierd demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Watch real customers being scored: 18 months of orders in a minute and a half.",
        discussion: prose(
            """
            Plays the orders of 2,357 customers of an on-line CD shop (1997–98) with browsing and feedback made up around
            them, through Kafka and the daemon, in time-lapse. After the last order nobody buys any more, and you see silence
            alone move customers down. The cluster is embedded in the process; --bootstrap uses a real one, with topics of
            the demonstration's own.
            """))

    @Option(help: "A real cluster, HOST:PORT, instead of the embedded one.")
    var bootstrap: String?

    @Flag(help: "Keep running at the end, for looking at the HTTP page and the topics; stop with Ctrl-C.")
    var stay = false

    @Option(help: "The order events (JSON Lines, .gz allowed).")
    var orders = "Tests/Fixtures/cdnow/orders.jsonl.gz"

    @Option(help: "The policy.")
    var policy = "schemas/policies/retail.yaml"

    @Option(help: "Seconds that the time-lapse takes.")
    var seconds: Double = 90

    @Option(help: "Port of the HTTP page; 0 takes any free one.")
    var port = 0

    func validate() throws {
        guard (10...3600).contains(seconds) else {
            throw ValidationError("--seconds: found \(seconds), expected 10 to 3600")
        }
    }

    func run() async throws {
        guard FileManager.default.isReadableFile(atPath: policy) else {
            throw CleanExitFailure(
                "\(policy) is not there, or may not be read: run from the project's folder, or name a policy with --policy"
            )
        }
        let demo = try Demonstration(
            bootstrap: bootstrap, orders: orders, policy: PolicyFile.load(path: policy), seconds: seconds)
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "tierd")
        // The terminal view is the log here; only trouble interrupts it.
        logger.logLevel = .warning
        let daemon = try Daemon(demo.options, version: Version.tierd, logger: logger)
        let service = DaemonService(daemon: daemon, http: .init(host: "127.0.0.1", port: port), logger: logger)
        let view = DemoView(demo: demo, daemon: daemon, isTerminal: isatty(STDOUT_FILENO) == 1)
        let running = Task { try await service.run { view.listening(on: $0) } }
        try demo.start()
        while !daemon.hasStopped, !demo.isOver(daemon) {
            view.draw()
            try await Task.sleep(for: .milliseconds(250))
        }
        view.close()
        if stay, !daemon.hasStopped { view.stay() }
        while stay, !daemon.hasStopped { try await Task.sleep(for: .milliseconds(250)) }
        demo.stop()
        daemon.stop()
        if let problem = try await running.value { throw CleanExitFailure(problem) }
    }
}
