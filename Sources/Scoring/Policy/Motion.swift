import RealModule

/// How a measure moves by itself while no event arrives.
package enum Motion: Sendable {
    /// It does not, until something leaves a window.
    case still
    /// m · 2^(−t / half-life), given as the rate λ = ln 2 / half-life per millisecond.
    case decaying(rate: Double)
    /// Up by `rate` per millisecond.
    case growing(rate: Double)
    /// Up, at most `rate` per millisecond.
    case risingAtMost(rate: Double)
    /// Down, at most `rate` per millisecond.
    case fallingAtMost(rate: Double)
    /// No faster than this, up or down alone, for as long as it holds: then it is to be looked at again.
    case bounded(SpeedLimit)
}

/// Bounds on how fast a number can move, for a time: what makes it safe not to look at it until then.
package struct SpeedLimit: Sendable {
    /// Per millisecond, 0 or more.
    package var up: Double
    package var down: Double
    /// Milliseconds for which the bounds hold; infinite where they always do.
    package var holdsFor: Double

    package init(up: Double, down: Double, holdsFor: Double = .infinity) {
        self.up = up
        self.down = down
        self.holdsFor = holdsFor
    }

    package static let none = SpeedLimit(up: 0, down: 0)

    /// The limit of a sum of two numbers.
    package mutating func add(_ other: SpeedLimit) {
        up += other.up
        down += other.down
        holdsFor = min(holdsFor, other.holdsFor)
    }

    /// The limit after multiplication by `weight`.
    package func scaled(by weight: Double) -> SpeedLimit {
        weight >= 0
            ? SpeedLimit(up: up * weight, down: down * weight, holdsFor: holdsFor)
            : SpeedLimit(up: down * -weight, down: up * -weight, holdsFor: holdsFor)
    }

    /// Milliseconds before `value` can first stand on the other side of `threshold` (at least counts as above).
    package func earliestCrossing(of threshold: Double, from value: Double) -> Double {
        let speed = value >= threshold ? down : up
        guard speed > 0 else { return .infinity }
        return abs(value - threshold) / speed
    }
}

extension Motion {
    /// The speed limit of the measure itself at `value`.
    package func speedLimit(at value: Double) -> SpeedLimit {
        switch self {
        case .still: .none
        case .decaying(let rate):
            value >= 0 ? SpeedLimit(up: 0, down: value * rate) : SpeedLimit(up: -value * rate, down: 0)
        case .growing(let rate), .risingAtMost(let rate): SpeedLimit(up: rate, down: 0)
        case .fallingAtMost(let rate): SpeedLimit(up: 0, down: rate)
        case .bounded(let limit): limit
        }
    }

    /// Milliseconds until a measure at `value` reaches `threshold`, exact where it can be solved, else a safe bound.
    package func earliestCrossing(of threshold: Double, from value: Double) -> Double {
        if case .decaying(let rate) = self, threshold > 0, value >= threshold {
            return Double.log(value / threshold) / rate
        }
        let limit = speedLimit(at: value)
        return min(limit.holdsFor, limit.earliestCrossing(of: threshold, from: value))
    }
}

extension Curve {
    /// The speed limit of `value(at: measure)` while the measure moves.
    package func speedLimit(at measure: Double, moving motion: Motion) -> SpeedLimit {
        let limit = motion.speedLimit(at: measure)
        guard limit.up > 0 || limit.down > 0 else { return SpeedLimit(up: 0, down: 0, holdsFor: limit.holdsFor) }
        var mapped = map(limit, at: measure, moving: motion)
        mapped.holdsFor = min(mapped.holdsFor, limit.holdsFor)
        return mapped
    }

    private func map(_ limit: SpeedLimit, at measure: Double, moving motion: Motion) -> SpeedLimit {
        switch self {
        case .saturating(let halfAt):
            return saturatingLimit(halfAt: halfAt, at: measure, moving: motion, limit)
        case .linear(let from, let to):
            let low = Point(x: min(from, to), y: from < to ? 0 : 1)
            let high = Point(x: max(from, to), y: from < to ? 1 : 0)
            return segmentLimit([low, high], at: measure, moving: motion, limit)
        case .points(let points):
            return segmentLimit(points, at: measure, moving: motion, limit)
        }
    }

    private func saturatingLimit(
        halfAt: Double, at measure: Double, moving motion: Motion, _ limit: SpeedLimit
    ) -> SpeedLimit {
        guard measure > 0 else { return SpeedLimit(up: limit.up / halfAt, down: 0) }
        if case .decaying(let rate) = motion {
            // λ·m·h/(m+h)² is largest, λ/4, where m passes h.
            let sum = measure + halfAt
            return SpeedLimit(up: 0, down: rate * (measure > halfAt ? 0.25 : measure * halfAt / (sum * sum)))
        }
        // The slope h/(m+h)² grows as m falls, up to 1/h.
        let slopeHere = halfAt / ((measure + halfAt) * (measure + halfAt))
        return SpeedLimit(up: limit.up * slopeHere, down: limit.down / halfAt)
    }

    /// Inside one straight piece the slope is constant; the bound holds until the measure reaches the piece's end.
    private func segmentLimit(
        _ points: [Point], at measure: Double, moving motion: Motion, _ limit: SpeedLimit
    ) -> SpeedLimit {
        let isFalling = limit.down > 0
        let right = points.firstIndex { isFalling ? $0.x >= measure : $0.x > measure } ?? points.count
        let edgeIndex = isFalling ? right - 1 : right
        let edge = points.indices.contains(edgeIndex) ? points[edgeIndex].x : (isFalling ? -Double.infinity : .infinity)
        let untilEdge = edge.isFinite ? motion.earliestCrossing(of: edge, from: measure) : .infinity
        guard right > 0, right < points.count else { return SpeedLimit(up: 0, down: 0, holdsFor: untilEdge) }
        let (left, next) = (points[right - 1], points[right])
        let slope = (next.y - left.y) / (next.x - left.x)
        let rise = isFalling ? -slope * limit.down : slope * limit.up
        return SpeedLimit(up: max(rise, 0), down: max(-rise, 0), holdsFor: untilEdge)
    }
}
