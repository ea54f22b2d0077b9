import Runtime
import Scoring
import Testing

struct JournalChainTests {
    @Test func `a chain is followed from its beginning, and from any entry on`() throws {
        let entries = JournalSamples.chain(5)
        var whole = JournalChain()
        for entry in entries { try whole.accept(entry) }
        #expect(whole.last == entries[4].position && whole.positions == [.orders: 5])
        var later = JournalChain(after: entries[2].position, positions: [.orders: 3])
        try later.accept(entries[3])
        #expect(later.last == entries[3].position)
    }

    @Test func `a gap names the entry that is missing`() throws {
        let entries = JournalSamples.chain(4)
        var chain = JournalChain()
        try chain.accept(entries[0])
        #expect(throws: JournalProblem.gap(expected: 1, found: 3)) { try chain.accept(entries[3]) }
        #expect(chain.last == entries[0].position)
    }

    @Test func `a repeat is not a gap`() throws {
        let entries = JournalSamples.chain(3)
        var chain = JournalChain()
        for entry in entries { try chain.accept(entry) }
        #expect(throws: JournalProblem.repeated(expected: 3, found: 1)) { try chain.accept(entries[1]) }
    }

    @Test func `an entry of another chain breaks this one`() throws {
        let entries = JournalSamples.chain(3)
        var other = entries[1]
        other.stateDigest = 99
        var chain = JournalChain()
        try chain.accept(entries[0])
        try chain.accept(other)
        #expect(throws: JournalProblem.brokenChain(sequence: 2)) { try chain.accept(entries[2]) }
    }

    @Test func `a range that does not begin where the last one ended is a gap in the input`() throws {
        var entries = JournalSamples.chain(2)
        entries[1].ranges = [JournalSamples.orders(5, 6)]
        var chain = JournalChain()
        try chain.accept(entries[0])
        #expect(throws: JournalProblem.rangeGap(sequence: 1, input: .orders, expected: 1, found: 5)) {
            try chain.accept(entries[1])
        }
    }
}
