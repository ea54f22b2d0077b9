import ArgumentParser
import Runtime
import Scoring

/// RFC 3339, a date (midnight UTC), or epoch milliseconds.
extension EventTime: ExpressibleByArgument {}

/// The files of events to read; shared by the commands that read them.
struct EventFileOptions: ParsableArguments {
    @Option(help: "Orders, one JSON object a line; .gz is unpacked, - is standard input.")
    var orders: String?

    @Option(help: "Browse events, likewise.")
    var browse: String?

    @Option(help: "Feedback events, likewise.")
    var feedback: String?

    var files: [EventFile] {
        let named: [(InputKind, String?)] = [(.orders, orders), (.browse, browse), (.feedback, feedback)]
        return named.compactMap { input, path in path.map { EventFile(input, path: $0) } }
    }
}

/// The files of everything that a shard reads; shared by the commands that replay or send it.
struct ReplayFileOptions: ParsableArguments {
    @OptionGroup var events: EventFileOptions

    @Option(help: "Commands, likewise.")
    var commands: String?

    var files: [EventFile] { events.files + (commands.map { [EventFile(.commands, path: $0)] } ?? []) }
}

/// A history in files, and the order of its lines; shared by the commands that replay without Kafka.
struct HistoryFileOptions: ParsableArguments {
    @OptionGroup var events: ReplayFileOptions

    @Flag(help: "Take the lines as they stand, each after the one above it: what is earlier has come late.")
    var asArrived = false

    var isEmpty: Bool { events.files.isEmpty }
    var order: LineOrder { asArrived ? .asArrived : .byEventTime }
    func open() throws -> EventHistory { try EventHistory(files: events.files, order: order) }
}

/// A configuration that can be left out; shared by the commands that have another source as well.
struct OptionalConfiguration: ParsableArguments {
    @Option(name: .shortAndLong, help: "The configuration file (YAML) of the tierd that this is about.")
    var config: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Override a setting of that file.", valueName: "path=value"))
    var overrides: [String] = []

    func validate() throws {
        guard config != nil || overrides.isEmpty else {
            throw ValidationError("--set overrides a setting of a file: give --config too")
        }
    }

    func load() throws -> Configuration? { try config.map { try ConfigurationOptions.load($0, overrides: overrides) } }
}

/// The cluster and the input topics to send to; shared by the commands that produce.
struct TopicOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Put before the name of every topic that is not named itself.", valueName: "prefix"))
    var topicsPrefix = ""

    @Option(help: "The topic of orders (default: orders).")
    var ordersTopic: String?

    @Option(help: "The topic of browse events (default: browse).")
    var browseTopic: String?

    @Option(help: "The topic of feedback (default: feedback).")
    var feedbackTopic: String?

    @Option(help: "The topic of commands (default: commands).")
    var commandsTopic: String?

    @Option(
        name: .customLong("kafka"),
        help: ArgumentHelp(
            "A setting of librdkafka, e.g. security.protocol=ssl; may be repeated.", valueName: "name=value"))
    var settings: [String] = []

    /// The topics of `inputs`.
    func topics(for inputs: [InputKind]) -> [(kind: InputKind, topic: String)] {
        let named: [InputKind: String?] = [
            .orders: ordersTopic, .browse: browseTopic, .feedback: feedbackTopic, .commands: commandsTopic,
        ]
        return inputs.map { ($0, (named[$0] ?? nil) ?? topicsPrefix + $0.defaultTopic) }
    }

    /// The settings by name.
    func pairs() throws -> [String: String] {
        var result: [String: String] = [:]
        for setting in settings {
            guard let separator = setting.firstIndex(of: "="), separator != setting.startIndex else {
                throw ValidationError("--kafka \(setting): found no \"=\", expected name=value")
            }
            result[String(setting[..<separator])] = String(setting[setting.index(after: separator)...])
        }
        return result
    }
}
