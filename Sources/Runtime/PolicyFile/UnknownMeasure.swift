import Scoring

/// A name that no measure has, and what may have been meant.
struct UnknownMeasure {
    let name: String

    func problem(at cursor: Cursor) -> FileProblem {
        if let days = window, !(1...Measure.maximumWindowDays).contains(days), isBase(base, windowed: true) {
            let most = Measure.maximumWindowDays
            return cursor.mismatch(
                expected: "a window of 1 to \(most) days", suggestion: "\(base)_\(days < 1 ? 1 : most)d")
        }
        if isBase(name, windowed: true) {
            return cursor.problem("the measure \"\(name)\" needs a window", suggestion: "\(name)_365d")
        }
        if window != nil, isBase(base, windowed: false) {
            return cursor.problem("the measure \"\(base)\" takes no window, found \"\(name)\"", suggestion: base)
        }
        if isBase(base, windowed: true) {
            return cursor.problem("unknown measure \"\(name)\"", suggestion: "\(base)_365d")
        }
        return cursor.problem(
            "unknown measure \"\(name)\"", suggestion: Suggestion.nearest(to: name, among: candidates))
    }

    /// The name up to a window or `_lifetime`, else the name.
    private var base: String {
        guard let cut = name.lastIndex(of: "_") else { return name }
        return suffix == "lifetime" || window != nil ? String(name[..<cut]) : name
    }

    /// What follows the last underscore.
    private var suffix: Substring { name.lastIndex(of: "_").map { name[name.index(after: $0)...] } ?? "" }

    /// The days of `_90d`; those of a number too long to read are more than any window has.
    private var window: Int? {
        let digits = suffix.dropLast()
        guard suffix.last == "d", !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int(digits) ?? .max
    }

    private func isBase(_ base: String, windowed: Bool) -> Bool {
        Measure.Quantity.all.contains { $0.baseName == base && $0.takesWindow == windowed }
    }

    /// Every measure, those that take a window with the one of this name.
    private var candidates: [String] {
        let days = min(max(window ?? 365, 1), Measure.maximumWindowDays)
        return Measure.Quantity.all.flatMap { quantity in
            guard quantity.takesWindow else { return [quantity.baseName] }
            let windowed = ["\(quantity.baseName)_\(days)d"]
            return quantity.takesLifetime ? windowed + ["\(quantity.baseName)_lifetime"] : windowed
        }
    }
}
