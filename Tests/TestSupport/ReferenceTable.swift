import Foundation

/// A CSV file of `Tests/Fixtures`, by column names; `.gz` files are unpacked with `gzip`.
package struct ReferenceTable {
    private let columns: [String: Int]
    package let rows: [[String]]

    package enum Problem: Error {
        case unreadable(String)
        case noColumn(String)
    }

    /// `path` is relative to `Tests/Fixtures`.
    package init(_ path: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "Fixtures").appending(path: path)
        let data = path.hasSuffix(".gz") ? try Self.unpack(file) : try Data(contentsOf: file)
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        guard let header = lines.first else { throw Problem.unreadable(path) }
        let names = header.split(separator: ",").enumerated().map { (String($1), $0) }
        columns = Dictionary(names, uniquingKeysWith: { first, _ in first })
        rows = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    package func text(_ column: String, _ row: [String]) throws -> String {
        guard let index = columns[column] else { throw Problem.noColumn(column) }
        return row[index]
    }

    package func number(_ column: String, _ row: [String]) throws -> Double {
        guard let value = Double(try text(column, row)) else { throw Problem.noColumn(column) }
        return value
    }

    private static func unpack(_ file: URL) throws -> Data {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path(percentEncoded: false)]
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Problem.unreadable(file.lastPathComponent) }
        return data
    }
}
