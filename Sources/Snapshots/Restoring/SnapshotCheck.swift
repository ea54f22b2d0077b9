import ShardEngine

/// Reads a snapshot for its frames, checksums and counts alone, and forgets the customers.
package struct SnapshotCheck: ~Copyable {
    private var decoder = SnapshotDecoder()
    private let expected: SnapshotIdentity?

    /// `expected` may be nil for tools that look at any snapshot.
    package init(expecting expected: SnapshotIdentity?) { self.expected = expected }

    package mutating func feed(_ chunk: UnsafeRawBufferPointer) throws(SnapshotError) {
        var rest = chunk
        while let part = try decoder.next(from: &rest) {
            if case .header(let header) = part { try expected?.check(header.identity) }
        }
    }

    package consuming func finish() throws(SnapshotError) -> SnapshotHeader { try decoder.finish() }
}
