import Scoring
import WireFormat

/// Writes what a replay gives as JSON Lines.
package struct ReplayLines: Sendable {
    private let topics: OutputTopics
    private var json = JSONText()

    package init(topics: OutputTopics = .standard) { self.topics = topics }

    /// One line per output: `{"topic":…,"key":…,"headers":{…},"value":{…}}`, the value as it would go to Kafka.
    package mutating func outputs(_ outputs: EncodedOutputs) -> ContiguousArray<UInt8> {
        json.removeAll()
        for record in outputs.records {
            json.object { json in
                json.field("topic", topics.name(of: record.destination))
                json.field("key", utf8: outputs.bytes[record.key.range])
                json.object("headers") { headers in
                    for header in outputs.headers[record.headers] {
                        headers.field(header.name, utf8: outputs.bytes[header.value.range])
                    }
                }
                if record.isTombstone {
                    json.field("value", nil as String?)
                } else {
                    json.field("value", json: outputs.bytes[record.value.range])
                }
            }
            json.endLine()
        }
        return json.bytes
    }

    /// One line per rejected line: `{"file":…,"line":…,"reason":…,"field":…,"message":…}`.
    package mutating func rejections(_ rejections: [ReplayRejection]) -> ContiguousArray<UInt8> {
        json.removeAll()
        for entry in rejections {
            json.object { json in
                json.field("file", entry.source)
                json.field("line", Int(entry.place))
                json.field("reason", entry.rejection.reason.rawValue)
                json.field("field", entry.rejection.field?.rawValue)
                json.field("message", entry.rejection.message)
            }
            json.endLine()
        }
        return json.bytes
    }
}
