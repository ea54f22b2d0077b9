import Runtime
import TestSupport
import Testing

struct TopicCatalogTests {
    private static func manifest(_ sequence: UInt64, chunks: UInt32 = 2) -> SnapshotManifest {
        SnapshotManifest(
            sequence: sequence, bytes: 700_000, chunks: chunks, digest: sequence * 3, first: 4, last: 9,
            writer: "host-1")
    }

    private static func bytes(_ own: UInt64, _ others: [UInt64] = []) -> [UInt8] {
        SnapshotManifests(own: manifest(own), others: others.map { manifest($0) }).bytes
    }

    @Test func `a manifest is read as it was written, and no changed byte goes unnoticed`() {
        var random = SeededRandom(seed: 5)
        let manifests = SnapshotManifests(own: Self.manifest(9), others: [Self.manifest(7), Self.manifest(4)])
        let bytes = manifests.bytes
        #expect(SnapshotManifests(bytes: bytes) == manifests)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= UInt8(1 + random.below(255))
            #expect(SnapshotManifests(bytes: changed) == nil, "byte \(index)")
            #expect(SnapshotManifests(bytes: Array(bytes.prefix(index))) == nil, "cut to \(index)")
        }
    }

    @Test(arguments: ["", "x", "1/2", "1//3", "01", "1/a/-1", "1/a/b/2"])
    func `what is no key of ours is passed over`(text: String) {
        #expect(SnapshotRecordKey(text) == nil)
        var catalog = TopicCatalog()
        catalog.take(key: text, value: [1])
        #expect(catalog == TopicCatalog())
    }

    @Test func `the newest manifest names every snapshot`() {
        var catalog = TopicCatalog()
        catalog.take(key: "9/host-1/0", value: [1])
        catalog.take(key: "9/host-1/1", value: [2])
        #expect(!catalog.isComplete && catalog.leftovers.count == 2)
        catalog.take(key: "9", value: Self.bytes(9, [7, 4]))
        #expect(catalog.isComplete && catalog.leftovers == [])
        #expect(catalog.snapshots.map(\.sequence) == [9, 7, 4])
    }

    @Test func `a tombstone removes what an earlier manifest named`() {
        var catalog = TopicCatalog()
        catalog.take(key: "9", value: Self.bytes(9, [7, 4]))
        catalog.take(key: "4", value: nil)
        catalog.take(key: "4/host-1/0", value: nil)
        #expect(catalog.snapshots.map(\.sequence) == [9, 7])
        catalog.take(key: "9", value: nil)
        #expect(catalog.snapshots.map(\.sequence) == [7] && catalog.isComplete)
    }

    @Test func `chunks after the newest manifest are nobody's until their own comes`() {
        var catalog = TopicCatalog()
        catalog.take(key: "9", value: Self.bytes(9))
        catalog.take(key: "12/host-2/0", value: [1])
        catalog.take(key: "12/host-2/1", value: [1])
        #expect(catalog.leftovers.map(\.description) == ["12/host-2/0", "12/host-2/1"])
        catalog.take(key: "12/host-2/0", value: nil)
        #expect(catalog.leftovers.map(\.description) == ["12/host-2/1"])
        #expect(catalog.snapshots.map(\.sequence) == [9])
    }

    @Test func `a manifest that is damaged or another's is not believed`() {
        var catalog = TopicCatalog()
        catalog.take(key: "9", value: Array(Self.bytes(9).dropLast()))
        catalog.take(key: "10", value: Self.bytes(9))
        #expect(catalog.snapshots == [] && !catalog.isComplete)
    }
}
