/// What a committed group offset carries besides the offset: the journal entry of its transaction.
package struct CommittedPlace: Hashable, Sendable {
    package var sequence: UInt64

    package init(sequence: UInt64) { self.sequence = sequence }

    /// The form that is stored: `v1;sequence=17`.
    package var metadata: String { Self.prefix + String(sequence) }

    /// Nil when the text is not one of ours.
    package init?(metadata: String) {
        guard metadata.hasPrefix(Self.prefix), let sequence = UInt64(metadata.dropFirst(Self.prefix.count)) else {
            return nil
        }
        self.sequence = sequence
    }

    private static let prefix = "v1;sequence="
}
