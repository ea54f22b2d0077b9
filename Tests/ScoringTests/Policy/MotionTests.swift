import Foundation
import Scoring
import TestSupport
import Testing

/// Random curves and motions against their own numbers.
@Suite struct MotionTests {
    private func curve(_ random: inout SeededRandom) -> Curve {
        switch random.below(3) {
        case 0: return .saturating(halfAt: random.double(0.5...300))
        case 1:
            let from = random.double(-50...200)
            return .linear(from: from, to: from + (random.chance(0.5) ? 1 : -1) * random.double(0.5...200))
        default:
            var x = random.double(-20...20)
            return .points(
                (0..<(1 + random.below(5))).map { _ in
                    x += random.double(0.5...80)
                    return Curve.Point(x: x, y: random.double(-0.5...1.5))
                })
        }
    }

    private func motion(_ random: inout SeededRandom) -> Motion {
        let rate = random.double(0.001...0.1)
        switch random.below(7) {
        case 5: return .bounded(SpeedLimit(up: 0, down: rate * 100, holdsFor: random.double(0...500)))
        case 6: return .bounded(SpeedLimit(up: 0, down: 0, holdsFor: random.double(0...500)))
        case 0: return .still
        case 1: return .decaying(rate: rate)
        case 2: return .growing(rate: rate * 100)
        case 3: return .risingAtMost(rate: rate * 100)
        default: return .fallingAtMost(rate: rate * 100)
        }
    }

    /// The measure after `time`, moving as fast as the motion lets it.
    private func moved(_ value: Double, _ motion: Motion, _ time: Double, effort: Double) -> Double {
        switch motion {
        case .still: value
        case .decaying(let rate): value * exp(-rate * time)
        case .growing(let rate): value + rate * time
        case .risingAtMost(let rate): value + rate * time * effort
        case .fallingAtMost(let rate): value - rate * time * effort
        // It leaps where the limit ends.
        case .bounded(let limit): value - limit.down * time * effort - (time > limit.holdsFor ? 100 : 0)
        }
    }

    @Test(arguments: 0..<400) func `a curve never moves faster than its speed limit`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let (curve, motion) = (curve(&random), motion(&random))
        let start = random.double(0...300)
        let limit = curve.speedLimit(at: start, moving: motion)
        #expect(limit.up >= 0 && limit.down >= 0 && limit.holdsFor >= 0, "seed \(seed)")
        let effort = random.unit()
        let worth = curve.value(at: start)
        for _ in 0..<60 {
            let time = random.double(0...min(limit.holdsFor, 400))
            let value = curve.value(at: moved(start, motion, time, effort: effort))
            let slack = 1e-9 * (1 + abs(value))
            #expect(value - worth <= limit.up * time + slack, "seed \(seed): \(curve) \(motion) from \(start), \(time)")
            #expect(
                worth - value <= limit.down * time + slack, "seed \(seed): \(curve) \(motion) from \(start), \(time)")
        }
    }

    @Test(arguments: 0..<400) func `a measure crosses a threshold no earlier than foreseen`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 5_000)
        let motion = motion(&random)
        let (start, threshold) = (random.double(0...300), random.double(-50...350))
        let earliest = motion.earliestCrossing(of: threshold, from: start)
        #expect(earliest >= 0)
        for _ in 0..<40 {
            let time = random.double(0...min(earliest, 1e4)) * 0.999_999
            let value = moved(start, motion, time, effort: random.unit())
            #expect((value >= threshold) == (start >= threshold), "seed \(seed): \(motion) \(start) → \(threshold)")
        }
        if case .decaying = motion, start >= threshold, threshold > 0 {
            let there = moved(start, motion, earliest, effort: 1)
            #expect(isClose(there, threshold, relative: 1e-9), "closed form, seed \(seed)")
        }
    }

    @Test(arguments: 0..<200) func `a weighted sum keeps within the sum of the limits`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 9_000)
        var limit = SpeedLimit.none
        var terms: [(weight: Double, curve: Curve, motion: Motion, start: Double)] = []
        for _ in 0..<4 {
            let term = (random.double(-50...50), curve(&random), motion(&random), random.double(0...200))
            terms.append(term)
            limit.add(term.1.speedLimit(at: term.3, moving: term.2).scaled(by: term.0))
        }
        func score(_ time: Double) -> Double {
            terms.reduce(0) { $0 + $1.weight * $1.curve.value(at: moved($1.start, $1.motion, time, effort: 1)) }
        }
        for _ in 0..<40 {
            let time = random.double(0...min(limit.holdsFor, 300))
            let change = score(time) - score(0)
            #expect(change <= limit.up * time + 1e-7 && -change <= limit.down * time + 1e-7, "seed \(seed)")
        }
        let threshold = random.double(-100...100)
        let crossing = min(limit.earliestCrossing(of: threshold, from: score(0)), limit.holdsFor, 1e4) * 0.999_999
        #expect((score(crossing) >= threshold) == (score(0) >= threshold), "seed \(seed)")
    }
}
