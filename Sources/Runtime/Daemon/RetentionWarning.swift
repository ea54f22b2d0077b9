import Scoring

/// Whether a topic is kept long enough to make a shard's state again from its newest snapshot.
package struct RetentionWarning: Hashable, Sendable {
    /// At most one: what will go wrong, and the remedy.
    package let sentences: [String]

    /// So many snapshots may fail before the topic has lost what the newest one needs.
    private static let intervals = 4.0

    /// - Parameters:
    ///   - retention: Nil for ever.
    ///   - rules: Nil where no snapshots are taken.
    package init(_ topic: String, _ retention: TimeSpan?, _ rules: SnapshotRules?) {
        guard let retention else {
            sentences = []
            return
        }
        let kept = Self.words(Double(retention.milliseconds) / 1000)
        guard let rules else {
            sentences = [
                "the input \(topic) is kept for \(kept) only, and without snapshots a restart needs all of it; choose a store under `snapshots`, or set retention.ms=-1 on it"
            ]
            return
        }
        guard Double(retention.milliseconds) / 1000 < Self.intervals * rules.interval else {
            sentences = []
            return
        }
        sentences = [
            "the input \(topic) is kept for \(kept), less than four times `snapshots.interval` (\(Self.words(rules.interval))): a few snapshots that fail would leave a state that cannot be restored; take snapshots more often, or raise retention.ms on it"
        ]
    }

    /// A shard whose inputs are idle writes no entries, so that any limit takes the one that its newest snapshot stands on.
    package static func journal(_ topic: String, _ retention: TimeSpan?, bytes: Int64?) -> [String] {
        guard retention != nil || bytes != nil else { return [] }
        let limit = retention.map { "kept for \(words(Double($0.milliseconds) / 1000)) only" }
        return [
            "the journal \(topic) is \(limit ?? "kept up to a size only"): a shard that is idle, or down, for longer loses the entry that its newest snapshot stands on, and cannot be restored; set retention.ms=-1 and retention.bytes=-1 on it"
        ]
    }

    private static func words(_ seconds: Double) -> String {
        let units: [(name: String, seconds: Double)] = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)]
        let unit = units.first { seconds >= 2 * $0.seconds } ?? ("s", 1)
        return "\(Int(seconds / unit.seconds)) \(unit.name)"
    }
}
