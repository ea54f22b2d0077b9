/// What a snapshot is called: its shard and the journal sequence that it contains, so that a later state never has an
/// earlier one's name.
package struct SnapshotName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var shard: Int32
    package var sequence: UInt64

    package init(shard: Int32, sequence: UInt64) {
        self.shard = shard
        self.sequence = sequence
    }

    static let suffix = ".snapshot"

    /// `00003-00000000000000001234.snapshot`: sorted by name is sorted by age.
    package var description: String {
        Self.padded(UInt64(shard), to: 5) + "-" + Self.padded(sequence, to: 20) + Self.suffix
    }

    /// Nil unless `text` is exactly what a name looks like.
    package init?(_ text: String) {
        guard text.hasSuffix(Self.suffix) else { return nil }
        let parts = text.dropLast(Self.suffix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let shard = Int32(parts[0]), shard >= 0, let sequence = UInt64(parts[1]) else {
            return nil
        }
        self.init(shard: shard, sequence: sequence)
        guard description == text else { return nil }
    }

    static func padded(_ number: UInt64, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Older first.
    package static func < (left: SnapshotName, right: SnapshotName) -> Bool {
        (left.shard, left.sequence) < (right.shard, right.sequence)
    }
}
