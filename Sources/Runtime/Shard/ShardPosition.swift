/// What the group's committed offsets carry besides the offset: enough to bring a rebuilt shard to the same instant.
package struct ShardPosition: Hashable, Sendable {
    /// The shard's clock after the batch, milliseconds since the epoch; nil before the first event.
    package var clock: Int64?

    package init(clock: Int64?) { self.clock = clock }

    /// The form that is stored: `v1;clock=1767225600000`.
    package var metadata: String { "v1;clock=" + (clock.map(String.init) ?? "-") }

    /// Nil when the text is not one of ours.
    package init?(metadata: String) {
        let parts = metadata.split(separator: ";")
        guard parts.count == 2, parts[0] == "v1", parts[1].hasPrefix("clock=") else { return nil }
        let value = parts[1].dropFirst("clock=".count)
        guard value == "-" || Int64(value) != nil else { return nil }
        clock = Int64(value)
    }
}
