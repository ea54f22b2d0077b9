import Foundation
import Yams

extension SourceNode {
    /// Most bytes of a file.
    package static let byteLimit = 1 << 20

    /// Reads a whole file as UTF-8.
    package static func text(ofFile path: String) throws(FileProblems) -> String {
        let origin = Origin.file(path, line: nil, column: nil)
        let bytes: Data
        var isFolder = ObjCBool(false)
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw FileProblems(FileProblem(origin, found: "a folder", expected: "a YAML file; name the one in it"))
        }
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw FileProblems(FileProblem(origin, found: "cannot be read: \(reason(for: error))"))
        }
        guard bytes.count <= byteLimit else {
            throw FileProblems(FileProblem(origin, found: "\(bytes.count) bytes", expected: "at most \(byteLimit)"))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileProblems(FileProblem(origin, found: "not UTF-8 text"))
        }
        return text
    }

    /// Parses one YAML document. Throws on syntax errors and repeated keys; `file` is its name in messages.
    package static func parse(yaml text: String, file: String) throws(FileProblems) -> SourceNode {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw FileProblems(problem(for: error, file: file))
        }
        guard let root else {
            throw FileProblems(FileProblem(.file(file, line: nil, column: nil), found: "the file says nothing"))
        }
        var converter = Converter(file: file)
        return try converter.convert(root, depth: 0)
    }

    private static func reason(for error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile?: "there is no such file"
        case .fileReadNoPermission?: "permission denied"
        default: "\(error.localizedDescription)"
        }
    }

    private static func problem(for error: any Error, file: String) -> FileProblem {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
            .composer(_, let problem, let mark, _)?:
            let origin = Origin.file(file, line: mark.line, column: mark.column)
            return FileProblem(origin, found: "not valid YAML in this line or above: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context)?:
            let origin = Origin.file(file, line: context.mark.line, column: context.mark.column)
            return FileProblem(
                origin, found: "the field \"\(keys[0])\" stands here and again below, in the same mapping")
        case .reader(let problem, _, _, _)?:
            return FileProblem(.file(file, line: nil, column: nil), found: "not valid YAML: \(problem)")
        default:
            return FileProblem(.file(file, line: nil, column: nil), found: "not valid YAML: \(error)")
        }
    }
}

/// Turns nodes of the YAML library into nodes with origins.
private struct Converter {
    /// Most values and levels, so that no file can exhaust memory or stack. Aliases count as often as they are used.
    private static let valueLimit = 50_000
    private static let depthLimit = 64

    let file: String
    private var remaining = Self.valueLimit

    init(file: String) { self.file = file }

    mutating func convert(_ node: Node, depth: Int) throws(FileProblems) -> SourceNode {
        let origin = origin(of: node)
        remaining -= 1
        guard remaining >= 0, depth < Self.depthLimit else {
            let found = remaining < 0 ? "more values than any such file needs" : "nested too deeply"
            throw FileProblems(FileProblem(origin, found: found))
        }
        switch node {
        case .scalar(let scalar):
            let isQuoted = scalar.style != .plain && scalar.style != .any
            return SourceNode(.scalar(Scalar(scalar.string, isQuoted: isQuoted)), origin)
        case .sequence(let sequence):
            var elements: [SourceNode] = []
            for element in sequence { elements.append(try convert(element, depth: depth + 1)) }
            return SourceNode(.sequence(elements), origin)
        case .mapping(let mapping):
            return SourceNode(.mapping(try entries(of: mapping, depth: depth + 1)), origin)
        case .alias:
            // The library puts the value in the place of its alias.
            throw FileProblems(FileProblem(origin, found: "an alias without a value"))
        }
    }

    private mutating func entries(of mapping: Node.Mapping, depth: Int) throws(FileProblems) -> [SourceNode.Entry] {
        var entries: [SourceNode.Entry] = []
        var keys: Set<String> = []
        for (keyNode, valueNode) in mapping {
            let keyOrigin = origin(of: keyNode)
            guard case .scalar(let scalar) = keyNode else {
                throw FileProblems(FileProblem(keyOrigin, found: "a list or mapping as a key", expected: "a name"))
            }
            // The library lets 1 and "1" stand side by side.
            guard keys.insert(scalar.string).inserted else {
                let found = "the field \"\(scalar.string)\" stands here and again above, in the same mapping"
                throw FileProblems(FileProblem(keyOrigin, found: found))
            }
            let node = try convert(valueNode, depth: depth)
            entries.append(SourceNode.Entry(key: scalar.string, keyOrigin: keyOrigin, node: node))
        }
        return entries
    }

    private func origin(of node: Node) -> Origin { .file(file, line: node.mark?.line, column: node.mark?.column) }
}
