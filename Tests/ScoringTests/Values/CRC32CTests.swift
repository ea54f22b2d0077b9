import Scoring
import TestSupport
import Testing

@Suite struct CRC32CTests {
    private func crc(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { CRC32C.of($0) } }

    @Test func `the check value of the catalogue of CRCs comes out`() {
        #expect(crc(Array("123456789".utf8)) == 0xe306_9283)
    }

    /// RFC 3720, appendix B.4.
    @Test func `the examples of the iSCSI standard come out`() {
        #expect(crc([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
        #expect(crc([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
        #expect(crc(Array(0..<32)) == 0x46dd_794e)
        #expect(crc(Array((0..<32).reversed())) == 0x113f_db5c)
        #expect(crc([]) == 0)
    }

    @Test func `bytes may come in pieces of any size`() {
        var random = SeededRandom(seed: 7)
        let bytes = (0..<300).map { _ in UInt8(random.below(256)) }
        for _ in 0..<50 {
            var crc = CRC32C()
            var start = 0
            while start < bytes.count {
                let end = min(start + random.below(20), bytes.count)
                bytes.withUnsafeBytes { crc.update(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
                start = end
            }
            #expect(crc.value == self.crc(bytes))
        }
    }
}
