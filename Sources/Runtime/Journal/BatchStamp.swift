/// Which journal entry an output belongs to, and its index in the batch: the value of the header `tierd_batch`.
package struct BatchStamp: Hashable, Sendable, CustomStringConvertible {
    package var shard: Int32
    package var sequence: UInt64
    package var index: UInt32

    package init(shard: Int32, sequence: UInt64, index: UInt32) {
        self.shard = shard
        self.sequence = sequence
        self.index = index
    }

    /// Nil unless `text` is `shard/sequence/index` in plain decimal.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let shard = Int32(parts[0]), shard >= 0, let sequence = UInt64(parts[1]),
            let index = UInt32(parts[2])
        else { return nil }
        self.init(shard: shard, sequence: sequence, index: index)
        guard description == text else { return nil }
    }

    package var description: String { "\(shard)/\(sequence)/\(index)" }

    /// Whether it comes after another of the same shard.
    func follows(_ other: BatchStamp) -> Bool { (other.sequence, other.index) < (sequence, index) }
}
