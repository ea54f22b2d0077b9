import Scoring
import ShardEngine
import Testing

@Suite struct CustomerIndexTests {
    @Test func `a hundred thousand customers are found while the table grows`() {
        var index = CustomerIndex()
        let fragments = (0..<100_000).map { CustomerIndex.fragment(StableHash.of("customer-\($0)")) }
        for slot in 0..<UInt32(fragments.count) {
            index.insert(slot, fragments[Int(slot)]) { fragments[Int($0)] }
            // The newest, the oldest and one in between, at every stage of every growth.
            for probe in [slot, 0, slot / 2] {
                let found = index.find(fragments[Int(probe)]) { $0 == probe }
                if found != probe { Issue.record("slot \(probe) is lost after \(slot)") }
            }
        }
        let missing = (0..<fragments.count).count { slot in index.find(fragments[slot]) { $0 == UInt32(slot) } == nil }
        let count = index.count
        #expect(missing == 0 && count == fragments.count)
    }

    @Test func `customers of one hash are told apart by the caller`() {
        var index = CustomerIndex()
        for slot in 0..<UInt32(3_000) { index.insert(slot, 0xffff_ffff) { _ in 0xffff_ffff } }
        for slot in stride(from: UInt32(0), to: 3_000, by: 97) {
            let found = index.find(0xffff_ffff) { $0 == slot }
            #expect(found == slot)
        }
        let nobody = index.find(0xffff_ffff) { _ in false }
        #expect(nobody == nil)
    }

    @Test func `who was never added is not found`() {
        var index = CustomerIndex()
        let fragment = CustomerIndex.fragment(StableHash.of("somebody"))
        let (found, likely) = (index.find(fragment) { _ in true }, index.likelySlot(fragment))
        #expect(found == nil && likely == .max)
        index.insert(7, fragment) { _ in fragment }
        let now = index.likelySlot(fragment)
        #expect(now == 7)
    }
}
