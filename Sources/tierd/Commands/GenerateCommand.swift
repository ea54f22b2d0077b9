import ArgumentParser
import Foundation
import Runtime
import Scoring

/// `tierd generate`
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make up events of a shop, as files or straight into Kafka.",
        discussion: prose(
            """
            Customers of very different activity come in sessions, look around and buy; some say how it was: about 15 %
            orders, 80 % browse events, 5 % feedback, 250 bytes each. One seed gives the same events, byte for byte.

              tierd generate --customers 10000 --events 500000 --out events
              tierd generate --customers 10000 --events 500000 --bootstrap localhost:9092 --pace realtime

            Into Kafka, every record has its customer id as the key. The topics must exist: nothing is created.
            """))

    @Option(help: "How many customers there are.")
    var customers: Int

    @Option(help: "How many events to make.")
    var events: Int

    @Option(help: "Another number gives other events.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Events per second of event time.", valueName: "per-second"))
    var rate: Double = 100

    @Option(help: ArgumentHelp("Event time of the first event (default: now).", valueName: "time"))
    var start: EventTime?

    @Option(help: "The currency of the orders (ISO 4217).")
    var currency = "USD"

    @Option(
        name: .customLong("out"),
        help: ArgumentHelp("Write orders.jsonl, browse.jsonl, feedback.jsonl there.", valueName: "folder"))
    var folder: String?

    @Option(help: "Send to the Kafka at HOST:PORT.")
    var bootstrap: String?

    @OptionGroup var topics: TopicOptions

    @Option(help: "Into Kafka: as fast as it goes (max), or as fast as event time passes (realtime).")
    var pace = Pace.max

    enum Pace: String, ExpressibleByArgument, CaseIterable {
        case realtime, max
    }

    func validate() throws {
        guard customers > 0, events >= 0 else {
            throw ValidationError("--customers must be at least 1, --events at least 0")
        }
        guard rate > 0, rate.isFinite else { throw ValidationError("--rate: found \(rate), expected a number above 0") }
        guard CurrencyCode(currency) != nil else {
            throw ValidationError("--currency: found \(currency), expected three capital letters such as USD")
        }
        guard (folder == nil) != (bootstrap == nil) else {
            throw ValidationError("say where the events go: either --out FOLDER or --bootstrap HOST:PORT")
        }
    }

    func run() throws {
        guard let code = CurrencyCode(currency) else { return }
        let shape = WorkloadShape(
            seed: seed, customers: customers, start: start ?? WallClock.now, eventsPerSecond: rate, currency: code)
        if let bootstrap { try send(shape, to: bootstrap) }
        if let folder { try write(shape, to: folder) }
    }

    private func send(_ shape: WorkloadShape, to bootstrap: String) throws {
        let feeder = try EventFeeder(
            source: WorkloadSource(shape, count: events), topics: topics.topics(for: [.orders, .browse, .feedback]),
            bootstrap: bootstrap, settings: topics.pairs(),
            pace: pace == .max ? .fullSpeed : .factor(1))
        try Feeding.run(feeder, expected: events)
    }

    private func write(_ shape: WorkloadShape, to folder: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw EventFileError.unwritable(path: folder, reason: "the folder is not there and cannot be made")
        }
        let inputs: [InputKind] = [.orders, .browse, .feedback]
        let files = try inputs.map { try LineFile(path: "\(folder)/\($0.defaultTopic).jsonl") }
        var counts = [0, 0, 0]
        var records = GeneratedRecords(shape)
        var bytes = ContiguousArray<UInt8>()
        var progress = ProgressLine()
        for done in 0..<events {
            bytes.removeAll(keepingCapacity: true)
            let record = records.append(to: &bytes)
            bytes.append(0x0A)
            let index = Int(record.input.rawValue)
            try files[index].write(bytes[record.value.lowerBound...])
            counts[index] += 1
            if done % 1_000 == 0 { progress.show(done, "events", fraction: Double(done) / Double(events)) }
        }
        progress.clear()
        for file in files { try file.close() }
        for (file, count) in zip(files, counts) { note("\(file.path): \(count) events") }
    }
}
