import Foundation
import KafkaClient
import Scoring
import Synchronization

/// A change as a reader of the output topics sees it.
package struct WatchedChange: Sendable {
    package enum Kind: Sendable { case tier, churn }
    package var kind: Kind
    package var customer: String
    package var from: String?
    package var to: String
    /// `upgrade`, `downgrade`, `entry`, …; empty for churn changes.
    package var direction: String
    package var reason: String
    package var effectiveAt: String
    /// True when no event caused it.
    package var isBySilence: Bool
    /// Score of a tier change, probability of a churn change.
    package var number: Double
    package var daysSinceLastOrder: Double?
}

/// Reads the output topics as any consumer would, and remembers what moved.
package final class OutputWatcher: Sendable {
    package struct Seen: Sendable {
        package var byDirection: [String: Int] = [:]
        package var byReason: [String: Int] = [:]
        package var churnByLevel: [String: Int] = [:]
        package var bySilence = 0
        /// The latest first, a few of each kind.
        package var latestTiers: [WatchedChange] = []
        package var latestChurn: [WatchedChange] = []
        /// All changes of customers that fell by silence alone, for the closing story; bounded.
        package var silentFalls: [WatchedChange] = []
        package var silentRises: [String: WatchedChange] = [:]
        package var total = 0

        /// Puts a change before the others of its kind; each kind keeps half of the places.
        fileprivate mutating func remember(_ change: WatchedChange) {
            if change.kind == .tier {
                latestTiers = [change] + latestTiers.prefix(OutputWatcher.latestKept / 2 - 1)
            } else {
                latestChurn = [change] + latestChurn.prefix(OutputWatcher.latestKept / 2 - 1)
            }
        }
    }

    private let seen = Mutex(Seen())
    private let isStopped = Atomic<Bool>(false)
    private let cluster: DemoCluster
    private static let remembered = 400
    private static let latestKept = 10

    package init(_ cluster: DemoCluster) { self.cluster = cluster }

    package var changes: Seen { seen.withLock { $0 } }
    package func stop() { isStopped.store(true, ordering: .relaxed) }

    package func start() throws(DemoError) {
        do {
            let consumer = try Consumer(
                settings: ClientSettings([:], defaults: ["bootstrap.servers": cluster.bootstrap]), groupID: "watcher")
            var queues: [PartitionQueue] = []
            var starts: [PartitionOffset] = []
            for topic in [cluster.outputs.tierChanges, cluster.outputs.churnRisk] {
                for partition in 0..<DemoCluster.partitions {
                    let place = TopicPartition(topic: topic, partition: partition)
                    starts.append(PartitionOffset(topicPartition: place, offset: nil))
                    queues.append(try consumer.partitionQueue(place))
                }
            }
            try consumer.assign(starts)
            let watched = queues
            DedicatedThread.start("demo-watch") { [self] in run(consumer, watched) }
        } catch {
            throw DemoError("cannot read the output topics: \(error)")
        }
    }

    private func run(_ consumer: Consumer, _ queues: [PartitionQueue]) {
        let pause = ThreadSignal()
        while !isStopped.load(ordering: .relaxed) {
            _ = consumer.poll(timeoutMilliseconds: 0)
            var came = false
            for queue in queues {
                guard let batch = try? queue.consume(maximum: 500, timeoutMilliseconds: 0) else { continue }
                for index in 0..<batch.count {
                    guard case .record(let record) = batch[index], let value = record.value else { continue }
                    came = true
                    take(Data(value), isTier: queue.topicPartition.topic == cluster.outputs.tierChanges)
                }
            }
            if !came { _ = pause.wait(seconds: 0.02) }
        }
    }

    private func take(_ json: Data, isTier: Bool) {
        guard let fields = (try? JSONSerialization.jsonObject(with: json)) as? [String: Any],
            let change = WatchedChange(fields, isTier: isTier)
        else { return }
        seen.withLock { seen in
            seen.total += 1
            if change.isBySilence { seen.bySilence += 1 }
            if isTier {
                seen.byDirection[change.direction, default: 0] += 1
                seen.byReason[change.reason, default: 0] += 1
                if change.isBySilence, change.direction == "downgrade", seen.silentFalls.count < Self.remembered {
                    seen.silentFalls.append(change)
                }
            } else {
                seen.churnByLevel[change.to, default: 0] += 1
                if change.isBySilence { seen.silentRises[change.customer] = change }
            }
            guard change.direction != "entry" else { return }
            seen.remember(change)
        }
    }
}

extension WatchedChange {
    fileprivate init?(_ fields: [String: Any], isTier: Bool) {
        guard let customer = fields["customer_id"] as? String, let to = fields["to"] as? String,
            let effectiveAt = fields["effective_at"] as? String, let cause = fields["cause"] as? [String: Any]
        else { return nil }
        kind = isTier ? .tier : .churn
        self.customer = customer
        self.to = to
        self.effectiveAt = effectiveAt
        from = fields["from"] as? String
        direction = fields["direction"] as? String ?? ""
        isBySilence = cause["type"] as? String == "deadline"
        let reasons = (fields["reasons"] as? [String])?.joined(separator: ", ") ?? ""
        let trigger = isBySilence ? (cause["deadline"] as? String ?? "") : (cause["topic"] as? String ?? "")
        reason = reasons.isEmpty ? trigger : reasons
        number = (fields[isTier ? "score" : "probability"] as? Double) ?? 0
        daysSinceLastOrder = (fields["drivers"] as? [String: Any])?["days_since_last_order"] as? Double
    }
}
