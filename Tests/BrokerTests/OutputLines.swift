import Foundation
import Runtime
import Scoring
import WireFormat

/// What was said of each customer, kind by kind and in order, without the coordinates of its causes and without how fresh it
/// was, which differ by nature between a replay and a broker.
struct OutputLines: Equatable {
    struct Line: Hashable {
        var customer: String
        var destination: String
    }

    private(set) var lines: [Line: [String]] = [:]

    static func == (left: OutputLines, right: OutputLines) -> Bool { left.lines == right.lines }

    var count: Int { lines.reduce(0) { $0 + $1.value.count } }
    var customers: Set<String> { Set(lines.keys.map(\.customer)) }

    /// Everything that a reader finds in the output topics now; `read` gives a topic's records.
    init(_ topics: OutputTopics, reading read: (String) throws -> [ReadRecord]) rethrows {
        for (topic, destination) in Self.destinations(topics) { append(try read(topic), destination) }
    }

    /// Records of an offline replay, each with the name of its destination.
    init(_ records: [(destination: String, record: ReadRecord)]) {
        for (destination, record) in records { append([record], destination) }
    }

    /// The topics of decisions; dead letters are none.
    static func destinations(_ topics: OutputTopics) -> [(topic: String, destination: String)] {
        [
            (topics.tierChanges, "tier-change"), (topics.churnRisk, "churn-risk"), (topics.tierNotices, "tier-notice"),
            (topics.customerProfiles, "customer-profile"),
        ]
    }

    subscript(_ destination: String) -> [Line: [String]] { lines.filter { $0.key.destination == destination } }

    /// The first customers of whom something else was said than here, for people.
    func differences(from other: OutputLines) -> [String] {
        Set(lines.keys).union(other.lines.keys).filter { lines[$0] != other.lines[$0] }
            .map { "\($0.destination) of \($0.customer)" }.sorted().prefix(5).map { $0 }
    }

    private mutating func append(_ records: [ReadRecord], _ destination: String) {
        for record in records {
            let line = Line(customer: record.key, destination: destination)
            lines[line, default: []].append(Self.text(of: record))
        }
    }

    private static func text(of record: ReadRecord) -> String {
        let id = record.headers["ce_id"] ?? "without an id"
        guard record.value != nil else { return "\(id): no value" }
        var fields = record.json
        fields["freshness"] = nil
        if var cause = fields["cause"] as? [String: Any] {
            for name in ["topic", "partition", "offset", "timestamp"] { cause[name] = nil }
            fields["cause"] = cause
        }
        let data = try? JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys])
        return "\(id): \(String(decoding: data ?? Data(), as: UTF8.self))"
    }
}

/// What an offline replay says of event files.
struct ReplayedOutputs {
    private(set) var records: [(destination: String, record: ReadRecord)] = []
    private(set) var rejections: [ReplayRejection] = []

    init(_ policyText: String, _ files: [EventFile], until: EventTime) throws {
        var replay = try OfflineReplay(
            policy: PolicyFile.parse(text: policyText, file: "policy.yaml"), files: files, until: until)
        var (records, rejections) = (self.records, self.rejections)
        _ = try replay.run { step in
            let outputs = step.outputs
            for record in outputs.records {
                let headers = outputs.headers[record.headers].map { ("\($0.name)", outputs.string($0.value)) }
                let read = ReadRecord(
                    partition: 0, key: outputs.string(record.key),
                    value: record.isTombstone ? nil : Array(outputs.bytes[record.value.range]),
                    headers: Dictionary(headers) { $1 })
                let topic = OutputTopics.standard.name(of: record.destination)
                let destination = OutputLines.destinations(.standard).first { $0.topic == topic }?.destination
                records.append((destination ?? topic, read))
            }
            rejections += step.rejections
        }
        (self.records, self.rejections) = (records, rejections)
    }

    var lines: OutputLines { OutputLines(records) }
}
