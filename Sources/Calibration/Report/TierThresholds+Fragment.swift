import Scoring

extension TierThresholds {
    /// The policy's `tiers` (YAML) with the new thresholds, to stand in their place.
    ///
    /// - Parameter missing: inputs that the tiers ask for and that were not read.
    package func fragment(missing: [InputKind]) -> [String] {
        let shares = rungs.map { Self.percent($0.topShare) }.joined(separator: ", ")
        var lines = [
            "# Thresholds that so many of the customers reach, from the second tier up: \(shares). In place of `tiers`; what",
            "# else a tier asks for is unchanged.",
        ]
        for kind in missing {
            lines.append("# Read without \(kind), which the tiers ask for as well: as if there were none.")
        }
        lines.append("tiers:")
        for (index, tier) in policy.tiers.enumerated() {
            if index > 0 { lines.append("  # " + Self.words(rungs[index - 1])) }
            lines.append("  - name: \(Self.quoted(tier.name))")
            if !tier.label.entries.isEmpty {
                let texts = tier.label.entries.map { "\(Self.quoted($0.language)): \(Self.quoted($0.text))" }
                lines.append("    label: {\(texts.joined(separator: ", "))}")
            }
            if index > 0 { lines.append("    enter: \(written(rungs[index - 1].entry))") }
            for (field, names) in [("benefits", tier.benefits), ("actions", tier.actions)] where !names.isEmpty {
                lines.append("    \(field): [\(names.map(Self.quoted).joined(separator: ", "))]")
            }
        }
        return lines
    }

    private static func words(_ rung: Rung) -> String {
        guard let subject = rung.subject else {
            return "Nothing to move: \(percent(rung.formerShare)) of the customers meet it."
        }
        return
            "By \(subject): \(percent(rung.metShare)) of the customers meet all of it, \(percent(rung.formerShare)) met it before."
    }

    private func written(_ condition: Condition) -> String {
        switch condition {
        case .comparison(let comparison): written(comparison)
        case .all(let parts): "{all: [\(parts.map(written).joined(separator: ", "))]}"
        case .any(let parts): "{any: [\(parts.map(written).joined(separator: ", "))]}"
        case .not(let part): "{not: \(written(part))}"
        }
    }

    private func written(_ comparison: Comparison) -> String {
        guard case .measure(let index) = comparison.subject else {
            return "{score: \(Self.number(comparison.threshold))}"
        }
        switch policy.measures[index].quantity {
        case .tag(let tag): return "{tag: \(Self.quoted(tag))}"
        case .attribute(let name, let text): return "{attribute: \(Self.quoted(name)), is: \(Self.quoted(text))}"
        case .attributeNumber(let name):
            return
                "{attribute: \(Self.quoted(name)), \(comparison.relation.rawValue): \(Self.number(comparison.threshold))}"
        default:
            let relation = comparison.relation.rawValue
            return "{measure: \(policy.measures[index].name), \(relation): \(Self.number(comparison.threshold))}"
        }
    }

    private static func percent(_ share: Double) -> String {
        let (whole, tenths) = (Figures.percent(share, 0), Figures.percent(share))
        return tenths.hasSuffix(".0 %") ? whole : tenths
    }

    private static func number(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }

    /// Plain where YAML reads it as text whatever its version, else in double quotes.
    private static func quoted(_ text: String) -> String {
        let words: Set = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"]
        let isPlain =
            text.utf8.first.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) } ?? false
            && text.utf8.allSatisfy { isWordByte($0) } && !words.contains(text.lowercased())
        if isPlain { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-")
    }
}
