import Scoring

extension PolicyCompiler {
    mutating func compileTerms(_ cursor: Cursor?) -> [Term] {
        let cursors = cursor?.elements ?? []
        checkNames(cursors)
        var terms: [Term] = []
        for cursor in cursors {
            let measure = compileMeasure(cursor["measure"])
            let curve = compileCurve(cursor["curve"])
            terms.append(
                Term(
                    name: cursor["name"]?.text ?? "", measure: measure ?? 0, weight: cursor["weight"]?.number ?? 0,
                    curve: curve, whenUnknown: cursor["when_unknown"]?.number ?? 0))
        }
        return terms
    }

    /// The index of the measure, which is added on first use; nil if no measure has that name.
    mutating func compileMeasure(_ cursor: Cursor?) -> Int? {
        guard let cursor, let name = cursor.text else { return nil }
        guard let measure = Measure(name: name) else {
            problems.append(UnknownMeasure(name: name).problem(at: cursor))
            return nil
        }
        if let need = measure.quantity.need, !needsMet.contains(need) {
            problems.append(cursor.problem(need.problem(of: name)))
        }
        guard measure.quantity == .points else {
            noteWindow(of: measure, at: cursor)
            return index(of: measure)
        }
        guard let pointsDays else {
            problems.append(cursor.problem("how are points earned? The field \"points\" is missing"))
            return nil
        }
        return index(of: Measure(.points, .days(pointsDays)))
    }

    /// The index of a measure, which is added on first use.
    mutating func index(of measure: Measure) -> Int {
        if let index = measures.firstIndex(of: measure) { return index }
        measures.append(measure)
        return measures.count - 1
    }

    mutating func noteWindow(of measure: Measure, at cursor: Cursor) {
        if measure.window == .period { periodUse = periodUse ?? cursor }
        guard let days = measure.daysNeeded, let input = measure.quantity.history else { return }
        if days > longestUse[input]?.days ?? 0 {
            longestUse[input] = MeasureUse(path: cursor.path, name: measure.name, days: days)
        }
    }

    private mutating func compileCurve(_ cursor: Cursor?) -> Curve {
        if let halfAt = cursor?["saturating"]?["half_at"]?.number { return .saturating(halfAt: halfAt) }
        if let linear = cursor?["linear"] { return compileLinear(linear) }
        return .points(compilePoints(cursor?["points"]?.elements ?? []))
    }

    private mutating func compileLinear(_ cursor: Cursor) -> Curve {
        let ends = cursor.elements.compactMap(\.number)
        guard ends.count == 2 else { return .linear(from: 0, to: 1) }
        if ends[0] == ends[1] {
            problems.append(cursor.problem("\(ends[0].plain) twice", expected: "two different numbers"))
        }
        return .linear(from: ends[0], to: ends[1])
    }

    private mutating func compilePoints(_ cursors: [Cursor]) -> [Curve.Point] {
        var points: [Curve.Point] = []
        for cursor in cursors {
            let numbers = cursor.elements.compactMap(\.number)
            guard numbers.count == 2 else { continue }
            if let last = points.last, numbers[0] <= last.x {
                let expected = "more than \(last.x.plain), where the point before lies"
                problems.append(cursor.elements[0].mismatch(expected: expected))
            }
            points.append(Curve.Point(x: numbers[0], y: numbers[1]))
        }
        return points
    }
}

extension Measure.Quantity.Need {
    fileprivate func problem(of measure: String) -> String {
        let reason =
            switch self {
            case .profiles: "what \"\(measure)\" is read from is kept for profiles"
            case .value: "\"\(measure)\" needs the amounts that customers spend"
            }
        return "\(reason): the field \"\(rawValue)\" is missing"
    }
}
