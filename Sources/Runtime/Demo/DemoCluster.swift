import KafkaClient
import Scoring

/// Where the demonstration runs: librdkafka's own mock cluster inside this process, or topics of its own on a real one.
package struct DemoCluster: Sendable {
    package let bootstrap: String
    package let application: String
    package let inputs: [(kind: InputKind, topic: String)]
    package let outputs: OutputTopics
    /// Keeps the embedded cluster alive; nil on a real one.
    private let mock: MockCluster?

    package static let partitions: Int32 = 4

    package var isEmbedded: Bool { mock != nil }

    /// `suffix` keeps the topics of several runs on one real cluster apart.
    package init(bootstrap: String?, suffix: String) throws(DemoError) {
        let prefix = bootstrap == nil ? "" : "tierd-demo-\(suffix)-"
        application = bootstrap == nil ? "tierd-demo" : "tierd-demo-\(suffix)"
        inputs = [(.orders, prefix + "orders"), (.browse, prefix + "browse"), (.feedback, prefix + "feedback")]
        outputs = OutputTopics(prefix: prefix, journal: application + "-journal")
        let topics = inputs.map(\.topic) + outputs.all + [outputs.journal]
        if let bootstrap {
            self.bootstrap = bootstrap
            mock = nil
            try Self.create(topics, at: bootstrap)
        } else {
            let cluster = try Self.embedded(topics)
            mock = cluster
            self.bootstrap = cluster.bootstrapServers
        }
    }

    private static func embedded(_ topics: [String]) throws(DemoError) -> MockCluster {
        do {
            let cluster = try MockCluster(brokers: 1)
            for topic in topics { try cluster.createTopic(topic, partitions: partitions) }
            return cluster
        } catch {
            throw DemoError("the embedded cluster cannot start: \(error)")
        }
    }

    private static func create(_ topics: [String], at bootstrap: String) throws(DemoError) {
        do {
            let admin = try Admin(settings: ClientSettings([:], defaults: ["bootstrap.servers": bootstrap]))
            _ = try admin.createTopics(topics.map { NewTopic(name: $0, partitions: partitions) })
        } catch let error as KafkaError {
            throw DemoError("cannot create the demonstration's topics at \(bootstrap): \(error.message)")
        } catch {
            throw DemoError("cannot reach \(bootstrap): \(error)")
        }
    }
}
