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
            Reads events as JSON Lines and applies them in the engine that `run` uses. Every output is a line on standard
            output: {"topic":…,"key":…,"headers":{…},"value":{…}}. The same files and policy give the same bytes, so that two
            policies can be compared with diff.

              tierd replay --policy retail.yaml --orders orders.jsonl.gz --until 1998-10-01 > changes.jsonl
              zcat orders.jsonl.gz | tierd replay --policy retail.yaml --orders - --summary - > /dev/null

            Of several files the one whose next line has the earliest event time gives the next line. By default 10,000 lines at
            a time are applied in order of event time, as a daemon does that catches up: a line that stands too low comes where
            it belongs, and is late only if a batch before has gone past it. With --as-arrived every line comes after those above
            it, as if it had arrived then: it is late as soon as one of them has a later event time. To see what a late order
            brings, put it below a line, of whichever customer, that is later.

              tierd replay --policy retail.yaml --orders orders.jsonl --as-arrived

            After the last event the clock stands still, unless --until moves it on: then everything that silence brings
            until that instant happens too.
            """))

    @Option(help: "The policy (YAML).")
    var policy: String

    @OptionGroup var history: HistoryFileOptions

    @Option(help: ArgumentHelp("Move the clock to this instant after the last event.", valueName: "time"))
    var until: EventTime?

    @Option(help: ArgumentHelp("Write the lines that were not scored, and why, to this file.", valueName: "file"))
    var rejects: String?

    @Option(help: ArgumentHelp("Write the summary as JSON to this file, - for standard output.", valueName: "file"))
    var summary: String?

    @Option(help: "The application named in ce_source.")
    var application = "tierd"

    func validate() throws {
        guard !history.isEmpty else {
            throw ValidationError("nothing to read: give --orders, --browse, --feedback or --commands")
        }
    }

    func run() throws {
        let policy = try PolicyFile.load(path: policy)
        var replay = OfflineReplay(
            policy: policy, history: try history.open(), until: until, application: application)
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
