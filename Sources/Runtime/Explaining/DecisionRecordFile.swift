import Foundation

/// Reads output records from a file: one record over several lines, or one on each line.
package enum DecisionRecordFile {
    /// Most bytes of a file.
    package static let byteLimit = 1 << 28

    /// `-` is standard input. Throws one sentence.
    package static func load(path: String) throws -> [DecisionRecord] {
        let data: Data
        if path == "-" {
            data = FileHandle.standardInput.readDataToEndOfFile()
        } else {
            guard let contents = FileManager.default.contents(atPath: path) else {
                throw EventFileError.unreadable(path: path, reason: "there is no such file, or it may not be read")
            }
            data = contents
        }
        guard data.count <= byteLimit else {
            throw EventFileError.unreadable(path: path, reason: "it has more than \(byteLimit) bytes")
        }
        return try parse(data)
    }

    static func parse(_ data: Data) throws(DecisionRecordError) -> [DecisionRecord] {
        let lines = data.split(separator: UInt8(ascii: "\n")).filter { line in line.contains { $0 > 0x20 } }
        // A record set out for people begins with a brace alone.
        guard lines.count > 1, lines[0].last == UInt8(ascii: "}") else { return [try DecisionRecord(json: data)] }
        var records: [DecisionRecord] = []
        for line in lines { records.append(try DecisionRecord(json: line)) }
        return records
    }
}
