/// Finds the name that was probably meant.
enum Suggestion {
    /// The first of the names nearest to `word`, if no more than two edits or a third of its length away; case does not
    /// count, and of equally near names the one with the same beginning is taken. Words of three letters may be one edit away.
    static func nearest(to word: String, among names: [String]) -> String? {
        let letters = Array(word.lowercased().unicodeScalars)
        let limit = letters.count <= 3 ? 1 : max(2, letters.count / 3)
        var best: (name: String, distance: Int, common: Int)?
        for name in names {
            let candidate = Array(name.lowercased().unicodeScalars)
            let distance = distance(letters, candidate, limit: limit)
            guard distance <= limit else { continue }
            let common = zip(letters, candidate).prefix { $0 == $1 }.count
            if let best, (best.distance, -best.common) <= (distance, -common) { continue }
            best = (name, distance, common)
        }
        return best?.name
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment); above `limit` just that.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], limit: Int) -> Int {
        guard abs(left.count - right.count) <= limit, !left.isEmpty, !right.isEmpty else { return .max }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let isSame = left[row - 1] == right[column - 1]
                var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    cost = min(cost, beforeLast[column - 2] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
