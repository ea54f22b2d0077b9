import Foundation

/// Reads scenarios from their files.
package enum ScenarioFile {
    package struct Mistake: Error, CustomStringConvertible {
        package var description: String
    }

    /// Every scenario of the folder, in the order of files and lines.
    package static func all(in folder: URL) throws -> [Scenario] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return try names.filter { $0.hasSuffix(".md") && $0 != "README.md" }.flatMap { name in
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            return try scenarios(in: text, file: String(name.dropLast(3))) { policy in
                try String(contentsOf: folder.appending(path: "policies/\(policy).yaml"), encoding: .utf8)
            }
        }
    }

    /// The scenarios of one file's text; `policy` gives the text of a policy by its name.
    package static func scenarios(
        in text: String, file: String, policy: (String) throws -> String
    ) throws -> [Scenario] {
        var sections: [Section] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("## ") {
                sections.append(Section(title: String(line.dropFirst(3)), file: file, number: sections.count + 1))
            } else if !sections.isEmpty {
                try sections[sections.count - 1].read(line, number: index + 1)
            }
        }
        return try sections.map { try $0.scenario(policy) }
    }
}

/// A part of a file under a heading, taken apart into what a scenario is made of.
private struct Section {
    let title: String
    let file: String
    let number: Int
    var notes: [String: String] = [:]
    var differences: [Substring] = []
    var given: [Line] = []
    var expected: [Line] = []
    var expectedColumns: Set<String> = []
    private var columns: [String] = []
    private var isInPolicy = false

    /// A line of a table: its cells by column.
    struct Line {
        var cells: [String: String]
        var number: Int

        subscript(_ column: String) -> String { cells[column] ?? "" }
    }

    init(title: String, file: String, number: Int) {
        self.title = title
        self.file = file
        self.number = number
    }

    func mistake(_ what: String, line: Int? = nil) -> ScenarioFile.Mistake {
        ScenarioFile.Mistake(description: "\(file).md\(line.map { ":\($0)" } ?? ""): \"\(title)\": \(what)")
    }

    private static let noteNames = ["Policy", "Rules", "Through the broker", "Known gap"]
    private static let givenColumns: Set = ["when", "arrives", "event", "id", "value", "fields", "refused"]
    private static let saysColumns: Set = ["when", "says", "tier", "reason", "valid until", "because", "progress"]

    mutating func read(_ line: Substring, number: Int) throws {
        if line.hasPrefix("```") {
            isInPolicy = line == "```yaml"
        } else if isInPolicy {
            differences.append(line)
        } else if line.hasPrefix("|") {
            try readTable(line, number)
        } else {
            columns = []
            guard let colon = line.firstIndex(of: ":"), Self.noteNames.contains(String(line[..<colon])) else { return }
            notes[String(line[..<colon])] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
    }

    private mutating func readTable(_ line: Substring, _ number: Int) throws {
        let cells = line.dropFirst().split(separator: "|", omittingEmptySubsequences: false).dropLast()
            .map { $0.trimmingCharacters(in: .whitespaces) }
        if columns.isEmpty {
            columns = cells
            let known = cells.contains("says") ? Self.saysColumns : Self.givenColumns
            if let unknown = cells.first(where: { !known.contains($0) }) {
                throw mistake("there is no column \"\(unknown)\"", line: number)
            }
            if cells.contains("says") { expectedColumns = Set(cells) }
        } else if !line.allSatisfy({ "|-: ".contains($0) }) {
            guard cells.count == columns.count else {
                throw mistake("\(cells.count) cells under \(columns.count) columns", line: number)
            }
            let entry = Line(cells: Dictionary(uniqueKeysWithValues: zip(columns, cells)), number: number)
            if columns.contains("says") { expected.append(entry) } else { given.append(entry) }
        }
    }

    func scenario(_ policy: (String) throws -> String) throws -> Scenario {
        guard let name = notes["Policy"] else { throw mistake("the line \"Policy: NAME\" is missing") }
        guard !given.isEmpty else { throw mistake("nothing happens") }
        let document = PolicyText(try policy(name)).replacing(with: PolicyText(differences.joined(separator: "\n")))
        guard let zone = TimeZone(identifier: document.value(of: "time_zone")) else { throw mistake("no time zone") }
        let digits = number < 10 ? "0\(number)" : "\(number)"
        var scenario = Scenario(
            title: title, id: "\(file)-\(digits)", rules: [], policy: document.text, zone: zone,
            isForBroker: notes["Through the broker"] == "yes", knownGap: notes["Known gap"], given: [], expected: [],
            columns: [])
        scenario.rules = (notes["Rules"] ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        if scenario.rules.isEmpty { throw mistake("the line \"Rules: …\" is missing") }
        if expectedColumns.contains("because") { scenario.columns.insert(.because) }
        if expectedColumns.contains("progress") { scenario.columns.insert(.progress) }
        let currency = document.value(of: "currency")
        var clock: Int64 = 0
        scenario.given = try given.map { line in
            let given = try happening(line, customer: scenario.id, currency, LocalTime(zone), clock)
            clock = given.arrival.milliseconds
            return given
        }
        scenario.expected = try expected.map { try row($0, LocalTime(zone)) }
        return scenario
    }

    private func happening(
        _ line: Line, customer: String, _ currency: String, _ times: LocalTime, _ clock: Int64
    ) throws -> Scenario.Given {
        guard let time = times.instant(line["when"].replacing("until ", with: "")) else {
            throw mistake("\"\(line["when"])\" is no time", line: line.number)
        }
        var arrival = max(time, .init(milliseconds: clock))
        if !line["arrives"].isEmpty {
            guard let late = times.instant(line["arrives"]), late >= arrival else {
                throw mistake("\"\(line["arrives"])\" is no later time", line: line.number)
            }
            arrival = late
        } else if time < arrival {
            throw mistake("this lies before what stands above it; when does it arrive?", line: line.number)
        }
        if line["event"] == "silence" { return Scenario.Given(time: time, arrival: arrival) }
        let writing = ScenarioRecord(
            event: line["event"], id: line["id"], customer: customer, time: time, value: line["value"],
            currency: currency, fields: line["fields"])
        guard let record = writing.record else {
            throw mistake("\"\(line["event"])\" is no event", line: line.number)
        }
        let refusal = line["refused"].isEmpty ? nil : line["refused"]
        return Scenario.Given(time: time, arrival: arrival, record: record, refusal: refusal)
    }

    private func row(_ line: Line, _ times: LocalTime) throws -> Scenario.Row {
        var row = Scenario.Row()
        guard let when = times.instant(line["when"]) else {
            throw mistake("\"\(line["when"])\" is no time", line: line.number)
        }
        row.when = times.text(when)
        if !line["valid until"].isEmpty {
            guard let until = times.instant(line["valid until"]) else {
                throw mistake("\"\(line["valid until"])\" is no time", line: line.number)
            }
            row.validUntil = times.text(until)
        }
        row.says = line["says"]
        row.tier = line["tier"]
        row.reason = line["reason"]
        row.because = line["because"]
        row.progress = line["progress"]
        return row
    }
}
