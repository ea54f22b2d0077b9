import Scoring
import Snapshots
import Synchronization

/// The policy that a process wants its shards to have, and the one to be tried beside it. Each shard takes the first up by
/// itself, at a journalled point.
package final class PolicyShelf: Sendable {
    private let contents: Mutex<KeptPolicy>
    private let tried = Mutex<KeptPolicy?>(nil)

    package init(_ policy: KeptPolicy) { contents = Mutex(policy) }

    package var newest: KeptPolicy { contents.withLock { $0 } }

    /// The shadow policy; nil while there is none.
    package var shadow: KeptPolicy? { tried.withLock { $0 } }

    /// The policy that a snapshot was taken under: the one that it holds itself, or the newest, where that is the same.
    package func find(_ header: SnapshotHeader) -> KeptPolicy? {
        let (hash, newest) = (header.identity.policyHash, newest)
        if hash == newest.hash { return newest }
        return try? KeptPolicy(text: header.policyText, hash: hash)
    }

    package func offer(_ policy: KeptPolicy) { contents.withLock { $0 = policy } }

    package func offer(shadow policy: KeptPolicy?) { tried.withLock { $0 = policy } }
}
