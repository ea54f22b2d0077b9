import Foundation
import Scoring
import Testing
import WireFormat

/// A file of schemas/examples.
struct Example: Sendable, CustomTestStringConvertible {
    var file: URL
    var input: InputKind

    var testDescription: String { "\(input)/\(file.lastPathComponent)" }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "schemas/examples")

    static func all(in subfolder: String = "") -> [Example] {
        InputKind.allCases.flatMap { input in
            files(in: folder.appending(path: "\(subfolder)\(input)")).map { Example(file: $0, input: input) }
        }
    }

    /// Calls of Segment's, each as if it had come by each of the three inputs of events.
    static func calls(in subfolder: String = "") -> [Example] {
        files(in: folder.appending(path: "\(subfolder)segment")).flatMap { file in
            [InputKind.orders, .browse, .feedback].map { Example(file: file, input: $0) }
        }
    }

    private static func files(in folder: URL) -> [URL] {
        let found = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (found ?? []).filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    }

    func bytes() throws -> [UInt8] { Array(try Data(contentsOf: file)) }
}

@Suite struct GoldenExamplesTests {
    @Test(arguments: Example.all() + Example.calls()) func `a golden example survives decoding, encoding and decoding`(
        example: Example
    ) throws {
        let text = try EventEncoderTests.roundTrip(example.bytes(), as: example.input)
        #expect(text.hasPrefix("{"))
    }

    @Test(arguments: Example.all(in: "invalid/") + Example.calls(in: "invalid/"))
    func `an invalid example is rejected for the reason in its name`(
        example: Example
    ) throws {
        let name = try #require(
            example.file.deletingPathExtension().lastPathComponent.components(separatedBy: "--").first)
        let decoded = try DecodedRecord(example.bytes(), as: example.input, maximumBytes: 1 << 20)
        #expect(decoded.rejection?.reason == Rejection.Reason(rawValue: name))
        #expect(decoded.isEmpty)
    }

    @Test func `there are examples of every input`() {
        for input in [InputKind.orders, .browse, .feedback, .commands] {
            #expect(Example.all().contains { $0.input == input })
            #expect(Example.all(in: "invalid/").contains { $0.input == input })
        }
        #expect(!Example.calls().isEmpty && !Example.calls(in: "invalid/").isEmpty)
    }
}
