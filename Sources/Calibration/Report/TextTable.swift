/// Columns of text for a terminal: the first flush left, the others flush right.
struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: [String]) { self.header = header }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// Ends in a line feed.
    var text: String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.reduce(0) { max($0, $1[column].count) } }
        return all.map { row in
            let cells = row.indices.map { column in
                let gap = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + gap : gap + row[column]
            }
            return "  " + cells.joined(separator: "  ") + "\n"
        }
        .joined()
    }
}
