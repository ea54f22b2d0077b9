import Runtime
import Testing

struct RetieringPaceTests {
    /// What is granted when it is asked for every 10 ms.
    private static func granted(perSecond rate: Int, seconds: Double) -> [Int] {
        var pace = RetieringPace(perSecond: rate)
        return (0..<Int(seconds * 100)).map { pace.take(at: Double($0) / 100) }
    }

    @Test(arguments: [1, 7, 10, 60, 1_000, 9_000]) func `no more customers than the rate, and hardly fewer`(rate: Int) {
        let total = Self.granted(perSecond: rate, seconds: 20).reduce(0, +)
        #expect(total <= rate * 20 + rate / 10 + 1 && total >= rate * 20 * 8 / 10)
    }

    @Test(arguments: [1_000, 10_000]) func `a shard that is always a little late keeps the rate`(rate: Int) {
        var pace = RetieringPace(perSecond: rate)
        let granted = (0..<3_000).map { pace.take(at: Double($0) * 0.007) }
        #expect(granted.reduce(0, +) >= rate * 21 * 99 / 100)
        #expect(granted.reduce(0, +) <= rate * 21 + rate / 10)
    }

    @Test func `no portion is larger than the limit, however long nobody asked`() {
        var pace = RetieringPace(perSecond: 1_000_000)
        #expect(pace.take(at: 0) == RetieringPace.largestPortion)
        #expect(pace.take(at: 0.01) == 0)
        #expect(pace.take(at: 3_600) == RetieringPace.largestPortion)
    }
}
