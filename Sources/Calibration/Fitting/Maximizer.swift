import RealModule

/// Where a function of a few unbounded parameters is greatest, how curved it is there, and whether to believe it.
package struct Maximum: Hashable, Sendable {
    package var point: [Double]
    package var value: Double
    /// The square roots of the diagonal of (−Hessian)⁻¹; empty where the Hessian has no inverse.
    package var standardErrors: [Double]
    /// The largest |∂f| at the point.
    package var steepness: Double
    package var evaluations: Int
    /// The slope has vanished, the function is curved downwards every way, and no parameter ran to the edge.
    package var isConverged: Bool
}

/// Maximises without derivatives: Nelder and Mead's simplex (1965) from several starts, then Newton steps on numeric
/// derivatives from the best. The same function and starts give the same answer, bit for bit.
struct Maximizer {
    /// Parameters are held within ±edge; they are logarithms, so this is no limit for any that mean something.
    var edge = 18.0
    var evaluationsPerStart = 3_000
    var newtonSteps = 20

    private static let roughly = Tolerance(firstStep: 0.6, value: 1e-2, point: 1e-2)
    private static let finely = Tolerance(firstStep: 0.05, value: 1e-9, point: 1e-5)
    private static let slopeStep = 1e-4
    private static let curveStep = 1e-3

    /// - Parameter starts: at least one, all of one length.
    func maximize(from starts: [[Double]], _ function: ([Double]) -> Double) -> Maximum {
        var evaluations = 0
        func value(_ point: [Double]) -> Double {
            evaluations += 1
            guard point.allSatisfy({ abs($0) <= edge }) else { return -.infinity }
            let found = function(point)
            return found.isNaN ? -.infinity : found
        }
        var best = (point: starts[0], value: -Double.infinity)
        for start in starts {
            let top = climb(from: start, within: Self.roughly, value)
            if top.value > best.value { best = top }
        }
        // Only the best start is worth the last digits.
        best = climb(from: best.point, within: Self.finely, value)
        var maximum = polish(best.point, best.value, value)
        maximum.evaluations = evaluations
        return maximum
    }

    // MARK: - Simplex

    private typealias Corner = (point: [Double], value: Double)

    /// How wide a simplex begins, and how near its corners must be to each other to end, in value and coordinates.
    private struct Tolerance {
        var firstStep: Double
        var value: Double
        var point: Double
    }

    private func climb(
        from start: [Double], within tolerance: Tolerance, _ function: ([Double]) -> Double
    ) -> Corner {
        var corners: [Corner] = [(start, function(start))]
        for axis in start.indices {
            var point = start
            point[axis] += tolerance.firstStep
            corners.append((point, function(point)))
        }
        var budget = evaluationsPerStart
        while budget > 0 {
            // Stable: equal corners keep their order.
            corners = corners.enumerated().sorted { ($1.element.value, $0.offset) < ($0.element.value, $1.offset) }
                .map(\.element)
            if isSettled(corners, tolerance) { break }
            budget -= improve(&corners, function)
        }
        return corners[0]
    }

    private func isSettled(_ corners: [Corner], _ tolerance: Tolerance) -> Bool {
        guard let worst = corners.last, corners[0].value.isFinite else { return false }
        let width = corners.dropFirst().reduce(0.0) { widest, corner in
            zip(corner.point, corners[0].point).reduce(widest) { max($0, abs($1.0 - $1.1)) }
        }
        return corners[0].value - worst.value <= tolerance.value && width <= tolerance.point
    }

    /// One step of the simplex; returns how often it evaluated the function.
    private func improve(_ corners: inout [Corner], _ function: ([Double]) -> Double) -> Int {
        let last = corners.count - 1
        let centre = corners[0].point.indices.map { axis in
            corners[..<last].reduce(0.0) { $0 + $1.point[axis] } / Double(last)
        }
        func along(_ factor: Double) -> Corner {
            let point = zip(centre, corners[last].point).map { $0 + factor * ($0 - $1) }
            return (point, function(point))
        }
        let reflected = along(1)
        if reflected.value > corners[0].value {
            let expanded = along(2)
            corners[last] = expanded.value > reflected.value ? expanded : reflected
            return 2
        }
        if reflected.value > corners[last - 1].value {
            corners[last] = reflected
            return 1
        }
        let contracted = along(reflected.value > corners[last].value ? 0.5 : -0.5)
        if contracted.value > max(reflected.value, corners[last].value) {
            corners[last] = contracted
            return 2
        }
        for index in 1...last {
            let point = zip(corners[0].point, corners[index].point).map { ($0 + $1) / 2 }
            corners[index] = (point, function(point))
        }
        return 2 + last
    }

    // MARK: - Newton

    private func polish(
        _ start: [Double], _ startValue: Double, _ function: ([Double]) -> Double
    ) -> Maximum {
        var (point, value) = (start, startValue)
        for _ in 0..<newtonSteps {
            guard let step = curvature(at: point, value, function).solve(slope(at: point, function)) else { break }
            let next = zip(point, step).map { $0 + $1 }
            let nextValue = function(next)
            guard nextValue >= value else { break }
            let moved = step.reduce(0) { max($0, abs($1)) }
            (point, value) = (next, nextValue)
            if moved < 1e-9 { break }
        }
        let steepness = slope(at: point, function).reduce(0) { max($0, abs($1)) }
        let curvature = curvature(at: point, value, function)
        let variances = curvature.inverseDiagonal
        let errors = variances.map { $0.map { Double.sqrt($0) } } ?? []
        let isInside = point.allSatisfy { abs($0) < edge - 1 }
        // A slope of s is s·error standard errors away from the top.
        let isFlat = zip(point.indices, errors).allSatisfy { abs($1) * steepness < 1e-2 }
        return Maximum(
            point: point, value: value, standardErrors: errors, steepness: steepness, evaluations: 0,
            isConverged: value.isFinite && isInside && !errors.isEmpty && isFlat)
    }

    private func slope(at point: [Double], _ function: ([Double]) -> Double) -> [Double] {
        point.indices.map { axis in
            var (up, down) = (point, point)
            up[axis] += Self.slopeStep
            down[axis] -= Self.slopeStep
            return (function(up) - function(down)) / (2 * Self.slopeStep)
        }
    }

    /// The negative Hessian by central differences.
    private func curvature(
        at point: [Double], _ value: Double, _ function: ([Double]) -> Double
    ) -> SymmetricMatrix {
        let step = Self.curveStep
        func shifted(_ first: Int, _ one: Double, _ second: Int, _ two: Double) -> Double {
            var moved = point
            moved[first] += one * step
            moved[second] += two * step
            return function(moved)
        }
        var matrix = SymmetricMatrix(size: point.count)
        for row in point.indices {
            matrix[row, row] =
                (2 * value - shifted(row, 1, row, 0) - shifted(row, -1, row, 0)) / (step * step)
            for column in 0..<row {
                let corners =
                    shifted(row, 1, column, 1) - shifted(row, 1, column, -1) - shifted(row, -1, column, 1)
                    + shifted(row, -1, column, -1)
                matrix[row, column] = -corners / (4 * step * step)
            }
        }
        return matrix
    }
}
