import KafkaClient
import Scoring

/// How far a feeder has come.
package struct FeedProgress: Hashable, Sendable {
    /// Records handed to the client, and their bytes (keys and values).
    package var sent = 0
    package var sentBytes = 0
    /// Of these, acknowledged by the brokers, and given up.
    package var delivered = 0
    package var failed = 0
    /// Records that do not decode: sent all the same unless they are skipped.
    package var undecodable = 0
    /// Lines too long for any record: never sent.
    package var tooLong = 0
    /// The latest event time sent.
    package var time: EventTime?
    /// The newest complaint of the client or of a delivery.
    package var complaint: String?

    package init() {}
}

/// Why a feeder stopped early: one sentence.
package enum FeedingError: Error, Hashable, Sendable, CustomStringConvertible {
    case settings(SettingsError)
    case topic(String, KafkaError)
    case client(KafkaError)
    /// A file could not be read on.
    case source(String)
    /// Records were still waiting for their acknowledgement when the time was up.
    case unacknowledged(Int)

    package var description: String {
        switch self {
        case .settings(let error): error.description
        case .topic(let topic, let error) where error.isUnknownTopic:
            "the cluster has no topic \(topic); create it, or name another one"
        case .topic(let topic, let error):
            "topic \(topic) cannot be used: \(error.message); check the address and the network"
        case .client(let error): "sending failed: \(error)"
        case .source(let message): message
        case .unacknowledged(let count): "\(count) records were not acknowledged in time; look at the brokers' logs"
        }
    }
}
