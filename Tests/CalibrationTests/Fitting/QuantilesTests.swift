import Calibration
import Scoring
import Testing

@Suite struct QuantilesTests {
    @Test func `a quantile is the least value that the share does not exceed`() {
        let values = [1.0, 2, 3, 4, 5]
        #expect(Quantiles.value(at: 0.2, ofSorted: values) == 1)
        #expect(Quantiles.value(at: 0.21, ofSorted: values) == 2)
        #expect(Quantiles.value(at: 1, ofSorted: values) == 5)
        #expect(Quantiles.value(at: 0, ofSorted: values) == 1)
        #expect(Quantiles.fifths([5, 3, 1, 4, 2]) == [1, 2, 3, 4])
    }

    @Test func `thresholds between fifths rise strictly, however many are alike`() {
        // Three fifths bought once.
        #expect(Quantiles.fifths([1, 1, 1, 1, 1, 1, 2, 3, 4, 5]) == [1, 2, 3, 4])
        #expect(Quantiles.fifths([1, 1, 1, 2, 7, 7, 7, 9]) == [1, 2, 7, 9])
        #expect(Quantiles.fifths([1, 1, 1]) == [1, 2, 3, 4])
        #expect(Quantiles.fifths([0, 0, 12.5, 12.5]) == [0, 12.5, 13.5, 14.5])
        #expect(Quantiles.fifths([1e300]).count == 4)
        #expect(Set(Quantiles.fifths([1e300])).count == 4)
    }

    @Test func `the sum of recency, frequency and monetary runs from three to fifteen`() {
        let thresholds = RFMRule(recency: [5, 10, 20, 40], frequency: [1, 2, 4, 8], monetary: [10, 20, 40, 80])
        #expect(thresholds.sum(recency: 100, frequency: 1, monetary: 10) == 3)
        #expect(thresholds.sum(recency: 5, frequency: 9, monetary: 81) == 15)
        #expect(thresholds.sum(recency: 20, frequency: 3, monetary: 40) == 3 + 3 + 3)
    }
}
