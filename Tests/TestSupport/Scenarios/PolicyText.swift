/// A policy file as its top-level fields, so that a scenario can name a policy and say only what is different.
struct PolicyText {
    private var fields: [(name: Substring, text: String)] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.first?.isLetter == true, let colon = line.firstIndex(of: ":") {
                fields.append((line[..<colon], String(line)))
            } else if !fields.isEmpty {
                fields[fields.count - 1].text += "\n" + line
            }
        }
    }

    /// Each field of the other takes the place of the one with its name, whole.
    func replacing(with other: PolicyText) -> PolicyText {
        var result = self
        for field in other.fields {
            if let index = result.fields.firstIndex(where: { $0.name == field.name }) {
                result.fields[index] = field
            } else {
                result.fields.append(field)
            }
        }
        return result
    }

    var text: String { fields.map(\.text).joined(separator: "\n") + "\n" }

    /// The value of a field that stands on one line.
    func value(of name: String) -> String {
        fields.first { $0.name == name }.map { String($0.text.dropFirst(name.count + 1).drop { $0 == " " }) } ?? ""
    }
}
