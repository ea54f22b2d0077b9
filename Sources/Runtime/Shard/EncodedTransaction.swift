import KafkaClient
import WireFormat

/// Everything that one transaction writes, as bytes: it can be sent again as often as it takes.
package struct EncodedTransaction: Sendable {
    package var outputs = EncodedOutputs()
    package var deadLetters: [DeadLetter] = []
    /// The next offset to read of each input partition, with the shard's clock as metadata.
    package var offsets: [PartitionOffset] = []
    /// Input records that this transaction accounts for.
    package var inputCount = 0

    package init() {}

    package var hasOutputs: Bool { !outputs.records.isEmpty || !deadLetters.isEmpty }
    package var recordCount: Int { outputs.records.count + deadLetters.count }
}

/// The names of the topics that a transaction writes to.
package struct OutputTopics: Hashable, Sendable {
    package var tierChanges: String
    package var churnRisk: String
    package var deadLetters: String

    package init(tierChanges: String, churnRisk: String, deadLetters: String) {
        self.tierChanges = tierChanges
        self.churnRisk = churnRisk
        self.deadLetters = deadLetters
    }

    package func name(of destination: OutputDestination) -> String {
        switch destination {
        case .tierChanges: tierChanges
        case .churnRisk: churnRisk
        }
    }

    package var all: [String] { [tierChanges, churnRisk, deadLetters] }
}
