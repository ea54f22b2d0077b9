import Scoring
import ShardEngine

/// A shard's state as a snapshot held it.
package struct RestoredShard: ~Copyable {
    package let header: SnapshotHeader
    package var engine: ShardEngine

    /// The engine alone.
    package consuming func takeEngine() -> ShardEngine { engine }
}

/// Builds a shard's engine while a snapshot's bytes arrive; gives it out only if all of them are right.
package struct SnapshotRestoration: ~Copyable {
    private var decoder = SnapshotDecoder()
    /// From the header on.
    private var engine: EngineRestoration?
    private let policy: (SnapshotHeader) -> Policy?
    private let expected: SnapshotIdentity

    /// Takes only what was written under the expected policy, which is `policy`.
    package init(policy: Policy, expecting expected: SnapshotIdentity) {
        self.init(expecting: expected) { $0.identity.policyHash == expected.policyHash ? policy : nil }
    }

    /// `policy` finds the rules that a snapshot was taken under, or knows none.
    package init(expecting expected: SnapshotIdentity, resolving policy: @escaping (SnapshotHeader) -> Policy?) {
        self.policy = policy
        self.expected = expected
    }

    package mutating func feed(_ chunk: UnsafeRawBufferPointer) throws(SnapshotError) {
        var rest = chunk
        while let part = try decoder.next(from: &rest) {
            switch part {
            case .header(let header): try begin(header)
            case .customers(let images):
                do throws(RestoreError) { try engine?.restore(images) } catch { throw .state(error) }
            case .footer: break
            }
        }
    }

    private mutating func begin(_ header: SnapshotHeader) throws(SnapshotError) {
        try expected.check(header.identity)
        guard let policy = policy(header) else {
            throw .foreign(.policy, found: header.identity.policyHash.text, expected: expected.policyHash.text)
        }
        do throws(RestoreError) {
            engine = try EngineRestoration(policy: policy, mark: header.mark)
        } catch {
            throw .state(error)
        }
    }

    package consuming func finish() throws(SnapshotError) -> RestoredShard {
        let header = try decoder.finish()
        guard let restoration = engine.take() else { throw .truncated(at: 0) }
        do throws(RestoreError) {
            return RestoredShard(header: header, engine: try restoration.finish())
        } catch {
            throw .state(error)
        }
    }
}
