import ArgumentParser
import Runtime

/// The command line: one program for running, trying out and measuring.
@main
struct Tierd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tierd",
        abstract:
            "Score customers while their events arrive: tiers and churn risk, exactly once, out of Kafka and back.",
        discussion: prose(
            """
            To see it work, without any Kafka:
              tierd demo

            To try a policy on your own history, files in and files out:
              tierd replay --policy retail.yaml --orders orders.jsonl.gz > changes.jsonl

            To take it into service: say what is where, have it checked, then let it run.
              tierd check --config tierd.yaml
              tierd run --config tierd.yaml

            Without events of your own, make some:
              tierd generate --customers 10000 --events 500000 --out events

            `tierd help COMMAND` tells more about each. Exit codes: 0 all well, 1 it failed and said why, 64 wrong usage.
            """),
        version: Version.tierd,
        subcommands: [
            RunCommand.self, DemoCommand.self, CheckCommand.self, PolicyCommand.self, ExplainCommand.self,
            ReplayCommand.self, FitCommand.self, BacktestCommand.self, GenerateCommand.self, ProduceCommand.self,
            BenchCommand.self, JournalCommand.self, SnapshotCommand.self, VersionCommand.self,
        ])

    static func main() async {
        LargeBlocks.giveBack()
        await main(nil)
    }
}
