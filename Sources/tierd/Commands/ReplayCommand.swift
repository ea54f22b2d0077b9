import ArgumentParser
import Runtime
import Scoring

/// `tierd replay`
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Score files of events without Kafka: what would this policy have done?",
        discussion: prose(
            """
            Reads events as JSON Lines, merges the files by event time, and applies them in the engine that `run` uses. Every
            output is a line on standard output: {"topic":…,"key":…,"headers":{…},"value":{…}}. The same files and policy give
            the same bytes, so that two policies can be compared with diff.

              tierd replay --policy retail.yaml --orders orders.jsonl.gz --until 1998-10-01 > changes.jsonl
              zcat orders.jsonl.gz | tierd replay --policy retail.yaml --orders - --summary - > /dev/null

            After the last event the clock stands still, unless --until moves it on: then everything that silence brings
            until that instant happens too.
            """))

    @Option(help: "The policy (YAML).")
    var policy: String

    @OptionGroup var history: ReplayFileOptions

    @Option(help: ArgumentHelp("Move the clock to this instant after the last event.", valueName: "time"))
    var until: EventTime?

    @Option(help: ArgumentHelp("Write the lines that were not scored, and why, to this file.", valueName: "file"))
    var rejects: String?

    @Option(help: ArgumentHelp("Write the summary as JSON to this file, - for standard output.", valueName: "file"))
    var summary: String?

    @Option(help: "The application named in ce_source.")
    var application = "tierd"

    func validate() throws {
        guard !history.files.isEmpty else {
            throw ValidationError("nothing to read: give --orders, --browse, --feedback or --commands")
        }
    }

    func run() throws {
        let policy = try PolicyFile.load(path: policy)
        var replay = try OfflineReplay(policy: policy, files: history.files, until: until, application: application)
        let output = try LineFile(path: "-")
        let rejected = try rejects.map { try LineFile(path: $0) }
        var lines = ReplayLines()
        var progress = ProgressLine()
        let result = try replay.run { step in
            try output.write(lines.outputs(step.outputs))
            try rejected?.write(lines.rejections(step.rejections))
            progress.show(step.records, "events", fraction: step.fraction)
        }
        progress.clear()
        try output.close()
        try rejected?.close()
        try report(result, to: output)
        guard result.events > 0 || result.rejectedCount == 0 else {
            throw CleanExitFailure(
                "none of \(result.rejectedCount) lines is an event that counts; --rejects FILE says why of each")
        }
    }

    private func report(_ result: ReplaySummary, to output: LineFile) throws {
        guard let summary else { return note(String(result.text.dropLast())) }
        let file = summary == "-" ? output : try LineFile(path: summary)
        try file.write(result.json.bytes)
        try file.close()
    }
}
