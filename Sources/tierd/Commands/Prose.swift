/// Text for `help`, which breaks lines by the terminal's width: the lines of a paragraph become one, indented ones, which
/// are examples, stay as they are.
func prose(_ text: String) -> String {
    var lines: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        let goesOn = lines.last.map { isOfParagraph($0) } ?? false
        if goesOn, isOfParagraph(line) { lines[lines.count - 1] += " " + line } else { lines.append(String(line)) }
    }
    return lines.joined(separator: "\n")
}

private func isOfParagraph(_ line: some StringProtocol) -> Bool { !line.isEmpty && line.first != " " }
