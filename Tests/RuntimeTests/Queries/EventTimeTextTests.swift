import Runtime
import Scoring
import Testing

@Suite struct EventTimeTextTests {
    @Test func `a time is written to its own millisecond, as records are`() throws {
        for milliseconds in [0, 1, 999, 1_767_225_660_021, 1_772_359_509_007, 4_102_444_799_999] as [Int64] {
            let time = EventTime(milliseconds: milliseconds)
            #expect(EventTime(rfc3339: time.rfc3339) == time)
        }
    }
}
