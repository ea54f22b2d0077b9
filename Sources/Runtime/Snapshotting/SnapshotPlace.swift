import Glibc
import Scoring
import Snapshots

/// Where snapshots are kept, and when they are taken.
package struct SnapshotOptions: Hashable, Sendable {
    package enum Store: Hashable, Sendable {
        /// A folder, on a local disk or a shared file system.
        case directory(String)
        /// A compacted topic of this name.
        case topic(String)
    }

    package var store: Store
    package var rules: SnapshotRules

    package init(store: Store, rules: SnapshotRules = SnapshotRules()) {
        self.store = store
        self.rules = rules
    }

    /// Each application has a folder of its own: another's snapshots are not its to count, or to remove.
    static func folder(of application: String, below path: String) -> String {
        path + "/" + (application.hasPrefix(".") ? "_" : "") + application
    }
}

/// One shard's snapshots: whose they must be, and how to open their store.
struct SnapshotPlace: Sendable {
    var identity: SnapshotIdentity
    /// Blocks; to be called on the thread that uses the store.
    var open: @Sendable () -> any SnapshotStore
    var restorer: SnapshotRestorer
}

extension Daemon {
    /// Nil where no snapshots are taken.
    func snapshotPlace(_ shard: Int32) -> SnapshotPlace? {
        guard let snapshots = options.snapshots else { return nil }
        let identity = SnapshotIdentity(
            application: options.application, shard: shard, partitionCount: Int32(partitionCount),
            topics: options.inputs.map { SnapshotTopic($0.kind, $0.topic) },
            policyHash: PolicyHash(of: options.policy))
        let open = opener(snapshots.store, shard)
        return SnapshotPlace(
            identity: identity, open: open,
            restorer: SnapshotRestorer(policies: policies, identity: identity, opening: open))
    }

    private func opener(_ store: SnapshotOptions.Store, _ shard: Int32) -> @Sendable () -> any SnapshotStore {
        switch store {
        case .directory(let path):
            let root = SnapshotOptions.folder(of: options.application, below: path)
            return {
                DirectoryStore(root: root, shard: shard, writer: Self.writerName, files: PosixFileSystem())
            }
        case .topic(let topic):
            let place = TopicStore.Place(
                topic: topic, bootstrap: options.bootstrap, settings: options.settings,
                application: options.application, writer: Self.writerName)
            return { TopicStore(place, shard: shard) }
        }
    }

    /// Tells this process from every other that may write for the same shard.
    private static var writerName: String {
        var host = [CChar](repeating: 0, count: 256)
        gethostname(&host, host.count - 1)
        let name = String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return "\(name)-\(getpid())"
    }
}
