import ArgumentParser
import Foundation
import Logging
import OpsServer
import Runtime

/// `tierd run`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Score customers: read events, keep their state, emit changes.",
        discussion: prose(
            """
            Joins the consumer group and takes over its shards: each fences its former owner, restores the newest valid
            snapshot, replays the batches that were journalled since, silently, and goes on from there. Then it works until it
            gets SIGTERM or SIGINT: it finishes its batches, commits, takes a last snapshot, leaves the group and exits within
            seconds. After a kill the next start does the same, only with more to replay.

            Inputs and journal must be kept longer than the newest snapshot is old; `tierd check` warns if they are not.
            `tierd journal` and `tierd snapshot` look at what a shard is restored from.

            Every setting of the file can be given as an environment variable (kafka.bootstrap is TIERD_KAFKA_BOOTSTRAP)
            or as a flag: --set kafka.bootstrap=broker:9092
            """))

    @OptionGroup var file: ConfigurationOptions

    func run() async throws {
        let configuration = try file.load()
        let logger = LogSetup.start(configuration.log)
        let options = try DaemonOptions(configuration, policy: PolicyFile.load(path: configuration.policy))
        let daemon = try Daemon(options, version: Version.tierd, logger: logger)
        let service = DaemonService(
            daemon: daemon, http: .init(host: configuration.http.host, port: configuration.http.port), logger: logger)
        if let problem = try await service.run() { throw CleanExitFailure(problem) }
    }
}

/// Where the configuration comes from; shared by the commands that read one.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "The configuration file (YAML).")
    var config: String

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Override a setting, e.g. kafka.bootstrap=broker:9092.", valueName: "path=value"))
    var overrides: [String] = []

    func load() throws -> Configuration { try Self.load(config, overrides: overrides) }

    /// Each override is `path=value`.
    static func load(_ config: String, overrides: [String]) throws -> Configuration {
        let pairs = try overrides.map { text in
            guard let separator = text.firstIndex(of: "="), separator != text.startIndex else {
                throw ValidationError(
                    "--set \(text): found no \"=\", expected path=value such as kafka.bootstrap=broker:9092")
            }
            return (path: String(text[..<separator]), value: String(text[text.index(after: separator)...]))
        }
        return try Configuration.load(path: config, environment: ProcessInfo.processInfo.environment, overrides: pairs)
    }
}

/// A failure that is already worded for people: printed as it is, exit code 1.
struct CleanExitFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
