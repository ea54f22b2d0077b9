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

    func validate() throws {
        let paths = [orders, browse, feedback].compactMap { $0 }
        guard !paths.isEmpty else { throw ValidationError("nothing to read: give --orders, --browse or --feedback") }
    }

    var files: [EventFile] {
        let named: [(InputKind, String?)] = [(.orders, orders), (.browse, browse), (.feedback, feedback)]
        return named.compactMap { input, path in path.map { EventFile(input, path: $0) } }
    }
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

    @Option(
        name: .customLong("kafka"),
        help: ArgumentHelp(
            "A setting of librdkafka, e.g. security.protocol=ssl; may be repeated.", valueName: "name=value"))
    var settings: [String] = []

    /// The topics of `inputs`.
    func topics(for inputs: [InputKind]) -> [(kind: InputKind, topic: String)] {
        let named: [InputKind: String?] = [.orders: ordersTopic, .browse: browseTopic, .feedback: feedbackTopic]
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
