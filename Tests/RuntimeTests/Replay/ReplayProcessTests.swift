import Foundation
import Testing

/// The real program in processes of its own: Swift seeds its hashing anew in each of them.
struct ReplayProcessTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../..").standardizedFileURL.path

    @Test(.enabled(if: ProcessInfo.processInfo.environment["TIERD_BINARY"] != nil, "scripts/test names the program"))
    func `replays under different hash seeds print the same bytes`() throws {
        let random = try [replay([:]), replay([:])]
        let fixed = try replay(["SWIFT_DETERMINISTIC_HASHING": "1"])
        #expect(random[0].count > 1_000_000)
        #expect(random[0] == random[1])
        #expect(random[0] == fixed)
    }

    private func replay(_ extra: [String: String]) throws -> Data {
        let process = Process()
        let output = Pipe()
        let environment = ProcessInfo.processInfo.environment
        process.executableURL = URL(fileURLWithPath: try #require(environment["TIERD_BINARY"]))
        process.arguments = [
            "replay", "--policy", Self.repository + "/schemas/policies/retail.yaml", "--orders",
            Self.repository + "/Tests/Fixtures/cdnow/orders.jsonl.gz", "--until", "1999-01-01T00:00:00Z",
        ]
        process.environment = environment.merging(extra) { $1 }
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return data
    }
}
