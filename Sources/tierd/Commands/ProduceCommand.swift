import ArgumentParser
import Runtime
import Scoring

/// `tierd produce`
struct ProduceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "produce",
        abstract: "Send files of events to Kafka, at full speed or in time-lapse.",
        discussion: prose(
            """
            Sends every line as it is, with the customer id as its key, merged by event time over the files. The topics must
            exist: nothing is created.

              tierd produce --bootstrap localhost:9092 --orders orders.jsonl.gz
              tierd produce --bootstrap localhost:9092 --orders orders.jsonl.gz --lapse 86400    # a day per second

            In time-lapse, a line leaves when (its time − the first line's) / FACTOR has passed; with --from, the clock
            starts there, and everything before leaves at once. Lines that no daemon could read are counted and sent all the
            same, for they are what dead letters are for; --skip-invalid leaves them out.
            """))

    @Option(help: "The Kafka at HOST:PORT.")
    var bootstrap: String

    @OptionGroup var events: ReplayFileOptions

    @OptionGroup var topics: TopicOptions

    @Option(help: ArgumentHelp("How many times faster than it happened (default: at full speed).", valueName: "factor"))
    var lapse: Double?

    @Option(help: ArgumentHelp("Where the time-lapse starts (default: the first event).", valueName: "time"))
    var from: EventTime?

    @Flag(help: "Leave out lines that do not decode.")
    var skipInvalid = false

    func validate() throws {
        guard !events.files.isEmpty else {
            throw ValidationError("nothing to send: give --orders, --browse, --feedback or --commands")
        }
        if let lapse, !(lapse > 0 && lapse.isFinite) {
            throw ValidationError("--lapse: found \(lapse), expected a number above 0")
        }
        if from != nil, lapse == nil { throw ValidationError("--from is where a time-lapse starts: give --lapse too") }
    }

    func run() throws {
        let source = try EventFileSource(events.files)
        let feeder = try EventFeeder(
            source: source, topics: topics.topics(for: events.files.map(\.input)),
            bootstrap: bootstrap, settings: topics.pairs(), pace: pace, skipsInvalid: skipInvalid)
        try Feeding.run(feeder, expected: nil)
    }

    private var pace: EventFeeder.Pace {
        guard let lapse else { return .fullSpeed }
        guard let from else { return .factor(lapse) }
        return .clock(LapseClock(from: from, factor: lapse, until: nil, isStarted: true))
    }
}
