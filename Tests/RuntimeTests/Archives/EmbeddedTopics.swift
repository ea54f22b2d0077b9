import KafkaClient
import Runtime
import Scoring

/// Input topics on an embedded cluster, filled from event files.
struct EmbeddedTopics {
    let cluster: MockCluster
    let inputs: [(kind: InputKind, topic: String)] = [
        (.orders, "orders"), (.browse, "browse"), (.feedback, "feedback"),
    ]

    init(partitions: Int32) throws {
        cluster = try MockCluster(brokers: 1)
        for input in inputs { try cluster.createTopic(input.topic, partitions: partitions) }
    }

    var archive: InputArchive { InputArchive(bootstrap: cluster.bootstrapServers, inputs: inputs) }

    /// Sends every line, keyed by its customer; returns how many arrived.
    func fill(_ files: [EventFile]) throws -> Int {
        let feeder = try EventFeeder(
            source: EventFileSource(files), topics: inputs, bootstrap: cluster.bootstrapServers)
        feeder.start()
        if let error = feeder.join() { throw error }
        return feeder.progress.delivered
    }
}
