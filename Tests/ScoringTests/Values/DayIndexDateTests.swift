import Scoring
import Testing

@Suite struct DayIndexDateTests {
    @Test func `a day is written as its date, leap years included`() {
        #expect(DayIndex(0).date == "1970-01-01")
        #expect(DayIndex(10_134).date == "1997-09-30")
        #expect(DayIndex(11_016).date == "2000-02-29")
        #expect(DayIndex(11_017).date == "2000-03-01")
        #expect(DayIndex(47_481).date == "2099-12-31")
    }
}
