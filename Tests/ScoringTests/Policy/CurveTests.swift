import Scoring
import Testing

@Suite struct CurveTests {
    @Test func `saturation is one half at its half point and never full`() {
        let curve = Curve.saturating(halfAt: 100)
        #expect(curve.value(at: 0) == 0 && curve.value(at: -5) == 0)
        #expect(curve.value(at: 100) == 0.5)
        #expect(curve.value(at: 1e12) < 1)
    }

    @Test func `a line is flat outside its ends, in either direction`() {
        let rising = Curve.linear(from: 10, to: 20)
        #expect([5, 10, 15, 20, 25].map { rising.value(at: $0) } == [0, 0, 0.5, 1, 1])
        let falling = Curve.linear(from: 20, to: 10)
        #expect([5, 10, 15, 20, 25].map { falling.value(at: $0) } == [1, 1, 0.5, 0, 0])
    }

    @Test func `points are joined by straight lines`() {
        let curve = Curve.points([.init(x: 0, y: 0.25), .init(x: 10, y: 1), .init(x: 20, y: -0.5)])
        #expect([-1, 0, 5, 10, 20, 99].map { curve.value(at: $0) } == [0.25, 0.25, 0.625, 1, -0.5, -0.5])
        #expect(curve.range == -0.5...1)
        #expect(!curve.isMonotone)
        #expect(Curve.points([.init(x: 1, y: 0.3)]).value(at: 7) == 0.3)
    }

    @Test func `level stretches do not spoil monotony`() {
        #expect(Curve.points([.init(x: 0, y: 1), .init(x: 1, y: 1), .init(x: 2, y: 0)]).isMonotone)
        #expect(Curve.linear(from: 5, to: 1).isMonotone)
    }
}
