import Runtime
import Testing

struct JournalWitnessTests {
    @Test func `the last entry of each shard is remembered, and an older one does not take its place`() {
        let witness = JournalWitness()
        #expect(witness.last(of: 0) == nil)
        witness.saw(JournalPosition(sequence: 4, digest: 40), of: 0)
        witness.saw(JournalPosition(sequence: 9, digest: 90), of: 1)
        witness.saw(JournalPosition(sequence: 3, digest: 30), of: 0)
        #expect(witness.last(of: 0) == JournalPosition(sequence: 4, digest: 40))
        witness.saw(JournalPosition(sequence: 5, digest: 50), of: 0)
        #expect(witness.last(of: 0) == JournalPosition(sequence: 5, digest: 50))
        #expect(witness.last(of: 1) == JournalPosition(sequence: 9, digest: 90))
    }
}
