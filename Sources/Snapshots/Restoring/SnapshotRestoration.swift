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
    private let policy: Policy
    private let expected: SnapshotIdentity

    package init(policy: Policy, expecting expected: SnapshotIdentity) {
        self.policy = policy
        self.expected = expected
    }

    package mutating func feed(_ chunk: UnsafeRawBufferPointer) throws(SnapshotError) {
        var rest = chunk
        while let part = try decoder.next(from: &rest) {
            if case .header(let header) = part { try expected.check(header.identity) }
            do throws(RestoreError) {
                try take(part)
            } catch {
                throw .state(error)
            }
        }
    }

    private mutating func take(_ part: SnapshotDecoder.Part) throws(RestoreError) {
        switch part {
        case .header(let header): engine = try EngineRestoration(policy: policy, mark: header.mark)
        case .customers(let images): try engine?.restore(images)
        case .footer: break
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
