import Scoring

/// Names one run of a shadow policy in one shard: no two runs share it, whatever was killed in between.
package struct ShadowRunID: Hashable, Sendable, CustomStringConvertible {
    package let shard: Int32
    /// The journal entry that the run was forked behind.
    package let after: UInt64
    package let startedAt: EventTime

    package init(shard: Int32, after: UInt64, startedAt: EventTime) {
        self.shard = shard
        self.after = after
        self.startedAt = startedAt
    }

    /// As in records and headers: `shard-sequence-milliseconds`.
    package var description: String { "\(shard)-\(after)-\(startedAt.milliseconds)" }
}
