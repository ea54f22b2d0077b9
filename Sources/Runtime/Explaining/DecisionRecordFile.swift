import Foundation
import Scoring

/// The decisions of a file of output records: one record over several lines, or one on each line, as topics carry them or
/// as `tierd replay` prints them. Profiles and tombstones among them are counted, no more.
package struct DecisionRecordFile: Sendable {
    package struct Entry: Sendable {
        /// From 1.
        package var line: Int
        package var record: DecisionRecord
    }

    package struct AuditedEntry {
        package var line: Int
        package var audit: DecisionAudit
    }

    /// For people.
    package let name: String
    package private(set) var entries: [Entry] = []
    /// Records that are no decisions.
    package private(set) var skipped = 0

    /// Most bytes of a file.
    package static let byteLimit = 1 << 28

    /// `-` is standard input. Throws one sentence.
    package init(path: String) throws {
        let data: Data
        if path == "-" {
            data = FileHandle.standardInput.readDataToEndOfFile()
        } else {
            guard let contents = FileManager.default.contents(atPath: path) else {
                throw EventFileError.unreadable(path: path, reason: "there is no such file, or it may not be read")
            }
            data = contents
        }
        guard data.count <= Self.byteLimit else {
            throw EventFileError.unreadable(path: path, reason: "it has more than \(Self.byteLimit) bytes")
        }
        try self.init(data, name: path == "-" ? "standard input" : path)
    }

    package init(_ data: Data, name: String) throws(DecisionFileError) {
        self.name = name
        let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
            .map { (number: $0.offset + 1, text: $0.element) }
            .filter { $0.text.contains { $0 > 0x20 } }
        if let first = lines.first, Self.isSetOut(first.text) {
            try take(data, line: first.number)
        } else {
            for line in lines { try take(line.text, line: line.number) }
        }
        guard !entries.isEmpty else { throw .noDecision(file: name, skipped: skipped) }
    }

    /// Whether one record goes over several lines: one set out for people begins with a brace alone.
    private static func isSetOut(_ line: Data) -> Bool {
        line.last { $0 > 0x20 } != UInt8(ascii: "}")
    }

    private mutating func take(_ json: Data, line: Int) throws(DecisionFileError) {
        do throws(DecisionRecordError) {
            if let record = try DecisionRecord.read(json: json) {
                entries.append(Entry(line: line, record: record))
            } else {
                skipped += 1
            }
        } catch {
            throw .unreadable(file: name, line: line, error)
        }
    }

    /// Every decision, worked out again.
    package func audits(_ policy: Policy) throws(DecisionFileError) -> [AuditedEntry] {
        var audits: [AuditedEntry] = []
        for entry in entries {
            do throws(DecisionRecordError) {
                audits.append(AuditedEntry(line: entry.line, audit: try DecisionAudit(entry.record, policy)))
            } catch {
                throw .unreadable(file: name, line: entry.line, error)
            }
        }
        return audits
    }

    /// What to say in the end; nil of one decision alone.
    package func closing(_ audits: [AuditedEntry]) -> String? {
        guard audits.count > 1 || skipped > 0 else { return nil }
        let different = audits.count { !$0.audit.agrees }
        let text = "\(audits.count.counted("record")): \(audits.count - different) agree, \(different) disagree"
        return skipped == 0
            ? text : text + "; skipped \(skipped.counted("record")) without a decision (profiles, tombstones)"
    }
}

/// Why a file of output records cannot be audited: one sentence.
package enum DecisionFileError: Error, Hashable, Sendable, CustomStringConvertible {
    case unreadable(file: String, line: Int, DecisionRecordError)
    case noDecision(file: String, skipped: Int)

    package var description: String {
        switch self {
        case .unreadable(let file, let line, let error): "\(file):\(line): \(error)"
        case .noDecision(let file, 0):
            "\(file) is empty: give output records, as `kcat -C` or `tierd replay` prints them"
        case .noDecision(let file, let skipped):
            "\(file) holds no decision, only \(skipped.counted("record")) of another kind (profiles, tombstones)"
        }
    }
}
