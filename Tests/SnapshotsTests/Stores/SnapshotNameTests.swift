import Snapshots
import Testing

@Suite struct SnapshotNameTests {
    @Test func `names sort as their sequences do`() {
        let names = [9, 10, 99, 1_000_000, UInt64.max].map { SnapshotName(shard: 7, sequence: $0) }
        #expect(names.map(\.description).sorted() == names.map(\.description))
        #expect(names.sorted() == names)
        #expect(names[1].description == "00007-00000000000000000010.snapshot")
    }

    @Test(arguments: [UInt64.min, 1, 41, .max]) func `a name is read back`(sequence: UInt64) {
        let name = SnapshotName(shard: 123_456, sequence: sequence)
        #expect(SnapshotName(name.description) == name)
    }

    @Test(arguments: [
        "", ".snapshot", "00007-10.snapshot", "7-00000000000000000010.snapshot", "00007-00000000000000000010.snapshot~",
        "00007-00000000000000000010.snapshot.a.partial", "-0007-00000000000000000010.snapshot", "notes.txt",
        "00007-99999999999999999999.snapshot", "00007-+0000000000000000010.snapshot",
    ]) func `what only resembles a name is none`(text: String) {
        #expect(SnapshotName(text) == nil)
    }
}
