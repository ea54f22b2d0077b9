import ArgumentParser
import Runtime
import Scoring

/// `tierd explain`
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Prove a decision by its record, or say where a customer stands and why.",
        discussion: prose(
            """
            With --event: works a record of tier-changes, churn-risk or tier-notices out again from the measures in it and the
            policy, and says AGREES or DISAGREES (exit code 1) with each line that differs. A file may hold many records, one
            a line, as a topic carries them or as `tierd replay` prints them; then only what differs is shown in full, with its line.
            Profiles and tombstones among them are counted and skipped.

              kcat -C -t tier-changes -o -1 -c 1 | tierd explain --event - --policy retail.yaml

            With --customer: replays the history up to --at and prints the customer's standing, score, measures, churn risk
            and past, and what silence would bring. What happened later than --at is left out, wherever it stands.

              tierd explain --customer c-42 --at 2026-05-01 --policy retail.yaml --orders orders.jsonl.gz
              tierd explain --customer c-42 --at 2026-05-01 --config tierd.yaml

            Times read in the policy's time zone, which the heading names; with --json they are in UTC. A date given as --at is
            its midnight in UTC. Files are merged as `tierd replay` merges them; with --as-arrived every line comes after those
            above it, and what stands below the first line that is later than --at is not known yet.

            The history is that of event files, or with --config that of the input topics: committed records of the customer's
            shard up to now, of all its customers, since they move the clock that decides what is late. It joins no group and
            disturbs no one. If the inputs no longer begin at offset 0, it says so. One policy is applied throughout; if there
            were others before it, `tierd journal explain` names the one of each batch.
            """))

    @Option(help: "The policy (YAML; default: the configuration's).")
    var policy: String?

    @Option(help: ArgumentHelp("The record, or records one a line; - is standard input.", valueName: "file"))
    var event: String?

    @Option(help: ArgumentHelp("The customer.", valueName: "id"))
    var customer: String?

    @Option(help: ArgumentHelp("The instant (default: now).", valueName: "time"))
    var at: EventTime?

    @OptionGroup var history: HistoryFileOptions

    @OptionGroup var topics: OptionalConfiguration

    @Option(help: "With --config: the shard of the customer, which is looked for unless it is given.")
    var shard: Int32?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (event == nil) != (customer == nil) else { throw ValidationError("give either --event or --customer") }
        guard policy != nil || topics.config != nil else {
            throw ValidationError(
                "give the policy that decided: --policy, or --config with the configuration that names it")
        }
        guard shard == nil || topics.config != nil else {
            throw ValidationError("--shard is about topics: give --config too")
        }
        guard customer == nil || history.isEmpty != (topics.config == nil) else {
            throw ValidationError(
                "a history to replay: give either files (--orders, --browse, --feedback, --commands) or --config")
        }
        guard !history.asArrived || !history.isEmpty else {
            throw ValidationError("--as-arrived is about the lines of files: give --orders or another file too")
        }
    }

    func run() throws {
        let configuration = try topics.load()
        let policy = try PolicyFile.load(path: policy ?? configuration?.policy ?? "")
        if let event {
            try explain(try DecisionRecordFile(path: event), policy)
        } else if let configuration, let customer {
            try explain(customer, policy, InputArchive(configuration))
        } else if let customer {
            try explain(customer, policy, try history.open(), "the files")
        }
    }

    private func explain(_ file: DecisionRecordFile, _ policy: Policy) throws {
        let audits = try file.audits(policy)
        for (line, audit) in audits.map({ ($0.line, $0.audit) }) {
            guard json || audits.count == 1 || !audit.agrees else { continue }
            if !json, audits.count > 1 { print("\(file.name):\(line):") }
            print(json ? String(audit.json.string.dropLast()) : audit.text)
        }
        if let closing = file.closing(audits) { note(closing) }
        if audits.contains(where: { !$0.audit.agrees }) { throw ExitCode.failure }
    }

    private func explain(_ customer: String, _ policy: Policy, _ archive: InputArchive) throws {
        let stretches = try archive.stretches(shard: shard)
        var line = ProgressLine()
        let found = try archive.shard(of: Array(customer.utf8), in: stretches) {
            line.show($0, "records looked through", fraction: $1)
        }
        line.clear()
        let places = shard.map { "shard \($0) of the topics" } ?? "the topics"
        guard let found else {
            if let gap = stretches.gap { note(gap) }
            throw Self.unknown(customer, places, at: nil)
        }
        let own = stretches.filter { $0.shard == found }
        try explain(customer, policy, archive.history(own), "shard \(found) of the topics", own)
    }

    private func explain(
        _ customer: String, _ policy: Policy, _ history: EventHistory, _ place: String, _ inputs: [InputStretch] = []
    ) throws {
        let time = at ?? WallClock.now
        var line = ProgressLine()
        let replay = CustomerReplay(policy: policy, history: history, customer: customer, at: time)
        let explanation = try replay.run { line.show($0.records, "events", fraction: $0.fraction) }
        line.clear()
        guard var explanation else {
            if let gap = inputs.gap { note(gap) }
            throw Self.unknown(customer, place, at: time)
        }
        explanation.inputs = inputs
        print(json ? String(try explanation.json().string.dropLast()) : explanation.text)
    }

    private static func unknown(_ customer: String, _ place: String, at time: EventTime?) -> CleanExitFailure {
        CleanExitFailure(
            "nothing is said of the customer \(customer) in \(place)" + (time.map { " until \($0.rfc3339)" } ?? "")
                + "; ids are compared byte for byte")
    }
}
