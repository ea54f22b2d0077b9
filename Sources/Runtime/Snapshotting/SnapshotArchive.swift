import Foundation
import KafkaClient
import Scoring
import ShardEngine
import Snapshots

/// The snapshots of all shards in one store, to be looked at by people. Reads only; every call blocks.
package struct SnapshotArchive: Sendable {
    /// Where they are.
    package enum Source: Hashable, Sendable {
        case directory(String)
        case topic(TopicStore.Place)
    }

    package let source: Source

    package init(_ source: Source) { self.source = source }

    /// Nil where the configuration takes none.
    package init?(_ configuration: Configuration) {
        switch configuration.snapshots.store {
        case .none: return nil
        case .directory:
            source = .directory(
                SnapshotOptions.folder(of: configuration.application, below: configuration.snapshots.path))
        case .topic:
            source = .topic(
                TopicStore.Place(
                    topic: configuration.snapshotTopic, bootstrap: configuration.kafka.bootstrap,
                    settings: configuration.kafka.settings, application: configuration.application, writer: "reader"))
        }
    }

    /// For sentences.
    package var place: String {
        switch source {
        case .directory(let path): path
        case .topic(let place): "topic \(place.topic)"
        }
    }

    /// Those that have a place of their own in the store.
    package func shards() throws(ArchiveError) -> [Int32] {
        switch source {
        case .directory(let path): return try folders(in: path).keys.sorted()
        case .topic(let place):
            let cluster = try CommittedReader.cluster(bootstrap: place.bootstrap, settings: place.settings)
            guard let count = cluster.topics[place.topic]?.partitionCount, count > 0 else {
                throw .noTopic(place.topic)
            }
            return Array(0..<Int32(count))
        }
    }

    /// Shards by the names of their folders.
    private func folders(in root: String) throws(ArchiveError) -> [Int32: String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: root)
        } catch {
            throw .noSnapshot(shard: nil, sequence: nil, place: "\(root), which is no folder that can be read")
        }
        var folders: [Int32: String] = [:]
        for name in names where name.count == 5 { if let shard = Int32(name) { folders[shard] = root + "/" + name } }
        return folders
    }

    // MARK: - Snapshots

    /// Names with their sizes in bytes, each shard's newest first.
    package func snapshots(of shard: Int32?) throws(ArchiveError) -> [(name: SnapshotName, bytes: Int)] {
        var found: [(name: SnapshotName, bytes: Int)] = []
        for candidate in try shards() where shard == nil || shard == candidate {
            found += try storing { () throws(SnapshotStoreError) in try sized(candidate) }
        }
        return found
    }

    private func sized(_ shard: Int32) throws(SnapshotStoreError) -> [(name: SnapshotName, bytes: Int)] {
        switch source {
        case .topic(let place):
            return try TopicStore(place, shard: shard).manifests().map {
                (SnapshotName(shard: shard, sequence: $0.sequence), Int($0.bytes))
            }
        case .directory(let root):
            let folder = (try? folders(in: root)[shard]) ?? root
            return try store(shard).list().map { name in
                let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
                return (name, attributes?[.size] as? Int ?? 0)
            }
        }
    }

    /// The named one, or the newest of the shard.
    package func snapshot(of shard: Int32, _ sequence: UInt64?) throws(ArchiveError) -> SnapshotName {
        let names = try storing { () throws(SnapshotStoreError) in try store(shard).list() }
        guard let name = names.first(where: { sequence == nil || $0.sequence == sequence }) else {
            throw .noSnapshot(shard: shard, sequence: sequence, place: place)
        }
        return name
    }

    /// What a snapshot says about itself; reads no further.
    package func header(of name: SnapshotName) throws(ArchiveError) -> SnapshotHeader {
        var header: SnapshotHeader?
        try forEachPart(of: name) { part throws(SnapshotError) in
            if case .header(let found) = part { header = found }
            return header == nil
        }
        guard let header else { throw Self.invalid(name, .truncated(at: 0)) }
        return header
    }

    /// Nil when every byte is right.
    package func problem(of name: SnapshotName) -> SkippedSnapshot? {
        do throws(SkippedSnapshot.Reason) {
            _ = try SnapshotCatalog.verify(name, in: store(name.shard), expecting: nil)
            return nil
        } catch {
            return SkippedSnapshot(name: name, reason: error)
        }
    }

    /// Hands each customer to `visit` as a line of JSON without its line feed. The snapshot is checked first, to its last
    /// byte: nothing comes out of a damaged one.
    package func export(
        _ name: SnapshotName, policy: Policy, _ visit: (String) -> Bool
    ) throws(ArchiveError) {
        if let problem = problem(of: name) { throw .invalid(problem) }
        let header = try header(of: name)
        guard let rules = Self.rules(of: header, or: policy) else {
            throw .otherPolicy(name, header.identity.policyHash, ours: PolicyHash(of: policy))
        }
        let line = CustomerLine(rules, asOf: header.mark.clock)
        var wantsMore = true
        try forEachPart(of: name) { part throws(SnapshotError) in
            guard case .customers(let images) = part else { return wantsMore }
            try CustomerImage.forEach(
                in: images,
                { image throws(SnapshotError) in
                    // What is left of who was erased, or became another, is nobody to export.
                    if wantsMore, image.isCustomer { wantsMore = visit(line.text(image)) }
                }, refused: { .state($0) })
            return wantsMore
        }
    }

    /// The policy that the snapshot was taken under: the one at hand, or the one that it holds itself.
    private static func rules(of header: SnapshotHeader, or policy: Policy) -> Policy? {
        let hash = header.identity.policyHash
        return hash == PolicyHash(of: policy) ? policy : try? KeptPolicy(text: header.policyText, hash: hash).policy
    }

    /// The named one, or the newest valid one of each shard, and those that are newer and not valid.
    package func choose(
        _ shard: Int32?, _ sequence: UInt64?
    ) throws(ArchiveError) -> (names: [SnapshotName], skipped: [SkippedSnapshot]) {
        if let shard, let sequence { return ([try snapshot(of: shard, sequence)], []) }
        var chosen: (names: [SnapshotName], skipped: [SkippedSnapshot]) = ([], [])
        for candidate in try shards() where shard == nil || shard == candidate {
            let choice = try storing { () throws(SnapshotStoreError) in
                try SnapshotCatalog.newestValid(in: store(candidate), expecting: nil)
            }
            chosen.skipped += choice.skipped
            if let name = choice.name { chosen.names.append(name) }
        }
        if chosen.names.isEmpty, let newest = chosen.skipped.first { throw .invalid(newest) }
        if chosen.names.isEmpty { throw .noSnapshot(shard: shard, sequence: sequence, place: place) }
        return chosen
    }

    // MARK: - Reading

    private func store(_ shard: Int32) -> any SnapshotStore {
        switch source {
        case .directory(let path):
            DirectoryStore(root: path, shard: shard, writer: "reader", files: PosixFileSystem())
        case .topic(let place): TopicStore(place, shard: shard)
        }
    }

    private func forEachPart(
        of name: SnapshotName, _ visit: (SnapshotDecoder.Part) throws(SnapshotError) -> Bool
    ) throws(ArchiveError) {
        var decoder = SnapshotDecoder()
        var failure: SnapshotError?
        try storing { () throws(SnapshotStoreError) in
            try store(name.shard).read(name) { chunk in
                var rest = chunk
                do throws(SnapshotError) {
                    while let part = try decoder.next(from: &rest) { if try !visit(part) { return false } }
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        }
        if let failure { throw Self.invalid(name, failure) }
    }

    private static func invalid(_ name: SnapshotName, _ error: SnapshotError) -> ArchiveError {
        .invalid(SkippedSnapshot(name: name, reason: .invalid(error)))
    }

    private func storing<Value>(_ work: () throws(SnapshotStoreError) -> Value) throws(ArchiveError) -> Value {
        do throws(SnapshotStoreError) { return try work() } catch { throw .store(error) }
    }
}
