import ArgumentParser
import Runtime
import Scoring

/// `tierd explain`
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Prove a decision by its record, or say where a customer stands and why.",
        discussion: """
            With --event: works a record of tier-changes, churn-risk or tier-notices out again from the measures in it and the
            policy, and says AGREES or DISAGREES (exit code 1) with each line that differs. A file may hold many records, one
            a line; then only what differs is shown in full.

              kcat -C -t tier-changes -o -1 -c 1 | tierd explain --event - --policy retail.yaml

            With --customer: replays event files up to --at and prints the customer's standing, score, measures, churn risk and
            history, and what silence would bring. What happened later than --at is left out, wherever it stands.

              tierd explain --customer c-42 --at 2026-05-01 --policy retail.yaml --orders orders.jsonl.gz
            """)

    @Option(help: "The policy (YAML).")
    var policy: String

    @Option(help: ArgumentHelp("The record, or records one a line; - is standard input.", valueName: "file"))
    var event: String?

    @Option(help: ArgumentHelp("The customer.", valueName: "id"))
    var customer: String?

    @Option(help: ArgumentHelp("The instant (default: now).", valueName: "time"))
    var at: EventTime?

    @Option(help: "Orders, one JSON object a line; .gz is unpacked, - is standard input.")
    var orders: String?

    @Option(help: "Browse events, likewise.")
    var browse: String?

    @Option(help: "Feedback events, likewise.")
    var feedback: String?

    @Option(help: "Commands, likewise.")
    var commands: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (event == nil) != (customer == nil) else { throw ValidationError("give either --event or --customer") }
        guard customer == nil || !files.isEmpty else {
            throw ValidationError("nothing to read: give --orders, --browse, --feedback or --commands")
        }
    }

    private var files: [EventFile] {
        let named: [(InputKind, String?)] = [
            (.orders, orders), (.browse, browse), (.feedback, feedback), (.commands, commands),
        ]
        return named.compactMap { input, path in path.map { EventFile(input, path: $0) } }
    }

    func run() throws {
        let policy = try PolicyFile.load(path: policy)
        if let event {
            try explain(try DecisionRecordFile.load(path: event), policy)
        } else {
            try explain(customer ?? "", policy)
        }
    }

    private func explain(_ records: [DecisionRecord], _ policy: Policy) throws {
        let audits = try records.map { try DecisionAudit($0, policy) }
        for audit in audits where json || audits.count == 1 || !audit.agrees {
            print(json ? String(audit.json.string.dropLast()) : audit.text)
        }
        let different = audits.count { !$0.agrees }
        if audits.count > 1 {
            note("\(audits.count) records: \(audits.count - different) agree, \(different) disagree")
        }
        if different > 0 { throw ExitCode.failure }
    }

    private func explain(_ customer: String, _ policy: Policy) throws {
        let time = at ?? WallClock.now
        var line = ProgressLine()
        let explanation = try CustomerReplay(policy: policy, files: files, customer: customer, at: time).run { step in
            let fraction = step.bytesTotal.map { Double(step.bytesRead) / Double(max($0, 1)) }
            line.show(step.lines, "events", fraction: fraction)
        }
        line.clear()
        guard let explanation else {
            note("the files tell nothing of the customer \(customer) until \(time.rfc3339)")
            throw ExitCode.failure
        }
        print(json ? String(try explanation.json().string.dropLast()) : explanation.text)
    }
}
