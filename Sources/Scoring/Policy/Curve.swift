/// Maps a measure to 0…1 of its term's weight. `points` may leave that range on purpose.
package enum Curve: Hashable, Sendable {
    /// m / (m + halfAt) for m ≥ 0: 0 at 0, one half at `halfAt`, 1 never quite.
    case saturating(halfAt: Double)
    /// 0 at `from`, 1 at `to`, straight between, flat outside. `from` may be the larger: then less is better.
    case linear(from: Double, to: Double)
    /// Straight lines between points of strictly rising x, flat outside; at least one point.
    case points([Point])

    package struct Point: Hashable, Sendable {
        package var x: Double
        package var y: Double
        package init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    package func value(at measure: Double) -> Double {
        switch self {
        case .saturating(let halfAt):
            return measure <= 0 ? 0 : measure / (measure + halfAt)
        case .linear(let from, let to):
            return min(max((measure - from) / (to - from), 0), 1)
        case .points(let points):
            return Self.interpolate(points, at: measure)
        }
    }

    /// Least and greatest value over all measures.
    package var range: ClosedRange<Double> {
        switch self {
        case .saturating, .linear: return 0...1
        case .points(let points):
            let values = points.map(\.y)
            return (values.min() ?? 0)...(values.max() ?? 0)
        }
    }

    /// Whether it only rises or only falls.
    package var isMonotone: Bool {
        guard case .points(let points) = self else { return true }
        let steps = zip(points, points.dropFirst()).map { $1.y - $0.y }
        return steps.allSatisfy { $0 >= 0 } || steps.allSatisfy { $0 <= 0 }
    }

    /// The steepest slope, up or down, at `measure` and beyond.
    package func steepestSlope(from measure: Double) -> Double {
        switch self {
        case .saturating(let halfAt):
            let sum = max(measure, 0) + halfAt
            return halfAt / (sum * sum)
        case .linear(let from, let to):
            return measure >= max(from, to) ? 0 : 1 / abs(to - from)
        case .points(let points):
            var steepest = 0.0
            for index in 1..<max(points.count, 1) where points[index].x > measure {
                let (left, right) = (points[index - 1], points[index])
                steepest = max(steepest, abs((right.y - left.y) / (right.x - left.x)))
            }
            return steepest
        }
    }

    private static func interpolate(_ points: [Point], at x: Double) -> Double {
        guard x > points[0].x else { return points[0].y }
        for index in 1..<max(points.count, 1) where x <= points[index].x {
            let (left, right) = (points[index - 1], points[index])
            return left.y + (right.y - left.y) * (x - left.x) / (right.x - left.x)
        }
        return points[points.count - 1].y
    }
}
