/// A client setting that cannot be used. The description is one sentence for the person who wrote the configuration.
package enum SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The setting belongs to the daemon and was set to something else.
    case contradiction(setting: String, found: String, required: String, reason: String)
    /// librdkafka does not know the setting, or not this value.
    case refused(setting: String, message: String)
    /// librdkafka accepted every setting, but not their combination.
    case unusable(message: String)

    package var description: String {
        switch self {
        case .contradiction(let setting, let found, let required, let reason):
            let need = required.isEmpty ? "must not be set" : "must be \(required)"
            return "Kafka setting \(setting) is \(found) but \(need), because \(reason): "
                + "remove \(setting) from the Kafka settings."
        case .refused(let setting, let message):
            return "Kafka setting \(setting) was refused by the client library: \(message)."
        case .unusable(let message):
            return "The Kafka settings cannot be used together: \(message)."
        }
    }
}
