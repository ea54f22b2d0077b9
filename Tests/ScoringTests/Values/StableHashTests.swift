import Scoring
import TestSupport
import Testing

@Suite struct StableHashTests {
    @Test func `the hash of a text is fixed for good`() {
        #expect(StableHash.of("") == 2_302_960_717_771_869_484)
        #expect(StableHash.of("a") == 9_282_546_609_281_436_371)
        #expect(StableHash.of("customer-0000042") == 4_469_498_371_357_065_519)
        #expect(StableHash.of("客户-一") == 14_565_634_842_991_539_314)
    }

    /// The expected value comes from an implementation that goes byte by byte.
    @Test func `every length of tail is read as before`() {
        var digest: UInt64 = 0
        for count in 0...40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 7 * $0 + 200) }
            digest = StableHash.mix(digest ^ bytes.withUnsafeBytes { StableHash.of($0) }, 0xa076_1d64_78bd_642f)
        }
        #expect(digest == 11_138_854_924_458_806_821)
    }

    @Test func `nearby ids do not collide, in whole or in the half that the index keeps`() {
        let hashes = (0..<100_000).map { StableHash.of("customer-\($0)") }
        #expect(Set(hashes).count == hashes.count)
        // 100,000 draws of 32 bits: 1.2 collisions expected.
        #expect(Set(hashes.map { $0 >> 32 }).count > hashes.count - 12)
    }

    @Test func `length is part of the hash`() {
        let zeros = (0..<40).map { count in
            [UInt8](repeating: 0, count: count).withUnsafeBytes { StableHash.of($0) }
        }
        #expect(Set(zeros).count == zeros.count)
        #expect(!zeros.contains(0))
    }

    @Test func `alignment does not matter`() {
        var random = SeededRandom(seed: 3)
        let bytes = (0..<64).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for start in 0..<9 {
            let padded = [UInt8](repeating: 7, count: start) + bytes
            let hash = padded.withUnsafeBytes { StableHash.of(UnsafeRawBufferPointer(rebasing: $0[start...])) }
            #expect(hash == bytes.withUnsafeBytes { StableHash.of($0) })
        }
    }
}
