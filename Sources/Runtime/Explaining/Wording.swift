import RealModule
import Scoring

// How numbers, times and labels read in what people are told.

extension Double {
    /// Four significant digits, none lost before the point: 31.203, 1184.5, 40.
    var brief: String {
        guard isFinite, self != 0 else { return isFinite ? "0" : "unknown" }
        let places = min(max(3 - Int(Double.log10(magnitude).rounded(.down)), 1), 300)
        let unit = Double.pow(10, Double(places))
        let rounded = (self * unit).rounded() / unit
        return rounded.isFinite ? rounded.plain : plain
    }

    /// 0.167 as `16.7%`.
    var percent: String { (self * 100).brief + "%" }
}

extension Int {
    /// `1 day`, `2 days`.
    func counted(_ noun: String) -> String { self == 1 ? "1 \(noun)" : "\(self) \(noun)s" }
}

extension TimeSpan {
    /// In the largest unit that divides it: `28 days`, `12 hours`.
    var words: String {
        let units = [(86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1000, "second")]
        for (length, name) in units where milliseconds % Int64(length) == 0 {
            return Int(milliseconds / Int64(length)).counted(name)
        }
        return "\(milliseconds) ms"
    }
}

extension ZoneCalendar {
    /// An RFC 3339 time as the zone's clocks show it, without seconds: `2026-01-03 09:30`. As it is if it is none.
    func minute(_ rfc3339: String) -> String {
        guard let time = EventTime(rfc3339: rfc3339) else { return rfc3339 }
        // Before the first transition its offset holds.
        let offset = transitions.last { $0.from <= time } ?? transitions[0]
        let local = EventTime(milliseconds: time.milliseconds + Int64(offset.offsetSeconds) * 1000)
        return String(local.rfc3339.prefix(16)).replacing("T", with: " ")
    }
}

extension Label {
    /// `Gold / 黄金`; empty without a label.
    var words: String { entries.map(\.text).joined(separator: " / ") }
}

/// `gold (Gold / 黄金)`
func titled(_ name: String, _ label: Label) -> String {
    label.entries.isEmpty ? name : "\(name) (\(label.words))"
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

/// Rows of texts set in columns two spaces apart, without spaces at the ends of lines.
struct TextColumns {
    private var rows: [[String]] = []

    mutating func add(_ cells: String...) { rows.append(cells) }

    /// Each line behind `indent`.
    func lines(indent: String = "  ") -> [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            guard row.contains(where: { !$0.isEmpty }) else { return "" }
            var line = indent
            for (column, cell) in row.enumerated() {
                line += cell
                if row[(column + 1)...].contains(where: { !$0.isEmpty }) {
                    line += String(repeating: " ", count: widths[column] - cell.count + 2)
                }
            }
            return line
        }
    }
}
