import Foundation

/// The published schemas and examples.
enum SchemaFile {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "schemas")

    static func text(_ path: String) throws -> String {
        try String(contentsOf: folder.appending(path: path), encoding: .utf8)
    }

    /// Paths of the YAML files in `folder`, in the order of their names.
    static func yamlFiles(in subfolder: String) throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: subfolder).path)
        return files.filter { $0.hasSuffix(".yaml") }.sorted().map { folder.appending(path: "\(subfolder)/\($0)").path }
    }
}
