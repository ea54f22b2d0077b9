import ArgumentParser

/// The command line: one sub-command per job.
@main
struct Tierd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tierd",
        abstract: "Scores e-commerce customers in real time, from Kafka to Kafka, exactly once.",
        subcommands: [RunCommand.self, DemoCommand.self, CheckCommand.self])
}
