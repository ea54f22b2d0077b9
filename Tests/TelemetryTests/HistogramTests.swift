import Telemetry
import Testing

struct HistogramTests {
    @Test func `a bucket includes its upper bound, and counts are cumulative`() {
        let histogram = Histogram(bounds: [1, 2, 5])
        for value in [0.5, 1, 1.5, 2, 5, 5.1, 100] { histogram.observe(value) }
        #expect(histogram.snapshot.cumulative == [2, 4, 5, 7])
        #expect(histogram.snapshot.count == 7)
        #expect(histogram.snapshot.sum == 115.1)
    }

    @Test func `a value that is not finite changes nothing`() {
        let histogram = Histogram(bounds: [1])
        for value in [Double.nan, .infinity, -.infinity] { histogram.observe(value) }
        #expect(histogram.snapshot.cumulative == [0, 0])
        #expect(histogram.snapshot.sum == 0)
    }

    @Test func `concurrent observations lose neither count nor sum`() async {
        let histogram = Histogram(bounds: [1, 10])
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<5_000 { histogram.observe(task < 4 ? 1 : 16) }
                }
            }
        }
        #expect(histogram.snapshot.cumulative == [20_000, 20_000, 40_000])
        #expect(histogram.snapshot.sum == 20_000 * 17)
    }
}
