import KafkaClient
import Simulation

/// A record with a text as value.
func record(_ text: String, key: String? = nil) -> LogRecord {
    LogRecord(key: key.map { Array($0.utf8) }, value: Array(text.utf8))
}

extension LogRecord {
    var text: String { String(decoding: value ?? [], as: UTF8.self) }
}

extension Result {
    var error: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }

    var isSuccess: Bool { error == nil }
}

extension SimulatedCluster {
    /// What a `read_committed` reader of a partition sees.
    func texts(_ partition: TopicPartition) -> [String] { log(partition).committedRecords.map(\.record.text) }
}
