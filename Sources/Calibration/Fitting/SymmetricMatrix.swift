import RealModule

/// A small symmetric matrix; what needs it positive definite says nil where it is not.
struct SymmetricMatrix {
    let size: Int
    private var elements: [Double]

    init(size: Int) {
        self.size = size
        elements = Array(repeating: 0, count: size * size)
    }

    /// Setting an element sets its mirror image too.
    subscript(row: Int, column: Int) -> Double {
        get { elements[row * size + column] }
        set {
            elements[row * size + column] = newValue
            elements[column * size + row] = newValue
        }
    }

    /// x with A·x = right, by Cholesky's decomposition.
    func solve(_ right: [Double]) -> [Double]? { root.map { Self.solve($0, size, right) } }

    /// The diagonal of A⁻¹.
    var inverseDiagonal: [Double]? {
        guard let root else { return nil }
        return (0..<size).map { axis in
            Self.solve(root, size, (0..<size).map { $0 == axis ? 1 : 0 })[axis]
        }
    }

    /// The lower triangle L of A = L·Lᵀ.
    private var root: [Double]? {
        var root = Array(repeating: 0.0, count: size * size)
        for row in 0..<size {
            for column in 0...row {
                var rest = self[row, column]
                for index in 0..<column { rest -= root[row * size + index] * root[column * size + index] }
                if row == column {
                    guard rest > 0, rest.isFinite else { return nil }
                    root[row * size + row] = Double.sqrt(rest)
                } else {
                    root[row * size + column] = rest / root[column * size + column]
                }
            }
        }
        return root
    }

    private static func solve(_ root: [Double], _ size: Int, _ right: [Double]) -> [Double] {
        var solution = right
        for row in 0..<size {
            for column in 0..<row { solution[row] -= root[row * size + column] * solution[column] }
            solution[row] /= root[row * size + row]
        }
        for row in (0..<size).reversed() {
            for column in row + 1..<max(size, row + 1) {
                solution[row] -= root[column * size + row] * solution[column]
            }
            solution[row] /= root[row * size + row]
        }
        return solution
    }
}
