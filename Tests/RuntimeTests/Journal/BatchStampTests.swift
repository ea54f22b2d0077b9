import Runtime
import Testing

struct BatchStampTests {
    @Test func `a stamp is read as it is written`() {
        let stamp = BatchStamp(shard: 3, sequence: .max, index: 1_207)
        #expect(stamp.description == "3/18446744073709551615/1207")
        #expect(BatchStamp(stamp.description) == stamp)
    }

    @Test(arguments: ["", "1/2", "1/2/3/4", "-1/2/3", "1/2/x", "01/2/3", "1/+2/3", "1/2/4294967296", " 1/2/3"])
    func `anything else is none`(text: String) { #expect(BatchStamp(text) == nil) }
}
